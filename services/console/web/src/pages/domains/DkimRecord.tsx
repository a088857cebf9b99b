// The record of a key, in the three forms that providers and zones want: name and value, in pieces, and as a line.
import { useWords } from '../../i18n/index.ts';
import { CodeLine, CopyIcon } from '../../ui/CodeLine.tsx';
import { Facts } from '../../ui/Facts.tsx';
import type { DkimKey } from './dkim-state.ts';

export function DkimRecord({ of: { record } }: { of: DkimKey }) {
  const { t } = useWords();
  const copied = (value: string, what: string) => (
    <>
      <span className="p-mono">{value}</span>{' '}
      <CopyIcon value={value} label={`${t('action.copy')}: ${what}`} />
    </>
  );
  return (
    <>
      <Facts
        facts={[
          [t('dkim.name'), copied(record.name, t('dkim.name'))],
          [t('dkim.value'), copied(record.value, t('dkim.value'))],
          ...(record.chunks.length > 1
            ? [
                [
                  t('dkim.chunks'),
                  copied(record.chunks.map((chunk) => `"${chunk}"`).join(' '), t('dkim.chunks')),
                ] as const,
              ]
            : []),
        ]}
      />
      <div className="p-gap">
        <CodeLine>{record.zone}</CodeLine>
      </div>
    </>
  );
}
