import { randomUUID } from 'node:crypto';
import { connectBus, settingsLink } from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { openSettings, type SectionRow } from '@pochtar/settings';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, runServer } from './running-server.ts';

let server: RunningServer;
beforeAll(async () => {
  server = await runServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** A process that uses `sending`, with rows read over the command line's own answers. */
async function runProcess(handler: () => void) {
  const { url, password } = server.nats;
  const bus = await connectBus({ url, user: 'smtp', password, name: 't', log: silentLogger() });
  const read = async (): Promise<SectionRow[]> =>
    (await server.json<{ sections: SectionRow[] }>(['settings', 'get', 'sending'])).sections;
  const settings = await openSettings({
    ...settingsLink(bus),
    read,
    sections: ['sending'],
    process: 'smtp',
    instance: randomUUID(),
    log: silentLogger(),
  });
  await settings.apply('sending', handler);
  return {
    settings,
    async [Symbol.asyncDispose]() {
      await settings[Symbol.asyncDispose]();
      await bus[Symbol.asyncDispose]();
    },
  };
}

describe('settings get and set', () => {
  test('a value is changed and read back, alone or with its section', async () => {
    const saved = await server.run([
      'settings',
      'set',
      'network.smtpPort=2526',
      'network.submissionEnabled=off',
    ]);
    expect(saved).toMatchObject({ code: 0, stdout: expect.stringMatching(/network\s+2\s+saved/) });
    expect(await server.json(['settings', 'get', 'network.smtpPort'])).toBe(2526);
    const section = await server.run(['settings', 'get', 'network']);
    expect(section.stdout).toMatch(/^# Network \(revision 2, .*ctl:/);
    expect(section.stdout).toMatch(/network\.smtpPort\s+2526\s+SMTP port/);
    const again = await server.run(['settings', 'set', 'network.smtpPort=2526']);
    expect(again.stdout).toMatch(/network\s+2\s+unchanged/);
  });

  test('lists are replaced, grow and shrink', async () => {
    await server.json(['settings', 'set', `dnsbl.zones=["a.test"]`]);
    await server.json([
      'settings',
      'set',
      'dnsbl.zones+=b.test',
      'dnsbl.zones+=c.test',
      'dnsbl.zones-=a.test',
    ]);
    expect(await server.json(['settings', 'get', 'dnsbl.zones'])).toEqual(['b.test', 'c.test']);
    await server.json(['settings', 'set', 'accessLists.white+=192.0.2.1', 'accessLists.black+=@bad.test']);
    await server.json(['settings', 'set', 'accessLists.white+={"value":"10.0.0.0/8","comment":"office"}']);
    await server.json(['settings', 'set', 'accessLists.white-=192.0.2.1']);
    expect(await server.json(['settings', 'get', 'accessLists'])).toMatchObject({
      sections: [
        {
          document: { white: [{ value: '10.0.0.0/8', comment: 'office' }], black: [{ value: '@bad.test' }] },
        },
      ],
    });
  });

  test('additions at the same time are all kept', async () => {
    await server.json(['settings', 'set', 'dnsbl.zones=']);
    const zones = ['d.test', 'e.test', 'f.test'];
    await Promise.all(zones.map((zone) => server.json(['settings', 'set', `dnsbl.zones+=${zone}`])));
    expect((await server.json<string[]>(['settings', 'get', 'dnsbl.zones'])).toSorted()).toEqual(zones);
  });

  test('a secret comes from standard input and is never shown', async () => {
    const words = [
      'settings',
      'set',
      'relay.authEnabled=on',
      'relay.username=me',
      '--secret',
      'relay.password',
    ];
    const saved = await server.run(words, 'hidden\n');
    const shown = await server.run(['settings', 'get', 'relay']);
    expect(saved.code).toBe(0);
    expect(shown.stdout).toMatch(/relay\.password\s+set\s+Password/);
    expect(JSON.stringify([saved, shown])).not.toContain('hidden');
    const onCommandLine = await server.run(['settings', 'set', 'relay.password=hidden']);
    expect(onCommandLine).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--secret relay.password'),
    });
    expect(onCommandLine.stderr).not.toContain('hidden');
  });

  test.each([
    [['network.smtpPort=0'], 1, 'network.smtpPort: give a whole number from 1 to 65535'],
    [['network.smtpPort=110'], 1, 'network.pop3Port'],
    [['network.nonsense=1'], 1, 'there is no such field'],
    [['nonsense.x=1'], 1, 'there is no section “nonsense”'],
    [['network'], 2, 'section.field=value'],
    [[], 2, 'section.field=value'],
  ])('%j ends with %i and says %s', async (words, code, message) => {
    const ended = await server.run(['settings', 'set', ...words]);
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
  });
});

test('history tells who changed what, and an earlier revision can be brought back', async () => {
  await server.json(['settings', 'set', 'trace.keepDays=10']);
  const history = await server.run(['settings', 'history', 'trace', '--limit', '1']);
  expect(history.stdout).toMatch(/2 .*ctl:\S+\s+keepDays: 90 → 10/);
  await server.json(['settings', 'revert', 'trace', '1']);
  expect(await server.json(['settings', 'get', 'trace.keepDays'])).toBe(90);
});

describe('settings set --wait', () => {
  test('ends when every process has applied the change, and tells who', async () => {
    await using running = await runProcess(() => {});
    const ended = await server.run(['settings', 'set', 'sending.maxMessageSizeMb=11', '--wait']);
    expect(ended.stdout).toMatch(/sending\s+2\s+smtp\s+\w{8}\s+2\s+applied/);
    expect(ended.stdout).toMatch(/sending\s+2\s+imap\s+not running/);
    expect(ended.code).toBe(0);
    expect(running.settings.current('sending').maxMessageSizeMb).toBe(11);
    const status = await server.run(['settings', 'status', 'sending']);
    expect(status.stdout).toMatch(/smtp\s+\w{8}\s+2\s+applied/);
  });

  test('ends with 4 and the reason when one could not', async () => {
    let isBroken = false;
    await using running = await runProcess(() => {
      if (isBroken) throw new Error('the disk is full');
    });
    isBroken = true;
    const ended = await server.run(['settings', 'set', 'sending.maxMessageSizeMb=12', '--wait']);
    expect(ended.stdout).toContain('the disk is full');
    expect(ended).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('saved, but not every process could apply it'),
    });
    expect(running.settings.revision('sending')).toBe(3);
  });
});
