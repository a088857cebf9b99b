// What the address book answered a program: entries, the query and its time, and what was not found, and why.
import type { Answer } from '../api/client.ts';
import { formatNumber } from '../i18n/format.ts';
import { useWords } from '../i18n/index.ts';
import { CodeLine } from '../ui/CodeLine.tsx';
import { type Column, DataTable } from '../ui/DataTable.tsx';
import { Facts } from '../ui/Facts.tsx';
import { Foreign } from '../ui/Foreign.tsx';
import { Notice } from '../ui/Notice.tsx';

type Tried = Answer<'POST /address-book/try'>;
type Entry = Tried['entries'][number];
type Absent = Tried['absent'][number];

export function TriedBook({ answer }: { answer: Tried }) {
  const { t, language } = useWords();
  const { filter, attributes, ms, count, list, entries, absent, fault, refusal } = answer;
  const { found, missing } = useColumns();
  const facts = [
    t('bookClients.found', { count }),
    t('bookClients.time', { ms: formatNumber(ms, language) }),
    ...(list === null
      ? []
      : [t('bookClients.place', { position: String(list.position), total: String(list.count) })]),
  ];
  return (
    <div role="status">
      {fault === null ? (
        <p>{facts.join(', ')}</p>
      ) : (
        <Notice tone="warn">{t(`bookClients.fault.${fault}`, { refusal })}</Notice>
      )}
      {fault === null && (
        <DataTable<Entry>
          label={t('bookClients.try')}
          rows={entries}
          rowKey={({ address }) => address}
          columns={found}
          empty={<p>{t('bookClients.nothing')}</p>}
        />
      )}
      {absent.length > 0 && (
        <>
          <h4>{t('bookClients.absent')}</h4>
          <DataTable<Absent>
            label={t('bookClients.absent')}
            rows={absent}
            rowKey={({ address }) => address}
            columns={missing}
            empty={null}
          />
        </>
      )}
      <Facts
        facts={[
          [t('bookClients.filter'), <CodeLine key="f">{filter}</CodeLine>],
          [t('bookClients.attributes'), attributes.join(', ')],
        ]}
      />
    </div>
  );
}

function useColumns(): { found: Column<Entry>[]; missing: Column<Absent>[] } {
  const { t } = useWords();
  const named = [
    {
      key: 'name',
      title: t('bookClients.who'),
      cell: ({ name }: { name: string }) => <Foreign text={name} />,
    },
    {
      key: 'address',
      title: t('bookClients.address'),
      cell: ({ address }: { address: string }) => <Foreign text={address} />,
    },
  ];
  return {
    found: [
      ...named,
      { key: 'kind', title: t('bookClients.kind'), cell: ({ kind }) => t(`bookClients.kind.${kind}`) },
    ],
    missing: [
      ...named,
      { key: 'why', title: t('bookClients.why'), cell: ({ why }) => t(`bookClients.why.${why}`) },
    ],
  };
}
