// What is wrong in the draft, each with the way to its field.
import type { FormsDescription } from '@pochtar/settings/forms';
import type { FieldProblem } from '../../api/problem.ts';
import { useWords } from '../../i18n/index.ts';
import { Notice } from '../../ui/Notice.tsx';
import { SettingLink } from '../../settings/SettingLink.tsx';

export function WrongSettings({
  forms,
  problems,
}: {
  forms: FormsDescription;
  problems: readonly FieldProblem[];
}) {
  const { t, say } = useWords();
  return (
    <Notice tone="danger">
      <p>{t('try.wrongDraft')}</p>
      <ul className="p-list">
        {problems.map(({ section, field, code, message }) => (
          <li key={`${section} ${field} ${code}`}>
            <SettingLink forms={forms} path={`${section}.${field}`} />: {say(message)}
          </li>
        ))}
      </ul>
    </Notice>
  );
}
