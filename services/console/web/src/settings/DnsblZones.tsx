// How the black lists are, as they were found, and whom each has refused: a list at fault is not asked, and what it refused
// can be undone.
import { useState } from 'react';
import type { Answer } from '../api/client.ts';
import { useApi } from '../api/queries.ts';
import { type Key, useWords } from '../i18n/index.ts';
import { Button } from '../ui/controls.ts';
import { Foreign } from '../ui/Foreign.tsx';
import { StatusBadge, type Tone } from '../ui/StatusBadge.tsx';
import { Time } from '../ui/Time.tsx';
import { DnsblRefused } from './DnsblRefused.tsx';

export type Zone = Answer<'GET /dnsbl'>['zones'][number];

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
  const zone = data?.zones.find((one) => one.zone === opened);
  if (data === undefined || data.zones.length === 0) return null;
  return (
    <>
      <h3 className="f-column-title">{t('dnsbl.state')}</h3>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is scrolled by the keyboard too */}
      <div className="p-table-scroll" role="region" tabIndex={0} aria-label={t('dnsbl.state')}>
        <table className="p-table">
          <thead>
            <tr>
              <th scope="col">{t('dnsbl.zone')}</th>
              <th scope="col">{t('dnsbl.is')}</th>
              <th scope="col">{t('dnsbl.checked')}</th>
              <th scope="col">{t('dnsbl.refused')}</th>
            </tr>
          </thead>
          <tbody>
            {data.zones.map((one) => (
              <ZoneRow key={one.zone} zone={one} onOpen={() => setOpened(one.zone)} />
            ))}
          </tbody>
        </table>
      </div>
      {zone !== undefined && <DnsblRefused zone={zone} onClose={() => setOpened(null)} />}
    </>
  );
}

function ZoneRow({ zone, onOpen }: { zone: Zone; onOpen: () => void }) {
  const { t, say } = useWords();
  const { tone, word } = stateOf(zone);
  const { reason, refused } = zone;
  return (
    <tr>
      <td>
        <Foreign text={zone.zone} />
      </td>
      <td>
        <StatusBadge tone={tone}>{t(word)}</StatusBadge>
        {reason !== null && <div className="p-muted p-small">{say(reason)}</div>}
      </td>
      <td>
        <Time at={zone.checkedAt} relative />
      </td>
      <td>
        {refused === 0 ? (
          <span className="p-muted">{t('dnsbl.nobody')}</span>
        ) : (
          <Button size="xs" variant="default" onClick={onOpen}>
            {t('dnsbl.open', { count: refused })}
          </Button>
        )}
      </td>
    </tr>
  );
}

function stateOf({ isConfigured, refusesAll, state }: Zone): { tone: Tone; word: Key } {
  if (!isConfigured) return { tone: 'plain', word: 'dnsbl.removed' };
  return refusesAll ? { tone: 'danger', word: 'dnsbl.refusesAll' } : states[state];
}
