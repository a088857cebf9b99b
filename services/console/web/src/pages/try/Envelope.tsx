// How the mail would come: from outside or from one of ours, by which envelope, from which client.
import type { FieldProblem } from '../../api/problem.ts';
import { useWords } from '../../i18n/index.ts';
import { SegmentedControl, TextInput } from '../../ui/controls.ts';
import { useNarrow } from '../../ui/narrow.ts';
import { sentence } from '../../ui/Notice.tsx';
import { Block } from '../../ui/Page.tsx';
import { typeMail, type TypedMail } from './tried-mail.ts';

const origins = ['incoming', 'submitted'] as const;
export const envelopeFields = ['from', 'to', 'client'] as const;

interface EnvelopeProps {
  typed: TypedMail;
  problems: readonly FieldProblem[];
}

export function Envelope({ typed, problems }: EnvelopeProps) {
  const { t, say } = useWords();
  const isNarrow = useNarrow();
  const fields = envelopeFields.filter((one) => one !== 'client' || typed.origin === 'incoming');
  const problemOf = (name: string): string | undefined => {
    const found = problems.find(({ section, field }) => section === undefined && field === name);
    return found === undefined ? undefined : sentence(say(found.message));
  };
  return (
    <Block title={t('try.way')}>
      <SegmentedControl
        aria-label={t('try.way')}
        orientation={isNarrow ? 'vertical' : 'horizontal'}
        fullWidth={isNarrow}
        value={typed.origin}
        onChange={(chosen) => typeMail({ origin: origins.find((one) => one === chosen) ?? 'incoming' })}
        data={origins.map((one) => ({ value: one, label: t(`try.origin.${one}`) }))}
      />
      <div className="t-envelope">
        {fields.map((name) => (
          <TextInput
            key={name}
            label={t(`try.${name}`)}
            description={t(`try.${name}Help`)}
            error={problemOf(name)}
            value={typed[name]}
            onChange={(event) => typeMail({ [name]: event.currentTarget.value })}
            maxLength={name === 'to' ? 4000 : 400}
            autoComplete="off"
            spellCheck={false}
          />
        ))}
      </div>
    </Block>
  );
}
