// pochtar dlp, with something that answers in the place of settings by the same schemas.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  adminDlp,
  answerAdmin,
  type Bus,
  connectBus,
  type DlpDocumentInfo,
  type DlpIncidentInfo,
  type DlpRuleInfo,
  dlpDefinition,
  done,
  fetchPieces,
  refused,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { startTestNats, temporaryDirectory, type TestNats } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { pochtar } from './command-line.ts';

let nats: TestNats;
let settings: Bus;
const asked: unknown[] = [];
const time = '2027-01-31T12:00:00.000Z';
const cards = { conditions: [{ kind: 'detector' as const, detector: 'bankCard' as const }] };
const rule: DlpRuleInfo = {
  ...{ name: 'Cards \u001b[31m', isOn: false, position: 7, author: 'ctl:root', changedAt: time },
  definition: dlpDefinition.parse({ ...cards, action: 'quarantine' }),
};
const document: DlpDocumentInfo = {
  ...{ name: 'Plan', comment: 'of the board', words: 1234, bytes: 4096, author: 'ctl:root', createdAt: time },
};
const incident: DlpIncidentInfo = {
  ...{ id: 3, at: time, mail: '019ab000-0000-7000-8000-000000000001', rule: '', action: 'tag' },
  ...{ sender: 'a@b.test', recipients: ['c@d.test', 'e@f.test'] },
  found: [{ what: 'unread', count: 2, excerpts: ['a.zip: encrypted'] }],
};

beforeAll(async () => {
  nats = await startTestNats();
  const { url, password } = nats;
  settings = await connectBus({ url, user: 'settings', password, name: 't', log: silentLogger() });
  const answering = {
    bus: settings,
    audit: { begin: async () => ({ end: async () => {} }) },
    isStanding: async () => true,
  };
  const heard = (request: object): number => asked.push(request);
  const missing = (field: string) => refused('notFound', field, 'нет', `there is no such ${field}`);
  answerAdmin(answering, adminDlp.rules, async () => done({ rules: [rule] }));
  answerAdmin(answering, adminDlp.saveRule, async (request) => {
    heard(request);
    return request.former === 'none' ? missing('former') : done({ rule });
  });
  answerAdmin(answering, adminDlp.removeRule, async (request) => {
    heard(request);
    return request.name === 'none' ? missing('name') : done({});
  });
  answerAdmin(answering, adminDlp.documents, async () => done({ documents: [document], next: null }));
  answerAdmin(answering, adminDlp.addDocument, async ({ file, ...request }) => {
    const content = file === undefined ? null : await fetchPieces(settings, file, 16 * 1024 * 1024);
    heard({ ...request, content });
    return done({ document, unread: request.name === 'Plan' ? [{ name: 'a.zip', why: 'encrypted' }] : [] });
  });
  answerAdmin(answering, adminDlp.removeDocument, async (request) => {
    heard(request);
    return request.name === 'none' ? missing('name') : done({});
  });
  answerAdmin(answering, adminDlp.incidents, async (request) => {
    heard(request);
    return done({ incidents: [incident], next: null });
  });
  await settings.connection.flush();
});
afterAll(async () => {
  await settings[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});
beforeEach(() => {
  asked.length = 0;
});

const run = (...words: string[]) => pochtar(nats.env('ctl'), ['dlp', ...words]);

test.each([
  [['rule', 'list'], /7\s+Cards .*no\s+bankCard|7\s+Cards .*no\s+detector\s+quarantine/, { rules: [rule] }],
  [['document', 'list'], /Plan\s+1234\s+.*of the board/, { documents: [document] }],
  [
    ['incident', 'list'],
    /—\s+tag\s+a@b\.test\s+c@d\.test, e@f\.test\s+unread × 2/,
    { incidents: [incident] },
  ],
])(
  'dlp %j shows a table, and all of it as JSON; foreign text cannot move the cursor',
  async (words, row, whole) => {
    const { code, stdout } = await run(...words);
    expect(code).toBe(0);
    expect(stdout).toMatch(row);
    expect(stdout).not.toContain('\u001b');
    expect(JSON.parse((await run(...words, '--json')).stdout)).toMatchObject(whole);
  },
);

test('a rule is saved from the command line or from a file, and changed under its name alone', async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'rule.json');
  writeFileSync(path, JSON.stringify({ ...cards, action: 'reject' }));
  expect((await run('rule', 'save', 'Cards', JSON.stringify(cards), '--off', '--position', '3')).code).toBe(
    0,
  );
  expect(asked.pop()).toMatchObject({ name: 'Cards', isOn: false, position: 3, definition: cards });
  const { code, stdout } = await run('rule', 'save', 'Cards', path, '--change', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ rule });
  expect(asked.pop()).toMatchObject({ former: 'Cards', isOn: true, definition: { action: 'reject' } });
});

test('what does not fit is refused with the field it is about, and nothing is asked for', async () => {
  const wrong = [
    ['{"conditions"', 'DEFINITION'],
    ['/there/is/no/such/file', 'FILE'],
    ['{"conditions":[]}', 'definition.conditions'],
    ['{"conditions":[{"kind":"size","overMb":-1}]}', 'definition.conditions.0.overMb'],
    [JSON.stringify({ ...cards, senders: ['not an address'] }), 'definition.senders.0'],
  ];
  for (const [definition = '', field = ''] of wrong) {
    const { code, stderr } = await run('rule', 'save', 'Cards', definition);
    expect(code, definition).not.toBe(0);
    expect(stderr).toContain(field);
  }
  const unread = await run('document', 'add', '/there/is/no/such/file');
  expect(unread.stderr).toContain('FILE');
  expect(unread.code).not.toBe(0);
  expect(asked).toEqual([]);
});

test('what is not there is said with its field, and ends with 1', async () => {
  const changed = await run('rule', 'save', 'none', JSON.stringify(cards), '--change');
  expect(changed).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no such former') });
  for (const kind of ['rule', 'document']) {
    const { code, stderr } = await run(kind, 'remove', 'none', '--yes');
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('no such name') });
  }
});

test('a rule and a document are removed when somebody says yes, and not before', async () => {
  for (const kind of ['rule', 'document']) {
    const asking = await run(kind, 'remove', 'Plan');
    expect(asking.code).not.toBe(0);
    expect(asking.stderr).toContain('Plan');
    expect(asked).toEqual([]);
    expect((await run(kind, 'remove', 'Plan', '--yes')).code).toBe(0);
    expect(asked.pop()).toEqual({ name: 'Plan' });
  }
});

test('a document goes to the server whole, under the name of its file or another one', async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'plan.txt');
  const content = Buffer.from('the plan\n');
  writeFileSync(path, content);
  const added = await run('document', 'add', path);
  expect(added).toMatchObject({ code: 0, stderr: '' });
  expect(asked.pop()).toEqual({ name: 'plan.txt', comment: '', content });
  const named = ['--name', 'Plan', '--comment', 'of the board'];
  const { stderr } = await run('document', 'add', path, ...named);
  expect(stderr).toContain('not read, and not protected: a.zip (encrypted)');
  asked.pop();
  const { stdout } = await run('document', 'add', path, ...named, '--json');
  expect(JSON.parse(stdout)).toMatchObject({ document });
  expect(asked.pop()).toEqual({ name: 'Plan', comment: 'of the board', content });
});

test('a document of many megabytes goes in pieces, and how far it came is said; one over 16 MB does not go', async () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'large.bin');
  const content = Buffer.alloc(16 * 1024 * 1024, 'plan ');
  writeFileSync(path, content);
  const { code, stderr } = await run('document', 'add', path);
  expect(code).toBe(0);
  expect(stderr).toMatch(/25 % sent\n50 % sent\n75 % sent\nsent; it is being read\n$/);
  const request = asked.pop() as { content: Buffer };
  expect(request.content.equals(content)).toBe(true);
  writeFileSync(path, Buffer.concat([content, Buffer.of(1)]));
  const large = await run('document', 'add', path);
  expect(large).toMatchObject({ code: 1, stderr: expect.stringContaining('at most 16 MB can be protected') });
  expect(asked).toEqual([]);
});

test('incidents are asked for by rule and by a part of an address', async () => {
  expect((await run('incident', 'list', '--rule', 'Cards', '--search', 'far.test')).code).toBe(0);
  expect(asked.pop()).toEqual({ limit: 200, rule: 'Cards', search: 'far.test' });
});
