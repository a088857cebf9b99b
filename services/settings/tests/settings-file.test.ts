import { adminSettings } from '@pochtar/bus';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Running, runService } from './running-service.ts';

let running: Running;
beforeAll(async () => {
  running = await runService();
});
afterAll(() => running[Symbol.asyncDispose]());

const load = (
  yaml: string,
  more: { dryRun?: boolean; comment?: string; expectedRevisions?: Record<string, number> } = {},
) => running.ask(adminSettings.import, { yaml, ...more });
const document = async (name: string) =>
  (await running.get(adminSettings.get, { section: name })).sections[0]?.document;

test('what is exported changes nothing when it is imported, and has no secret', async () => {
  const patch = { authEnabled: true, username: 'u', host: 'relay.test' };
  await running.get(adminSettings.set, {
    changes: [{ section: 'relay', patch, secrets: { password: 'hidden-one' } }],
  });
  const { yaml } = await running.get(adminSettings.export, {});
  expect(yaml).toMatch(/# password: .*\(задан\)/);
  expect(yaml).not.toContain('hidden-one');
  const before = (await running.get(adminSettings.get, {})).sections;
  const result = await load(yaml);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  expect(result.result.sections).toHaveLength(before.length);
  expect(result.result.sections.filter(({ changed }) => changed)).toEqual([]);
  expect((await running.get(adminSettings.get, {})).sections).toEqual(before);
  expect((await running.get(adminSettings.export, { language: 'en', sections: ['relay'] })).yaml).toContain(
    '(set)',
  );
});

test('a part of a file changes only what stands in it, as one change; a dry run only tells', async () => {
  const yaml = 'queue:\n  runIntervalMinutes: 12\nsending:\n  maxMessageSizeMb: 17\n';
  const dry = await load(yaml, { dryRun: true });
  expect(dry).toMatchObject({
    ok: true,
    result: {
      sections: [
        {
          name: 'queue',
          changed: true,
          changes: [{ field: 'runIntervalMinutes', after: { ru: '12 мин.' } }],
        },
        { name: 'sending', changed: true, changes: [{ field: 'maxMessageSizeMb' }] },
      ],
    },
  });
  expect(await document('queue')).toMatchObject({ runIntervalMinutes: 30 });
  const done = await load(yaml, { comment: 'from a file' });
  if (!done.ok) throw new Error(done.error.message.en);
  expect(await document('queue')).toMatchObject({ runIntervalMinutes: 12, waitMinMinutes: 180 });
  const { entries } = await running.get(adminSettings.history, { limit: 2 });
  expect(entries.map((entry) => [entry.section, entry.comment, entry.changeId])).toEqual([
    ['sending', 'from a file', done.result.changeId],
    ['queue', 'from a file', done.result.changeId],
  ]);
});

test('what validation refuses is told with its line, and nothing is changed', async () => {
  const before = await document('queue');
  const reply = await load(
    'queue:\n  runIntervalMinutes: 9\n  waitMinMinutes: 400\nnetwork:\n  smtpPort: 0\ngeneral:\n  storageVolume: none\n',
  );
  if (reply.ok) throw new Error('it was taken');
  expect(reply.error.problems?.map(({ field, line }) => [field, line])).toEqual([
    ['queue.waitMaxMinutes', 1],
    ['network.smtpPort', 5],
    ['general.storageVolume', 7],
  ]);
  expect(await document('queue')).toEqual(before);
});

test('an import from a dry run that is no longer current is refused', async () => {
  const reply = await load('queue:\n  runIntervalMinutes: 3\n', { expectedRevisions: { queue: 1 } });
  expect(reply).toMatchObject({ ok: false, error: { code: 'conflict', current: [{ section: 'queue' }] } });
});

test('sections that are none are a complaint', async () => {
  expect(await running.complaint(adminSettings.export, { sections: ['none'] })).toBe('unknownSection none');
});
