// By which settings: the draft that is open in this browser, where something is changed in it, or what is saved.
import type { FormsDescription } from '@pochtar/settings/forms';
import { useWords } from '../../i18n/index.ts';
import { sectionOf, tabOf } from '../../settings/catalogue.ts';
import type { Draft } from '../../settings/draft.ts';
import { Go } from '../../ui/Go.tsx';
import { Radio } from '../../ui/inputs.tsx';
import { Block } from '../../ui/Page.tsx';
import { typeMail, type TypedMail, usesDraft } from './tried-mail.ts';

interface DraftChoiceProps {
  forms: FormsDescription;
  draft: Draft;
  typed: TypedMail;
}

export function DraftChoice({ forms, draft, typed }: DraftChoiceProps) {
  const { t, say } = useWords();
  const count = draft.changedPaths().length;
  const isOfDraft = usesDraft(typed, draft);
  return (
    <Block title={t('try.settings')}>
      {count === 0 ? (
        <p className="t-settings">
          {t('try.noDraft')} <Go to="/settings/mail">{t('try.change')}</Go>
        </p>
      ) : (
        <fieldset className="t-choice">
          <legend className="p-hidden">{t('try.settings')}</legend>
          <Radio
            id="try-draft"
            name="try-settings"
            label={t('try.draft', { count })}
            checked={isOfDraft}
            onChange={() => typeMail({ settings: 'draft' })}
          />
          <ul className="t-sections">
            {draft.changedSections().map((name) => (
              <li key={name}>
                <Go to={tabOf(forms, name)}>
                  {say(sectionOf(forms, name)?.label ?? { ru: name, en: name })}
                </Go>
              </li>
            ))}
          </ul>
          <Radio
            id="try-saved"
            name="try-settings"
            label={t('try.saved')}
            checked={!isOfDraft}
            onChange={() => typeMail({ settings: 'saved' })}
          />
        </fieldset>
      )}
    </Block>
  );
}
