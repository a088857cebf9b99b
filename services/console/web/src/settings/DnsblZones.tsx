// How the black lists are, as they were found, and whom each has refused: a list at fault is not asked, and what it refused
// can be undone.
import { useState } from 'react';
import { useApi } from '../api/queries.ts';
import { type Key, useWords } from '../i18n/index.ts';
import { Button } from '../ui/controls.ts';
import { type Column, DataTable } from '../ui/DataTable.tsx';
import { Foreign } from '../ui/Foreign.tsx';
import { StatusBadge, type Tone } from '../ui/StatusBadge.tsx';
import { Time } from '../ui/Time.tsx';
import { DnsblRefused, type Zone } from './DnsblRefused.tsx';

const states: Readonly<Record<Zone['state'], { tone: Tone; word: Key }>> = {
  unknown: { tone: 'plain', word: 'dnsbl.unknown' },
  good: { tone: 'ok', word: 'dnsbl.good' },
  failing: { tone: 'warn', word: 'dnsbl.failing' },
  suspended: { tone: 'alert', word: 'dnsbl.suspended' },
};
const everyMs = 30_000;

export function DnsblZones() {
  const { t } = useWords();
  const { data } = useApi('GET /dnsbl', {}, { every: everyMs });
  const [opened, setOpened] = useState<string | null>(null);
  const columns = useColumns(setOpened);
  const zone = data?.zones.find((one) => one.zone === opened);
  if (data === undefined || data.zones.length === 0) return null;
  return (
    <>
      <h3 className="f-column-title">{t('dnsbl.state')}</h3>
      <DataTable<Zone>
        label={t('dnsbl.state')}
        rows={data.zones}
        rowKey={(one) => one.zone}
        columns={columns}
        empty={null}
      />
      {zone !== undefined && <DnsblRefused zone={zone} onClose={() => setOpened(null)} />}
    </>
  );
}

function useColumns(open: (zone: string) => void): Column<Zone>[] {
  const { t, say } = useWords();
  return [
    { key: 'zone', title: t('dnsbl.zone'), cell: ({ zone }) => <Foreign text={zone} /> },
    {
      key: 'state',
      title: t('dnsbl.is'),
      cell: (zone) => {
        const { tone, word } = stateOf(zone);
        return (
          <>
            <StatusBadge tone={tone}>{t(word)}</StatusBadge>
            {zone.reason !== null && <div className="p-muted p-small">{say(zone.reason)}</div>}
          </>
        );
      },
    },
    {
      key: 'checked',
      title: t('dnsbl.checked'),
      cell: ({ checkedAt }) => <Time at={checkedAt} relative />,
    },
    {
      key: 'refused',
      title: t('dnsbl.refused'),
      cell: ({ zone, refused }) =>
        refused === 0 ? (
          <span className="p-muted">{t('dnsbl.nobody')}</span>
        ) : (
          <Button size="xs" variant="default" onClick={() => open(zone)}>
            {t('dnsbl.open', { count: refused })}
          </Button>
        ),
    },
  ];
}

function stateOf({ isConfigured, refusesAll, state }: Zone): { tone: Tone; word: Key } {
  if (!isConfigured) return { tone: 'plain', word: 'dnsbl.removed' };
  return refusesAll ? { tone: 'danger', word: 'dnsbl.refusesAll' } : states[state];
}
