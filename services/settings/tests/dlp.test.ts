// Rules and protected documents of data loss prevention, as an administrator asks for them.
import { adminDlp, offerPieces } from '@pochtar/bus';
import { noteIncidents } from '@pochtar/store/dlp';
import { openDatabase } from '@pochtar/store/db';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Running, runService } from './running-service.ts';

let running: Running;
beforeAll(async () => {
  running = await runService();
});
afterAll(() => running[Symbol.asyncDispose]());

const definition = { conditions: [{ kind: 'detector' as const, detector: 'snils' as const }] };
const names = async () => (await running.get(adminDlp.rules, {})).rules.map(({ name }) => name);

test('a rule is saved under a name of its own, looked at in its order, changed and removed', async () => {
  await running.get(adminDlp.saveRule, { name: 'Second', position: 20, definition });
  const { rule } = await running.get(adminDlp.saveRule, { name: 'First', position: 10, definition });
  expect(rule).toMatchObject({
    isOn: true,
    author: 'test:anna',
    definition: { action: 'default', senders: [] },
  });
  expect(await names()).toEqual(['First', 'Second']);
  expect(await running.complaint(adminDlp.saveRule, { name: 'first', definition })).toBe('exists name');
  await running.get(adminDlp.saveRule, {
    name: 'Last',
    former: 'FIRST',
    position: 30,
    isOn: false,
    definition,
  });
  expect(await names()).toEqual(['Second', 'Last']);
  expect(await running.complaint(adminDlp.saveRule, { name: 'x', former: 'First', definition })).toBe(
    'notFound former',
  );
  await running.get(adminDlp.removeRule, { name: 'last' });
  expect(await running.complaint(adminDlp.removeRule, { name: 'last' })).toBe('notFound name');
});

test('a bad expression is refused when it is saved, and named with what is wrong', async () => {
  const of = (expression: string) => ({ conditions: [{ kind: 'expression' as const, expression }] });
  for (const expression of ['(a', '(a)\\1', 'x*']) {
    const asked = running.complaint(adminDlp.saveRule, { name: 'Bad', definition: of(expression) });
    expect(await asked).toBe('wrongFormat definition.conditions.0.expression');
  }
  expect(await names()).not.toContain('Bad');
});

test('of a protected document its fingerprints are kept, and nothing of its text', async () => {
  const text = Array.from({ length: 200 }, (_, index) => `тайна${index * 7}`).join(' ');
  const content = Buffer.from(text).toString('base64');
  const { document } = await running.get(adminDlp.addDocument, { name: 'Plan', content, comment: 'board' });
  expect(document).toMatchObject({ name: 'Plan', words: 200, comment: 'board' });
  expect(await running.complaint(adminDlp.addDocument, { name: 'plan', content })).toBe('exists name');
  const rows = await running.db.query({
    text: 'select d::text, f::text from dlp.document d, dlp.fingerprint f',
  });
  expect(rows.length).toBeGreaterThan(50);
  expect(JSON.stringify(rows)).not.toContain('тайна');
  await running.get(adminDlp.removeDocument, { name: 'Plan' });
  expect(await running.db.query({ text: 'select 1 from dlp.fingerprint' })).toEqual([]);
  expect((await running.get(adminDlp.documents, {})).documents).toEqual([]);
});

test('a document of megabytes is fetched in pieces, and so many of its fingerprints are kept as have room', async () => {
  const words = Array.from({ length: 550_000 }, (_, index) => `слово${index}`)
    .join(' ')
    .slice(0, 3_900_000);
  const bytes = Buffer.from(`${words}\n`);
  expect(bytes.length).toBeGreaterThan(5_000_000);
  using pieces = offerPieces(running.bus, bytes);
  const { document, unread } = await running.get(adminDlp.addDocument, { name: 'Large', file: pieces.offer });
  expect(document).toMatchObject({ name: 'Large', bytes: bytes.length, words: words.split(' ').length });
  expect(unread).toEqual([]);
  const [kept] = await running.db.query<{ size: number; words: number }>({
    text: 'select count(*)::int as size, sum(words)::int as words from dlp.fingerprint',
  });
  expect(kept?.size).toBeLessThanOrEqual(100_000);
  expect(kept?.size).toBeGreaterThan(50_000);
  // They stand for all of it.
  expect(kept?.words).toBeGreaterThan(document.words * 0.999);
  await running.get(adminDlp.removeDocument, { name: 'Large' });
});

test('a document that does not come, is too large, or comes in no way or in two is refused', async () => {
  using pieces = offerPieces(running.bus, Buffer.from('a'));
  const offer = pieces.offer;
  const refusal = (request: object) => running.complaint(adminDlp.addDocument, { name: 'x', ...request });
  expect(await refusal({ file: { ...offer, bytes: 2 } })).toBe('invalid file');
  expect(await refusal({ file: { ...offer, bytes: 16 * 1024 * 1024 + 1 } })).toBe('tooLarge file');
  expect(await refusal({ file: offer })).toBe('unreadable content');
  expect(await refusal({})).toBe('invalid content');
  expect(await refusal({ file: offer, content: 'YQ==' })).toBe('invalid content');
});

test('a document without words, or with a password, protects nothing and is refused', async () => {
  const few = Buffer.from('two words').toString('base64');
  expect(await running.complaint(adminDlp.addDocument, { name: 'x', content: few })).toBe(
    'unreadable content',
  );
  const locked = Buffer.from('-----BEGIN PGP MESSAGE-----\n').toString('base64');
  expect(await running.complaint(adminDlp.addDocument, { name: 'x', content: locked })).toBe(
    'unreadable content',
  );
});

test('incidents are seen by the administrators of the sender’s and the recipients’ domains', async () => {
  const owner = openDatabase({ url: running.testDatabase.url(), password: running.testDatabase.password });
  await owner.query({ text: `insert into directory.domain (name) values ('one.test'), ('two.test')` });
  const [one, two] = await owner.query<{ id: number }>({
    text: 'select id from directory.domain order by name',
  });
  const incident = {
    generation: 1,
    rule: 'R',
    action: 'log',
    sender: 'a@one.test',
    recipients: ['b@far.test'],
  };
  const domains = ['one.test', 'far.test'];
  await noteIncidents(owner, [{ ...incident, mail: crypto.randomUUID(), domains, found: [] }]);
  await owner[Symbol.asyncDispose]();
  const seen = async (id: number | undefined) => {
    const reply = await running.ask(adminDlp.incidents, {}, [id as number]);
    return reply.ok ? reply.result.incidents.length : reply.error.code;
  };
  expect(await seen(one?.id)).toBe(1);
  expect(await seen(two?.id)).toBe(0);
});

test('incidents are found by rule, by a part of an address in any case, and from a moment on', async () => {
  const owner = openDatabase({ url: running.testDatabase.url(), password: running.testDatabase.password });
  const common = { generation: 1, action: 'log', domains: [], found: [] };
  await noteIncidents(owner, [
    {
      ...common,
      mail: crypto.randomUUID(),
      rule: 'Found',
      sender: 'Olga@Far.test',
      recipients: ['x@y.test'],
    },
    {
      ...common,
      mail: crypto.randomUUID(),
      rule: '',
      sender: 'p@q.test',
      recipients: ['100%@z.test', 'B@Far.test'],
    },
  ]);
  await owner[Symbol.asyncDispose]();
  const found = async (by: object) => {
    const { incidents } = await running.get(adminDlp.incidents, by);
    return incidents.map(({ sender }) => sender).filter((sender) => sender !== 'a@one.test');
  };
  expect(await found({ search: 'FAR.test' })).toEqual(['p@q.test', 'Olga@Far.test']);
  // No letter is a wildcard.
  expect(await found({ search: '%@z' })).toEqual(['p@q.test']);
  expect(await found({ search: '_@z' })).toEqual([]);
  expect(await found({ rule: 'Found' })).toEqual(['Olga@Far.test']);
  expect(await found({ rule: '' })).toEqual(['p@q.test']);
  expect(await found({ since: new Date(Date.now() + 3_600_000).toISOString() })).toEqual([]);
  expect(await found({ since: new Date(Date.now() - 3_600_000).toISOString() })).toHaveLength(2);
});

test('an auditor is an address; a rule of an older version has nobody and no tag', async () => {
  const of = (copyTo: string) => ({ name: 'Audited', definition: { ...definition, copyTo } });
  expect(await running.complaint(adminDlp.saveRule, of('nobody'))).toBe('wrongFormat definition.copyTo');
  const { rule } = await running.get(adminDlp.saveRule, of('audit@far.test'));
  expect(rule.definition).toMatchObject({ copyTo: 'audit@far.test', subjectTag: '' });
  await running.db.query({
    text: `update dlp.rule set definition = definition - 'copyTo' - 'subjectTag' where name = 'Audited'`,
  });
  const { rules } = await running.get(adminDlp.rules, {});
  const old = rules.find(({ name }) => name === 'Audited');
  expect(old?.definition).toMatchObject({ copyTo: '', subjectTag: '', conditions: definition.conditions });
  await running.get(adminDlp.removeRule, { name: 'Audited' });
});
