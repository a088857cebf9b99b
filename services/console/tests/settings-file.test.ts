import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningConsole, runConsole, type Visitor } from './running-console.ts';

let running: RunningConsole;
let root: Visitor;
beforeAll(async () => {
  running = await runConsole();
  root = await running.loggedIn('root');
});
afterAll(() => running[Symbol.asyncDispose]());

interface Saved {
  sections: { name: string; revision: number; changed: boolean; changes?: { field: string }[] }[];
  changeId: string | null;
}

async function stored(section: string): Promise<{ revision: number; document: Record<string, unknown> }> {
  const { body } = await root.call('GET', '/settings');
  const { sections } = body as { sections: { name: string; revision: number; document: never }[] };
  const found = sections.find(({ name }) => name === section);
  if (found === undefined) throw new Error(`no section ${section}`);
  return found;
}

async function save(changes: { section: string; patch: Record<string, unknown> }[]): Promise<Saved> {
  const made = [];
  for (const one of changes) made.push({ ...one, expectedRevision: (await stored(one.section)).revision });
  const { status, body } = await root.call('POST', '/settings/changes', { changes: made });
  expect(status, JSON.stringify(body)).toBe(200);
  return body as Saved;
}

const yaml = 'queue:\n  runIntervalMinutes: 12\nsending:\n  maxMessageSizeMb: 17\n';

test('all settings are given as a YAML file to be kept', async () => {
  const { url } = running;
  const response = await fetch(`${url}/api/v1/settings/export?language=en`, {
    headers: { cookie: root.cookie },
  });
  expect(response.headers.get('content-type')).toBe('text/yaml; charset=utf-8');
  expect(response.headers.get('content-disposition')).toBe('attachment; filename="pochtar-settings.yaml"');
  expect(await response.text()).toMatch(/^version: 1$[\s\S]*^queue:$[\s\S]*^ {2}runIntervalMinutes: 30$/m);
});

test('a dry run tells what a file would change, and changes nothing; applied, it is one change', async () => {
  const dry = await root.call('POST', '/settings/import?dryRun=1', { yaml });
  const told = (dry.body as Saved).sections;
  expect(
    told.map(({ name, changed, changes }) => [name, changed, changes?.map(({ field }) => field)]),
  ).toEqual([
    ['queue', true, ['runIntervalMinutes']],
    ['sending', true, ['maxMessageSizeMb']],
  ]);
  expect((await stored('queue')).document).toMatchObject({ runIntervalMinutes: 30 });
  const expectedRevisions = Object.fromEntries(told.map(({ name, revision }) => [name, revision]));
  const done = await root.call('POST', '/settings/import', {
    yaml,
    expectedRevisions,
    comment: 'from a file',
  });
  expect(done.status).toBe(200);
  expect((await stored('queue')).document).toMatchObject({ runIntervalMinutes: 12 });
  const again = await root.call('POST', '/settings/import', {
    yaml: 'queue: {runIntervalMinutes: 9}',
    expectedRevisions,
  });
  expect(again.status).toBe(412);
});

test('what is wrong in a file is told with its line', async () => {
  const wrong = 'queue:\n  runIntervalMinutes: 9\nnetwork:\n  smtpPort: 0\n  noSuch: 1\n';
  const { status, body } = await root.call('POST', '/settings/import?dryRun=1', { yaml: wrong });
  const { errors } = body as { errors: { field: string; line?: number }[] };
  expect([status, errors.map(({ field, line }) => [field, line])]).toEqual([422, [['noSuch', 5]]]);
});

test('back to a revision of a section: what it said becomes a new revision, after a look at what changes', async () => {
  await save([{ section: 'queue', patch: { runIntervalMinutes: 61 } }]);
  const wanted = (await stored('queue')).revision;
  await save([{ section: 'queue', patch: { runIntervalMinutes: 62 } }]);
  const request = { section: 'queue', revision: wanted, to: 'before' };
  const dry = await root.call('POST', '/settings/revert', { ...request, validateOnly: true });
  expect(dry.body).toMatchObject({
    sections: [
      { name: 'queue', revision: wanted + 1, changed: true, changes: [{ field: 'runIntervalMinutes' }] },
    ],
  });
  expect(await stored('queue')).toMatchObject({ revision: wanted + 1, document: { runIntervalMinutes: 62 } });
  const expectedRevisions = { queue: wanted + 1 };
  const done = await root.call('POST', '/settings/revert', { ...request, expectedRevisions });
  expect(done.status).toBe(200);
  expect(await stored('queue')).toMatchObject({ revision: wanted + 2, document: { runIntervalMinutes: 61 } });
  const late = await root.call('POST', '/settings/revert', { ...request, expectedRevisions });
  expect(late.status).toBe(412);
});

test('a whole change is undone in all sections that it touched, or made anew', async () => {
  const before = [(await stored('queue')).document, (await stored('sending')).document];
  const { changeId } = await save([
    { section: 'queue', patch: { runIntervalMinutes: 21 } },
    { section: 'sending', patch: { maxMessageSizeMb: 23 } },
  ]);
  const undone = await root.call('POST', '/settings/revert', { changeId, to: 'before' });
  expect((undone.body as Saved).sections.map(({ name, changed }) => [name, changed])).toEqual([
    ['queue', true],
    ['sending', true],
  ]);
  expect([(await stored('queue')).document, (await stored('sending')).document]).toEqual(before);
  await root.call('POST', '/settings/revert', { changeId, to: 'after' });
  expect((await stored('queue')).document).toMatchObject({ runIntervalMinutes: 21 });
  expect((await stored('sending')).document).toMatchObject({ maxMessageSizeMb: 23 });
});

test('an auditor takes the file, and hands none in', async () => {
  const auditor = await running.loggedIn('auditor');
  const response = await fetch(`${running.url}/api/v1/settings/export`, {
    headers: { cookie: auditor.cookie },
  });
  expect(response.status).toBe(200);
  expect((await auditor.call('POST', '/settings/import?dryRun=1', { yaml })).status).toBe(404);
});
