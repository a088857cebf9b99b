// The lists of the pages' small installation, kept in memory: what is added is there, what is removed is gone.
import type { Answers } from '../../src/contract/index.ts';
import { accessEntry } from '@pochtar/settings';

type Entry = Answers<'GET /lists/:list'>['entries'][number];
type Line = Answers<'POST /lists/:list/lines'>['lines'][number];

interface Asked {
  params: Record<string, string>;
  query: URLSearchParams;
  body: Record<string, never>;
}

const at = '2026-01-01T10:00:00.000Z';

function entryOf(value: string, more: Partial<Entry> = {}): Entry {
  return {
    kind: accessEntry(value)?.kind ?? 'domain',
    ...{ value, comment: '', author: 'console:petr', createdAt: at, expiresAt: null, isExpired: false },
    ...{ hits: 0, lastHitAt: null, opensRelay: true, addresses: null, cautions: [] },
    ...more,
  };
}

const caution = {
  code: 'forgeable',
  field: 'value',
  message: {
    ru: 'кто угодно может назваться «@partner.test» и обойти проверки: внесите вместо имени адреса',
    en: 'anybody can call himself “@partner.test” and pass the checks: enter addresses instead of the name',
  },
};

const wrong = { ru: 'укажите IP-адрес, сеть или имя', en: 'give an IP address, a network or a name' };

export function listRoutes(isNew: () => boolean) {
  const lists: Record<string, Entry[]> = {
    white: [
      entryOf('network:Office', { addresses: ['192.0.2.0/24'], hits: 1204, lastHitAt: at }),
      entryOf('@partner.test', { comment: 'заявка 118', cautions: [caution] }),
    ],
    black: [
      entryOf('198.51.100.0/24', { comment: 'рассылки <b>', hits: 230, lastHitAt: at }),
      entryOf('spam@bad.test', { expiresAt: at, isExpired: true }),
    ],
  };
  const networks: Answers<'GET /lists/networks'>['networks'] = [
    {
      name: 'Office',
      addresses: ['192.0.2.0/24', '2001:db8::/48'],
      comment: 'офис',
      author: 'ctl:root',
      createdAt: at,
      usedBy: ['white'],
    },
  ];
  const of = (asked: Asked): Entry[] => (isNew() ? [] : (lists[asked.params['list'] ?? ''] ?? []));
  return {
    'GET /lists': () => ({
      white: isNew() ? 0 : lists['white']?.length,
      black: isNew() ? 0 : lists['black']?.length,
      ...{ networks: isNew() ? 0 : networks.length, revision: 3, applied: [] },
    }),
    'GET /lists/networks': () => ({ networks: isNew() ? [] : networks, next: null }),
    'GET /lists/:list': (asked: Asked) => {
      const search = asked.query.get('search') ?? '';
      const entries = of(asked).filter(({ value, comment }) => `${value} ${comment}`.includes(search));
      return { entries, next: null, total: { value: entries.length, exact: true } };
    },
    'POST /lists/:list': (asked: Asked) => {
      const { value, comment, validateOnly } = asked.body as unknown as {
        value: string;
        comment?: string;
        validateOnly?: boolean;
      };
      const read = accessEntry(value);
      if (read === undefined) return refused();
      const exists = of(asked).some((one) => one.value === read.value);
      const entry = entryOf(read.value, { comment: comment ?? '' });
      if (validateOnly !== true) lists[asked.params['list'] ?? '']?.unshift(entry);
      return { entry: validateOnly === true ? null : entry, ...read, exists, cautions: [] };
    },
    'POST /lists/:list/lines': (asked: Asked) => {
      const { lines, dryRun } = asked.body as unknown as { lines: string[]; dryRun: boolean };
      const answers = lines.flatMap((text, index): Line[] => {
        const value = text.split('#')[0]?.trim() ?? '';
        if (value === '') return [];
        const read = accessEntry(value);
        const line = index + 1;
        if (read === undefined) {
          const problem = { code: 'wrongFormat', field: 'value', message: wrong };
          return [{ line, outcome: 'invalid', problem, cautions: [] }];
        }
        const exists = of(asked).some((one) => one.value === read.value);
        if (!exists && !dryRun) lists[asked.params['list'] ?? '']?.unshift(entryOf(read.value));
        return [{ line, outcome: exists ? 'exists' : 'new', ...read, cautions: [] }];
      });
      return { lines: answers, added: dryRun ? 0 : answers.length };
    },
    'DELETE /lists/:list': (asked: Asked) => {
      const { values } = asked.body as unknown as { values: string[] };
      const list = asked.params['list'] ?? '';
      const removed = of(asked).filter(({ value }) => values.includes(value));
      lists[list] = of(asked).filter((one) => !removed.includes(one));
      return { removed };
    },
  };
}

function refused() {
  const body = {
    type: 'urn:pochtar:problem:wrongFormat',
    title: wrong.ru,
    status: 422,
    detail: wrong.ru,
    messages: wrong,
    errors: [],
  };
  return { status: 422, body };
}
