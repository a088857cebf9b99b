import { randomUUID } from 'node:crypto';
import {
  adminSettings,
  askAdmin,
  connectBus,
  type SettingsChange,
  settingsChanged,
  settingsLink,
  wholeServer,
} from '@pochtar/bus';
import { openSettings, sectionNames } from '@pochtar/settings';
import { silentLogger } from '@pochtar/runtime';
import { ensureFirstVolume } from '@pochtar/store/blob';
import { openDatabase } from '@pochtar/store/db';
import { readHistory, readSecret, readSections, saveSection, settingsRows } from '@pochtar/store/settings';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Running, runService } from './running-service.ts';

let running: Running;
beforeAll(async () => {
  running = await runService();
  const config = { path: '/nowhere' };
  await ensureFirstVolume(running.db, { name: 'first', kind: 'directory', config });
  await running.db.query({
    text: "insert into store.volume (name, kind, config) values ('second', 'directory', $1)",
    values: [JSON.stringify(config)],
  });
});
afterAll(() => running[Symbol.asyncDispose]());

type Change = SettingsChange;
const set = (changes: Change[], options: { validateOnly?: boolean } = {}) =>
  running.get(adminSettings.set, { changes, ...options });
const one = (change: Change) => ({ changes: [change] });
const refusal = (change: Change) => running.complaint(adminSettings.set, one(change));

async function revisionOf(section: string): Promise<number> {
  const { sections } = await running.get(adminSettings.get, { section });
  return sections[0]?.revision ?? 0;
}

describe('a first start', () => {
  test('gives every section a document, and the server the name of its machine', async () => {
    const { sections } = await running.get(adminSettings.get, {});
    expect(sections.map((section) => section.name)).toEqual(sectionNames);
    const general = sections.find((section) => section.name === 'general');
    expect(general?.document).toMatchObject({ heloName: 'mail.example.org' });
  });
});

describe('setting', () => {
  test('a patch changes its fields, keeps the others, and is announced after the commit', async () => {
    const heard: { section: string; revision: number }[] = [];
    const owner = {
      url: running.nats.url,
      user: 'smtp',
      password: running.nats.password,
      name: 't',
      log: silentLogger(),
    };
    await using bus = await connectBus(owner);
    bus.subscribe(settingsChanged, (change) => void heard.push(change));
    await bus.connection.flush();
    const before = await revisionOf('sending');
    const saved = await set([{ section: 'sending', patch: { maxMessageSizeMb: 10 } }]);
    expect(saved.sections).toEqual([{ name: 'sending', revision: before + 1, changed: true }]);
    const [row] = await readSections(running.db, ['sending']);
    expect(row).toMatchObject({
      author: 'test:anna',
      document: { maxMessageSizeMb: 10, rateLimitPerMinute: 60 },
    });
    await eventually(() => expect(heard).toContainEqual({ section: 'sending', revision: before + 1 }));
  });

  test('what changes nothing makes no revision', async () => {
    const before = await revisionOf('dsn');
    expect(await set([{ section: 'dsn', patch: { delayNoticeHours: 4 } }])).toEqual({
      sections: [{ name: 'dsn', revision: before, changed: false }],
      changeId: null,
    });
    expect(await revisionOf('dsn')).toBe(before);
  });

  test('several sections change together or not at all', async () => {
    const before = await revisionOf('smtpEncryption');
    const both = [
      { section: 'smtpEncryption', patch: { smtpsPort: 993 } },
      { section: 'accessEncryption', patch: { imapsPort: 465 } },
    ];
    expect(await refusal(both[0] as Change)).toBe('portClash smtpEncryption.smtpsPort');
    expect(await revisionOf('smtpEncryption')).toBe(before);
    await set(both);
    expect(await revisionOf('smtpEncryption')).toBe(before + 1);
    await set([
      { section: 'smtpEncryption', patch: { smtpsPort: 465 } },
      { section: 'accessEncryption', patch: { imapsPort: 993 } },
    ]);
  });

  test.each([
    [{ section: 'nonsense' }, 'unknownSection nonsense'],
    [{ section: 'network', patch: { smtpPort: 0 } }, 'outOfRange network.smtpPort'],
    [{ section: 'network', patch: { nonsense: 1 } }, 'unknownField network.nonsense'],
    [{ section: 'network', patch: { smtpPort: 110 } }, 'portClash network.smtpPort'],
    [{ section: 'relay', patch: { password: 'x' } }, 'isSecret relay.password'],
    [{ section: 'relay', secrets: { nonsense: 'x' } }, 'unknownField relay.nonsense'],
    [{ section: 'relay', secrets: { password: '' } }, 'outOfRange relay.password'],
    [{ section: 'relay', patch: { authEnabled: true, username: 'u' } }, 'missing relay.password'],
    [
      { section: 'smtpEncryption', patch: { certificateId: 'none' } },
      'notFound smtpEncryption.certificateId',
    ],
    [
      { section: 'smtpEncryption', patch: { certificateId: 'authority' } },
      'notFound smtpEncryption.certificateId',
    ],
    [{ section: 'general', patch: { defaultDomain: 'none.test' } }, 'notFound general.defaultDomain'],
    [{ section: 'general', patch: { storageVolume: 'none' } }, 'notFound general.storageVolume'],
    [{ section: 'general', patch: { storageVolume: 'second' } }, 'notAvailable general.storageVolume'],
    [{ section: 'network', patch: { firewallRule: false } }, 'notAvailable network.firewallRule'],
    [
      { section: 'accessLists', patch: { white: [{ value: '192.0.2.1' }] } },
      'movedToLists accessLists.white',
    ],
  ])('%j is refused: %s', async (change, expected) => {
    expect(await refusal(change)).toBe(expected);
  });

  test('all complaints come together, in both languages', async () => {
    const reply = await running.ask(
      adminSettings.set,
      one({ section: 'network', patch: { smtpPort: 0, imapPort: 'x' } }),
    );
    expect(reply).toMatchObject({
      ok: false,
      error: {
        message: {
          ru: expect.stringContaining('укажите целое число'),
          en: expect.stringContaining('give a whole number'),
        },
        problems: [{ field: 'network.smtpPort' }, { field: 'network.imapPort' }],
      },
    });
  });

  test('a change made from an old revision is refused and names who came first', async () => {
    const revision = await revisionOf('queue');
    await set([{ section: 'queue', patch: { runIntervalMinutes: 10 }, expectedRevision: revision }]);
    const late = one({ section: 'queue', patch: { runIntervalMinutes: 20 }, expectedRevision: revision });
    const reply = await running.ask(adminSettings.set, late);
    expect(reply).toMatchObject({
      ok: false,
      error: { code: 'conflict', message: { en: expect.stringContaining('test:anna') } },
    });
  });

  test('what is missing for a relay that wants a log-in is told at once, by label', async () => {
    const change = one({ section: 'relay', patch: { authEnabled: true, rewriteSender: true } });
    const reply = await running.ask(adminSettings.set, change);
    expect(reply).toMatchObject({
      ok: false,
      error: {
        problems: [
          { field: 'relay.username', label: { ru: '«Отправка через внешний SMTP», «Логин»' } },
          { field: 'relay.senderAddress' },
          {
            field: 'relay.password',
            label: { en: '“Sending through an external SMTP server”, “Password”' },
            message: {
              ru: 'не задан, а «Использовать SMTP-авторизацию» включено: задайте его или выключите «Использовать SMTP-авторизацию»',
            },
          },
        ],
      },
    });
  });

  test('cautions come with what is saved, and stand beside the section', async () => {
    const saved = await set([
      { section: 'antivirus', patch: { maxScanSizeMb: 5 } },
      { section: 'network', patch: { smtpInterfaces: ['noif0', 'lo'] } },
    ]);
    expect(saved.cautions?.map(({ code, field }) => `${code} ${field}`)).toEqual([
      'scansLessThanAccepted antivirus.maxScanSizeMb',
      'noInterface network.smtpInterfaces.0',
    ]);
    const [antivirus] = (await running.get(adminSettings.get, { section: 'antivirus' })).sections;
    expect(antivirus?.cautions).toMatchObject([{ code: 'scansLessThanAccepted' }]);
    const [sending] = (await running.get(adminSettings.status, { section: 'sending' })).sections;
    expect(sending?.cautions).toMatchObject([{ code: 'scansLessThanAccepted' }]);
    const { cautions } = await set([
      { section: 'antivirus', patch: { maxScanSizeMb: 50 } },
      { section: 'network', patch: { smtpInterfaces: [] } },
    ]);
    expect(cautions).toBeUndefined();
  });

  test('what has no effect in this version is told of each section', async () => {
    const { sections } = await running.get(adminSettings.status, {});
    const told = sections
      .flatMap((section) => section.cautions ?? [])
      .filter(({ code }) => code === 'notAvailable');
    expect(told.map(({ field }) => field)).toEqual(
      expect.arrayContaining(['retention', 'network.firewallRule']),
    );
    expect(told.map(({ field }) => field)).not.toContain('queue');
  });

  test('a stored choice that is not available does not block others, and comes back with a caution', async () => {
    const [row] = await readSections(running.db, ['network']);
    await saveSection(running.db, {
      section: 'network',
      document: { ...row?.document, firewallRule: false },
      author: 'an earlier release',
    });
    const start = await revisionOf('network');
    const submits = (submissionEnabled: boolean) => ({ section: 'network', patch: { submissionEnabled } });
    expect(await refusal(submits(false))).toBe('ok');
    await set([{ section: 'network', patch: { submissionEnabled: true, firewallRule: true } }]);
    const { cautions } = await running.get(adminSettings.revert, { section: 'network', revision: start });
    expect(cautions).toMatchObject([{ code: 'notAvailable', field: 'network.firewallRule' }]);
    await set([{ section: 'network', patch: { firewallRule: true } }]);
  });

  test('validating only writes nothing', async () => {
    const before = await revisionOf('dsn');
    const saved = await set([{ section: 'dsn', patch: { delayNoticeHours: 1 } }], { validateOnly: true });
    expect(saved.sections).toMatchObject([{ name: 'dsn', revision: before, changed: true }]);
    expect(await revisionOf('dsn')).toBe(before);
  });

  test('concurrent patches of different fields are all kept', async () => {
    const fields = ['failedLogins', 'banMinutes', 'sessionsTotal', 'sessionsPerAddress'];
    await Promise.all(fields.map((field, i) => set([{ section: 'limits', patch: { [field]: i + 21 } }])));
    const { sections } = await running.get(adminSettings.get, { section: 'limits' });
    expect(sections[0]?.document).toMatchObject({
      failedLogins: 21,
      banMinutes: 22,
      sessionsTotal: 23,
      sessionsPerAddress: 24,
    });
  });

  test('a stored clash does not block changes that have no part in it', async () => {
    const [network] = await readSections(running.db, ['network']);
    await saveSection(running.db, {
      section: 'network',
      document: { ...network?.document, pop3Port: 143 },
      author: 'x',
    });
    expect(await refusal({ section: 'misc', patch: { smtpUtf8: false } })).toBe('ok');
    expect(await refusal({ section: 'network', patch: { submissionPort: 2587 } })).toBe(
      'portClash network.imapPort',
    );
    expect(await refusal({ section: 'network', patch: { pop3Port: 110 } })).toBe('ok');
  });
});

describe('a secret', () => {
  test('is stored sealed, makes a revision, and is shown nowhere', async () => {
    const before = await revisionOf('relay');
    const patch = { authEnabled: true, username: 'user' };
    await set([{ section: 'relay', patch, secrets: { password: 'hidden-1' } }]);
    await set([{ section: 'relay', secrets: { password: 'hidden-2' } }]);
    expect(await revisionOf('relay')).toBe(before + 2);
    expect(await readSecret(running.db, running.key, 'relay.password')).toBe('hidden-2');
    const shown = [
      await running.ask(adminSettings.get, {}),
      await running.ask(adminSettings.history, { section: 'relay' }),
      await readHistory(running.db, 'relay', { limit: 10 }),
    ];
    expect(JSON.stringify(shown)).not.toContain('hidden');
    const { sections } = await running.get(adminSettings.get, { section: 'relay' });
    expect(sections[0]?.secrets).toEqual({ password: true });
    expect(await refusal({ section: 'relay', secrets: { password: null } })).toBe('missing relay.password');
    expect(
      await refusal({ section: 'relay', patch: { authEnabled: false }, secrets: { password: null } }),
    ).toBe('ok');
    expect(await readSecret(running.db, running.key, 'relay.password')).toBeNull();
  });
});

describe('history', () => {
  test('shows who changed what, and an earlier document can be made current again', async () => {
    const start = await revisionOf('dnsbl');
    await set([{ section: 'dnsbl', patch: { zones: ['a.test'] } }]);
    await set([{ section: 'dnsbl', patch: { zones: ['b.test'], timeoutMs: 1000 } }]);
    const { entries } = await running.get(adminSettings.history, { section: 'dnsbl', limit: 1 });
    expect(entries).toMatchObject([
      {
        revision: start + 2,
        author: 'test:anna',
        changes: [
          { field: 'zones', before: '["a.test"]', after: '["b.test"]' },
          { field: 'timeoutMs', before: '5000', after: '1000' },
        ],
      },
    ]);
    await running.get(adminSettings.revert, { section: 'dnsbl', revision: start + 1 });
    const { sections } = await running.get(adminSettings.get, { section: 'dnsbl' });
    expect(sections[0]).toMatchObject({
      revision: start + 3,
      document: { zones: ['a.test'], timeoutMs: 5000 },
    });
    expect(await running.complaint(adminSettings.revert, { section: 'dnsbl', revision: 99 })).toBe(
      'notFound revision',
    );
    expect(await running.complaint(adminSettings.history, { section: 'none' })).toBe('unknownSection none');
  });
});

describe('who may ask', () => {
  test('settings are for administrators of all domains', async () => {
    expect(await running.complaint(adminSettings.get, {}, [1])).toBe('forbidden ');
    const change = one({ section: 'dsn', patch: { delayNoticeHours: 1 } });
    expect(await running.complaint(adminSettings.set, change, [1])).toBe('forbidden ');
  });
});

describe('from a saved setting to a running process', () => {
  test('the process applies it, and the status tells saved from applied', async () => {
    const { nats, testDatabase } = running;
    const access = { url: nats.url, user: 'smtp', password: nats.password, name: 't', log: silentLogger() };
    await using bus = await connectBus(access);
    await using db = openDatabase({ url: testDatabase.url('smtp'), password: testDatabase.password });
    await using settings = await openSettings({
      ...settingsRows(db),
      ...settingsLink(bus),
      sections: ['sending'],
      process: 'smtp',
      instance: randomUUID(),
      log: silentLogger(),
    });
    let isBroken = true;
    await settings.apply('sending', () => {
      if (isBroken) throw new Error('the disk is full');
    });
    const report = async () =>
      (await running.get(adminSettings.status, { section: 'sending' })).sections[0]?.processes[0];
    await eventually(async () =>
      expect(await report()).toMatchObject({
        process: 'smtp',
        isApplied: false,
        error: 'the disk is full',
        problem: { code: 'failed', text: { ru: 'сбой: the disk is full' } },
      }),
    );
    isBroken = false;
    const { sections } = await set([{ section: 'sending', patch: { maxMessageSizeMb: 33 } }]);
    await eventually(async () => {
      expect(await report()).toMatchObject({ revision: sections[0]?.revision, isApplied: true, error: null });
    });
    expect(settings.current('sending').maxMessageSizeMb).toBe(33);
  });

  test('a restarted bus loses no change', async () => {
    const { nats, testDatabase } = running;
    const access = { url: nats.url, user: 'imap', password: nats.password, name: 't', log: silentLogger() };
    await using bus = await connectBus(access);
    await using db = openDatabase({ url: testDatabase.url('imap'), password: testDatabase.password });
    await using settings = await openSettings({
      ...settingsRows(db),
      ...settingsLink(bus),
      sections: ['sending'],
      process: 'imap',
      instance: randomUUID(),
      log: silentLogger(),
    });
    await nats.wipe();
    const [row] = await readSections(running.db, ['sending']);
    const document = { ...row?.document, maxMessageSizeMb: 44 };
    await saveSection(running.db, { section: 'sending', document, author: 'x' });
    await nats.start();
    await eventually(() => expect(settings.current('sending').maxMessageSizeMb).toBe(44));
    const asker = wholeServer('test');
    const askOnce = async () => (await askAdmin(running.bus, adminSettings.get, asker, {}, 500)).ok;
    await eventually(askOnce);
  });
});
