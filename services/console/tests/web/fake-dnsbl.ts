// The black lists of the pages' small installation: one that is well, one that lists everybody, and whom it refused.
import type { Answers } from '../../src/contract/index.ts';

type Zone = Answers<'GET /dnsbl'>['zones'][number];

const at = '2026-01-01T10:00:00.000Z';

function zoneOf(zone: string, more: Partial<Zone> = {}): Zone {
  return {
    ...{ zone, isConfigured: true, state: 'good', fault: null, reason: null, since: at, checkedAt: at },
    ...{ hasIpv6: true, refusesAll: false, faultyFrom: null, faultyUntil: null, refused: 0, shut: 0 },
    ...more,
  };
}

export function dnsblRoutes(isNew: () => boolean) {
  return {
    'GET /dnsbl': (): Answers<'GET /dnsbl'> => ({
      zones: isNew()
        ? [zoneOf('bl.spamcop.net', { state: 'unknown', checkedAt: null })]
        : [
            zoneOf('bl.spamcop.net'),
            zoneOf('ended.zone.test', {
              ...{ state: 'suspended', fault: 'listsEverybody', faultyFrom: at, refused: 2 },
              ...{ reason: { ru: 'содержит всех подряд', en: 'lists everybody' }, shut: 2 },
            }),
          ],
    }),
    'GET /dnsbl/:zone/refusals': (): Answers<'GET /dnsbl/:zone/refusals'> => ({
      refusals: ['198.51.100.9', '2001:db8::9'].map((address) => ({
        ...{
          address,
          firstAt: at,
          lastAt: at,
          count: 3,
          sender: 'a@else.test',
          recipient: 'anna@firma.test',
        },
        isWhite: false,
      })),
      next: null,
    }),
    'GET /greylist': (): Answers<'GET /greylist'> => ({
      days: isNew()
        ? []
        : [
            {
              day: '2026-01-01',
              known: 1204,
              white: 3,
              deferred: 87,
              early: 9,
              returned: 41,
              unreturned: 40,
            },
          ],
    }),
    'POST /dnsbl/:zone/pardon': (): Answers<'POST /dnsbl/:zone/pardon'> => {
      return { added: 2, listedElsewhere: 1, black: 0, white: 0, isMore: false };
    },
  };
}
