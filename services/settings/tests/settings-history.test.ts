import { adminSettings, type SettingsChange } from '@pochtar/bus';
import { openDatabase } from '@pochtar/store/db';
import { lockSections } from '@pochtar/store/settings';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Running, runService } from './running-service.ts';

let running: Running;
beforeAll(async () => {
  running = await runService();
});
afterAll(() => running[Symbol.asyncDispose]());

async function section(name: string) {
  const [found] = (await running.get(adminSettings.get, { section: name })).sections;
  if (found === undefined) throw new Error(`no section ${name}`);
  return found;
}
const revisionOf = async (name: string) => (await section(name)).revision;
const set = (changes: SettingsChange[], more: { comment?: string; validateOnly?: boolean } = {}) =>
  running.get(adminSettings.set, { changes, ...more });
const refusal = async (changes: SettingsChange[], validateOnly = true) => {
  const reply = await running.ask(adminSettings.set, { changes, validateOnly });
  if (reply.ok) throw new Error('it was taken');
  return reply.error;
};

describe('a change', () => {
  test('is kept with its reason, and what was saved together is known as one', async () => {
    const both = [
      { section: 'queue', patch: { runIntervalMinutes: 5 } },
      { section: 'sending', patch: { maxMessageSizeMb: 20 } },
    ];
    const { changeId, sections } = await set(both, { comment: ' ticket 118 ' });
    const together = sections.map(({ name, revision }) => ({ section: name, revision }));
    const { entries } = await running.get(adminSettings.history, { section: 'queue', limit: 1 });
    expect(entries).toMatchObject([{ section: 'queue', comment: 'ticket 118', changeId, secrets: [] }]);
    // In words, as it was reviewed: label, and values with their unit.
    expect(entries[0]?.described).toMatchObject([
      {
        field: 'runIntervalMinutes',
        label: { ru: 'Интервал между попытками отправки' },
        before: { ru: '30 мин.', en: '30 min' },
        after: { ru: '5 мин.', en: '5 min' },
      },
    ]);
    const [queue] = together;
    const shown = await running.get(adminSettings.revision, {
      section: 'queue',
      revision: queue?.revision ?? 0,
    });
    expect(shown).toMatchObject({
      author: 'test:anna',
      comment: 'ticket 118',
      before: { runIntervalMinutes: 30, waitMinMinutes: 180 },
      after: { runIntervalMinutes: 5, waitMinMinutes: 180 },
      changes: [{ field: 'runIntervalMinutes' }],
      together,
    });
    expect(await running.complaint(adminSettings.set, { changes: both, comment: 'x'.repeat(501) })).toMatch(
      /^invalid comment/,
    );
  });

  test('of a secret is known by its name, and its value stands in no answer', async () => {
    const patch = { host: 'relay.test', authEnabled: true, username: 'u' };
    const { sections } = await set([{ section: 'relay', patch, secrets: { password: 'hidden' } }]);
    const revision = sections[0]?.revision ?? 0;
    const { entries } = await running.get(adminSettings.history, { section: 'relay', limit: 1 });
    expect(entries[0]?.secrets).toEqual(['password']);
    const shown = await running.get(adminSettings.revision, { section: 'relay', revision });
    expect(shown).toMatchObject({ secrets: ['password'], before: { authEnabled: false } });
    expect(JSON.stringify([entries, shown])).not.toContain('hidden');
  });

  test('the history of all sections pages through every revision once, newest first', async () => {
    const found: string[] = [];
    let after: string | null = null;
    do {
      const page: { entries: { section: string; revision: number }[]; next: string | null } =
        await running.get(adminSettings.history, { limit: 7, ...(after !== null && { after }) });
      found.push(...page.entries.map((entry) => `${entry.section} ${entry.revision}`));
      after = page.next;
    } while (after !== null);
    const all = (await running.get(adminSettings.get, {})).sections;
    expect(new Set(found).size).toBe(found.length);
    expect(found).toHaveLength(all.reduce((sum, { revision }) => sum + revision, 0));
    expect(found.slice(0, 3)).toEqual(['relay 2', 'sending 2', 'queue 2']);
    expect(await running.complaint(adminSettings.history, { after: '../x' })).toBe('wrongFormat after');
  });
});

describe('rolling back', () => {
  test('a whole change brings back every section it touched, as one change with a reason', async () => {
    const start = [await section('queue'), await section('sending')];
    const { changeId } = await set([
      { section: 'queue', patch: { runIntervalMinutes: 7 } },
      { section: 'sending', patch: { maxMessageSizeMb: 21 } },
    ]);
    const undo = { changeId: changeId ?? '', comment: 'it was worse' };
    const dry = await running.get(adminSettings.revert, { ...undo, validateOnly: true });
    expect(dry.sections).toMatchObject([
      { name: 'queue', changed: true, changes: [{ field: 'runIntervalMinutes' }] },
      { name: 'sending', changed: true, changes: [{ field: 'maxMessageSizeMb' }] },
    ]);
    expect((await section('queue')).document['runIntervalMinutes']).toBe(7);
    const undone = await running.get(adminSettings.revert, undo);
    for (const before of start) {
      expect((await section(before.name)).document).toEqual(before.document);
      const { entries } = await running.get(adminSettings.history, { section: before.name, limit: 1 });
      expect(entries[0]).toMatchObject({ comment: 'it was worse', changeId: undone.changeId });
    }
    await running.get(adminSettings.revert, { changeId: changeId ?? '', to: 'after' });
    expect((await section('sending')).document['maxMessageSizeMb']).toBe(21);
  });

  test('is refused from an old revision, and for what is not there', async () => {
    const current = await revisionOf('queue');
    const late = { section: 'queue', revision: 1, expectedRevision: current - 1 };
    expect(await running.complaint(adminSettings.revert, late)).toBe('conflict queue');
    const [entry] = (await running.get(adminSettings.history, { section: 'queue', limit: 1 })).entries;
    const changeId = entry?.changeId ?? '';
    const whole = { changeId, expectedRevisions: { queue: current - 1 } };
    expect(await running.complaint(adminSettings.revert, whole)).toBe('conflict queue');
    expect(await running.complaint(adminSettings.revert, {})).toBe('missing section');
    const unknown = '01890000-0000-7000-8000-000000000000';
    expect(await running.complaint(adminSettings.revert, { changeId: unknown })).toBe('notFound changeId');
    expect(await running.complaint(adminSettings.revert, { section: 'queue', revision: 999 })).toBe(
      'notFound revision',
    );
  });

  test('keeps the secret of now, and says so', async () => {
    await set([{ section: 'relay', patch: {}, secrets: { password: 'another' } }]);
    const reverted = await running.get(adminSettings.revert, {
      section: 'relay',
      revision: 1,
      validateOnly: true,
    });
    expect(reverted.cautions).toMatchObject([{ code: 'secretStays', field: 'relay.password' }]);
  });
});

describe('validating only', () => {
  test('waits for no writer', async () => {
    await using db = openDatabase({
      url: running.testDatabase.url('settings'),
      password: running.testDatabase.password,
    });
    await db.transaction(async (tx) => {
      await lockSections(tx);
      const change = { section: 'dsn', patch: { delayNoticeHours: 2 } };
      const { sections } = await set([change], { validateOnly: true });
      expect(sections).toMatchObject([
        { name: 'dsn', changed: true, changes: [{ field: 'delayNoticeHours' }] },
      ]);
    });
  });

  test('tells everything at once: errors with the place in a list, and what else there is to know', async () => {
    const error = await refusal([
      {
        section: 'general',
        patch: {
          autoCreateFolders: [
            { name: 'A', specialUse: 'Sent' },
            { name: 'B', specialUse: 'Sent' },
          ],
        },
      },
      { section: 'queue', patch: { waitMinMinutes: 400 } },
      { section: 'network', patch: { smtpPort: 110 } },
      { section: 'antivirus', patch: { maxScanSizeMb: 5 } },
    ]);
    expect(error.problems?.map(({ field }) => field)).toEqual([
      'general.autoCreateFolders.1.specialUse',
      'queue.waitMaxMinutes',
      'network.smtpPort',
    ]);
    expect(error.cautions).toMatchObject([
      { code: 'scansLessThanAccepted', field: 'antivirus.maxScanSizeMb' },
    ]);
    expect(error.problems?.[2]).toMatchObject({
      label: { ru: '«Сетевые настройки», «Порт SMTP»' },
      message: {
        ru: 'порт 110 указан и в поле «Порт POP3» на общем интерфейсе: измените один из двух портов',
        en: 'port 110 is also given in “POP3 port” on an interface they share: change one of the two',
      },
      related: [{ section: 'network', field: 'pop3Port' }],
    });
    for (const { message, field } of [...(error.problems ?? []), ...(error.cautions ?? [])]) {
      const schemaNames = field.split('.').filter((name) => /[a-z][A-Z]/.test(name));
      for (const name of schemaNames) expect(`${message.ru} ${message.en}`).not.toContain(name);
    }
  });
});

test('a save from an old revision gets what the sections say now, by whom and since when', async () => {
  const old = [await section('dsn'), await section('trace')];
  await set(
    [
      { section: 'dsn', patch: { delayNoticeHours: 6 } },
      { section: 'trace', patch: { keepDays: 40 } },
    ],
    { comment: 'first' },
  );
  const error = await refusal(
    [
      { section: 'dsn', patch: { delayNoticeHours: 8 }, expectedRevision: old[0]?.revision ?? 0 },
      { section: 'trace', patch: { keepDays: 50 }, expectedRevision: old[1]?.revision ?? 0 },
      { section: 'misc', patch: { smtpUtf8: false }, expectedRevision: await revisionOf('misc') },
    ],
    false,
  );
  expect(error.code).toBe('conflict');
  expect(error.problems?.map(({ field }) => field)).toEqual(['dsn', 'trace']);
  const known = {
    author: 'test:anna',
    comment: 'first',
    secrets: {},
    changedAt: expect.stringMatching(/^20.*Z$/),
  };
  expect(error.current).toMatchObject([
    { ...known, section: 'dsn', revision: (old[0]?.revision ?? 0) + 1, document: { delayNoticeHours: 6 } },
    { ...known, section: 'trace', revision: (old[1]?.revision ?? 0) + 1, document: { keepDays: 40 } },
  ]);
});
