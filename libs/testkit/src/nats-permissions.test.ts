// Connects as each program: it can do its work on the bus, and nothing else.
import {
  type Bus,
  check,
  connectBus,
  consumeStep,
  ensureStreams,
  mailRefused,
  remakeStreams,
  mailboxChanged,
  settingsApplied,
  settingsChanged,
  stepSubject,
} from '@pochtar/bus';
import { natsUsers } from '@pochtar/native';
import { createLogger } from '@pochtar/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from './eventually.ts';
import { startTestNats } from './nats.ts';
import type { TestNats } from './nats.ts';

const log = createLogger({ name: 'test', instance: 'test', level: 'error' });
const mail = '01930000-0000-7000-8000-000000000001';
let nats: TestNats;

beforeAll(async () => {
  nats = await startTestNats();
});
afterAll(() => nats[Symbol.asyncDispose]());

function connectAs(user: string): Promise<Bus> {
  return connectBus({ url: nats.url, user, password: nats.password, name: user, log });
}

/** What the server refused, as the client heard of it. */
function refusals(bus: Bus): string[] {
  const heard: string[] = [];
  void (async () => {
    for await (const status of bus.connection.status()) {
      if (status.type === 'error') heard.push(status.error.message);
    }
  })();
  return heard;
}

test('a wrong password and an unknown user are refused', async () => {
  const { connect } = await import('@nats-io/transport-node');
  for (const user of ['smtp', 'stranger']) {
    await expect(
      connect({ servers: nats.url, user, pass: 'wrong', maxReconnectAttempts: 0 }),
    ).rejects.toThrow(/authorization/i);
  }
});

test('whoever publishes to a stream makes the streams when they are gone', async () => {
  for (const user of ['smtp', 'filter-dlp', 'delivery', 'settings', 'tasks']) {
    await using owner = await connectAs('owner');
    const manager = await owner.manager();
    for (const name of ['MAIL', 'EVENTS']) await manager.streams.delete(name).catch(() => {});
    await using bus = await connectAs(user);
    await bus.publishStep('dkim', mail);
    expect((await manager.streams.info('MAIL')).state.messages).toBe(1);
    await manager.streams.purge('MAIL');
  }
});

test('smtp accepts and filters consume, acknowledge and pass the mail on to delivery', async () => {
  await using smtp = await connectAs('smtp');
  await using filter = await connectAs('filter-antivirus');
  await using delivery = await connectAs('delivery');
  const delivered: string[] = [];
  const never = {
    isTransient: () => false,
    poison: async () => {},
    takeAlone: async () => 1,
    cameToAnEnd: async () => {},
  };
  const filters = consumeStep(
    filter,
    'antivirus',
    { ...never, handle: (id) => filter.publishStep('deliver', id) },
    { concurrency: 4 },
  );
  const end = consumeStep(
    delivery,
    'deliver',
    { ...never, handle: async (id) => void delivered.push(id) },
    { concurrency: 4 },
  );
  await smtp.publishStep('antivirus', mail);
  await smtp.publish(mailRefused, {
    at: new Date().toISOString(),
    clientAddress: '192.0.2.1',
    reversePath: null,
    recipient: null,
    otherRecipients: [],
    reply: '550 no',
    count: 1,
  });
  await eventually(() => delivered.includes(mail));
  await using owner = await connectAs('owner');
  const manager = await owner.manager();
  await eventually(async () => expect((await manager.streams.info('MAIL')).state.messages).toBe(0));
  await filters[Symbol.asyncDispose]();
  await end[Symbol.asyncDispose]();
});

test('smtp asks, a filter answers, and no other program can answer in its place', async () => {
  await using smtp = await connectAs('smtp');
  await using filter = await connectAs('filter-greylist');
  await using imap = await connectAs('imap');
  const question = check('greylist');
  const refused = refusals(imap);
  imap.connection.subscribe(question.name, { queue: question.queueGroup });
  await eventually(() => refused.some((text) => /permissions violation/i.test(text)));
  filter.answer(question, async () => ({ result: 'defer' as const }));
  await filter.connection.flush();
  const request = { clientAddress: '192.0.2.1', helo: 'x', reversePath: '', recipient: null };
  expect((await smtp.ask(question, request, 2_000)).result).toBe('defer');
});

test('delivery may make the streams anew', async () => {
  await using delivery = await connectAs('delivery');
  await expect(remakeStreams(await delivery.manager())).resolves.toBeUndefined();
});

test('imap hears of mailboxes that delivery changed; smtp does not', async () => {
  await using delivery = await connectAs('delivery');
  await using imap = await connectAs('imap');
  await using smtp = await connectAs('smtp');
  const heard: string[] = [];
  imap.subscribe(mailboxChanged('*'), (_, subject) => void heard.push(subject));
  await imap.connection.flush();
  const refused = refusals(smtp);
  smtp.connection.subscribe(mailboxChanged('*').name);
  await eventually(() => refused.some((text) => /permissions violation/i.test(text)));
  delivery.emit(mailboxChanged(7), { mailboxes: [{ id: 1, modSeq: 2 }] });
  await eventually(() => expect(heard).toEqual(['mailbox.changed.7']));
});

test('every program hears of changed settings and may say which revision it runs', async () => {
  await using settings = await connectAs('settings');
  await ensureStreams(await settings.manager());
  const applied: string[] = [];
  settings.subscribe(settingsApplied, (payload) => void applied.push(payload.process));
  await settings.connection.flush();
  for (const { name } of natsUsers) {
    if (name === 'settings') continue;
    await using bus = await connectAs(name);
    const heard: number[] = [];
    bus.subscribe(settingsChanged, (payload) => void heard.push(payload.revision));
    await bus.connection.flush();
    await settings.publish(settingsChanged, { section: 'network', revision: 3 });
    await eventually(() => expect(heard).toContain(3));
    bus.emit(settingsApplied, {
      process: name,
      instance: mail,
      section: 'network',
      revision: 3,
      error: null,
    });
    await eventually(() => expect(applied).toContain(name));
  }
});

test('what a program has no business with is refused', async () => {
  const forbidden: [user: string, subject: string][] = [
    ['smtp', 'settings.changed'],
    ['smtp', 'admin.account.create'],
    ['imap', stepSubject('deliver').name],
    ['pop3', 'admin.account.create'],
    ['ldap', 'mailbox.changed.1'],
    // Only what may see no hash asks whether a password is right.
    ['imap', 'auth.check'],
    ['filter-dlp', 'auth.check'],
    ['imap', 'auth.scram'],
    ['ctl', stepSubject('deliver').name],
    ['firewall', 'check.greylist'],
    ['smtp', '$JS.API.STREAM.DELETE.MAIL'],
    ['filter-dlp', '$JS.API.STREAM.DELETE.EVENTS'],
    ['filter-dlp', '$JS.API.CONSUMER.MSG.NEXT.MAIL.delivery'],
    // Each filter has its own step, and no other one's.
    ['filter-dlp', '$JS.API.CONSUMER.MSG.NEXT.MAIL.filter-antivirus'],
    ['filter-antivirus', '$JS.ACK.MAIL.filter-dkim.1.1.1.1.0'],
    ['filter-dnsbl', stepSubject('deliver').name],
    ['smtp', '_INBOX.imap.x'],
    // Who tries settings tells the settings process of it, and nobody else; only that one asks for it.
    ['delivery', 'progress.imap.x'],
    ['imap', 'progress.ctl.x'],
    ['filter-greylist', 'progress.settings.x'],
    ['console', 'progress.ctl.x.cancel'],
    ['console', 'test.delivery'],
    ['ctl', 'test.smtp'],
    // Mails are tried when the settings process asks; each fetches them from who asked it, and from nobody else.
    ['console', 'try.dlp'],
    ['filter-dlp', 'try.antivirus'],
    ['filter-dlp', 'pieces.console.x'],
    ['delivery', 'pieces.settings.x'],
    ['ctl', 'pieces.console.x'],
  ];
  for (const [user, subject] of forbidden) {
    await using bus = await connectAs(user);
    const refused = refusals(bus);
    bus.connection.publish(subject, '{}');
    await eventually(() => refused.some((text) => text.includes(subject)));
    expect(refused.join()).toMatch(/permissions violation for publish/i);
  }
});

test('no program hears of tests of settings, or sees mails that are tried, that others run or ask for', async () => {
  for (const { name } of natsUsers) {
    if (name === 'owner') continue;
    await using bus = await connectAs(name);
    const refused = refusals(bus);
    const others = ['console', 'ctl', 'settings'].filter((other) => other !== name);
    const subjects = [
      ...others.flatMap((other) => [`progress.${other}.*`, `pieces.${other}.*`]),
      ...['progress.>', 'test.>', 'pieces.>', 'try.>'],
    ];
    for (const subject of subjects) bus.connection.subscribe(subject);
    await eventually(() => new Set(refused).size === subjects.length);
    expect(refused.join()).toMatch(/permissions violation for subscription/i);
  }
});

test('no program hears the inboxes of another', async () => {
  for (const { name } of natsUsers) {
    if (name === 'owner') continue;
    await using bus = await connectAs(name);
    const refused = refusals(bus);
    for (const subject of ['_INBOX.>', '_INBOX.other.>', '>']) bus.connection.subscribe(subject);
    await eventually(() => new Set(refused).size === 3);
    expect(refused.join()).toMatch(/permissions violation for subscription/i);
  }
});
