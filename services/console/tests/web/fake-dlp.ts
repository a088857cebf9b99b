// Data loss prevention of the pages' small installation: two rules, a protected document, and what was found.
import type { Answers } from '../../src/contract/index.ts';

type Rule = Answers<'GET /dlp/rules'>['rules'][number];
type Incident = Answers<'GET /dlp/incidents'>['incidents'][number];

const at = '2026-01-01T10:00:00.000Z';

const rules: readonly Rule[] = [
  {
    ...{ name: 'Карты', isOn: true, position: 10, author: 'console:petr', changedAt: at },
    definition: {
      ...{ directions: ['outgoing'], senders: [], recipients: ['*.partner.test'] },
      conditions: [
        { kind: 'detector', detector: 'bankCard', least: 2 },
        { kind: 'words', terms: ['договор', 'оклад'], least: 1 },
      ],
      ...{ action: 'quarantine', reason: 'спросите службу безопасности' },
      ...{ subjectTag: '', copyTo: 'audit@firma.test' },
    },
  },
  {
    ...{ name: 'Планы', isOn: false, position: 20, author: 'ctl:root', changedAt: at },
    definition: {
      ...{ directions: ['incoming', 'outgoing', 'internal'], senders: [], recipients: [] },
      conditions: [{ kind: 'documents', documents: ['Бюджет.xlsx'], percent: null }],
      ...{ action: 'default', reason: '', subjectTag: '[DLP]', copyTo: '' },
    },
  },
];

const incidents: readonly Incident[] = [
  {
    ...{ id: 2, at, mail: '0192f000-0000-7000-8000-000000000002', rule: 'Карты', action: 'quarantine' },
    ...{ sender: 'anna@firma.test', recipients: ['boss@client.test', 'x@client.test'] },
    found: [
      { what: 'bankCard', count: 2, excerpts: ['карта •••• •••• •••• ••11', `${'номер '.repeat(20)}••42`] },
    ],
  },
  {
    ...{ id: 1, at, mail: '0192f000-0000-7000-8000-000000000001', rule: '', action: 'tag' },
    ...{ sender: '', recipients: ['anna@firma.test'] },
    found: [{ what: 'unread', count: 1, excerpts: ['архив.zip: encrypted'] }],
  },
];

interface Asked {
  query: URLSearchParams;
  params: Record<string, string>;
  body: Record<string, never>;
}

export function dlpRoutes(isNew: () => boolean, changes: unknown[]) {
  const change = ({ params, body }: Asked): unknown => {
    changes.push({ dlp: params['name'] ?? '+', body });
    return { rule: rules[0], document: {} };
  };
  return {
    'GET /dlp/rules': (): Answers<'GET /dlp/rules'> => ({ rules: isNew() ? [] : [...rules] }),
    'POST /dlp/rules': change,
    'PUT /dlp/rules/:name': change,
    'DELETE /dlp/rules/:name': change,
    'GET /dlp/documents': (): Answers<'GET /dlp/documents'> => ({
      documents: isNew()
        ? []
        : [
            {
              ...{ name: 'Бюджет.xlsx', comment: 'только совет', words: 12_480 },
              ...{ bytes: 410_000, author: 'console:petr', createdAt: at },
            },
          ],
      next: null,
    }),
    'POST /dlp/documents': change,
    'POST /dlp/documents/file': () => ({ document: {}, unread: [] }),
    'DELETE /dlp/documents/:name': change,
    'GET /dlp/incidents': ({ query }: Asked): Answers<'GET /dlp/incidents'> => ({
      incidents: isNew()
        ? []
        : incidents.filter(({ rule }) => query.get('rule') === null || rule === query.get('rule')),
      next: null,
    }),
  };
}
