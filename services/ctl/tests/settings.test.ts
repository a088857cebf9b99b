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

describe('settings get', () => {
  test('of everything has tabs and blocks as the console, each field with its label and why it has no effect', async () => {
    const { stdout } = await server.run(['settings', 'get']);
    const headings = [...stdout.matchAll(/^(.+)\n=+$/gm)].map((match) => match[1]);
    expect(headings).toEqual(['Settings', 'Spam protection', 'Address book', 'More settings']);
    expect(stdout).toMatch(/^# Encryption: SMTP \(revision /m);
    const places = ['relay.username', 'relay.password', 'relay.rewriteSender'].map((one) =>
      stdout.indexOf(one),
    );
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(stdout).toMatch(/^queue\.waitMaxMinutes +300 +Waiting time, to$/m);
    expect(stdout).toMatch(/^greylist\.minRetrySeconds .*\(counts while greylist\.enabled=true\)$/m);
    expect(stdout).toMatch(/^network\.firewallRule .*\(not available in this version\)$/m);
  });
});

describe('settings search', () => {
  test.each([
    ['smarthost', /^relay\.host .*Settings › Sending through an external SMTP server › Default relay$/m],
    ['kbvbn dkj;tybq', /^sending\.maxMessageSizeMb +50 +Settings › Sending › Maximum message size$/m],
    ['postgrey', /^greylist\.minRetrySeconds .*counts while greylist\.enabled=true/m],
  ])('%s', async (words, expected) => {
    const { code, stdout } = await server.run(['settings', 'search', ...words.split(' ')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(expected);
  });

  test('answers values and places to programs, and says when there is nothing', async () => {
    const { hits } = await server.json<{ hits: object[] }>(['settings', 'search', 'pop3', 'порт']);
    expect(hits[0]).toMatchObject({ section: 'network', field: 'pop3Port', value: 110, block: 'network' });
    const none = await server.run(['settings', 'search', 'qqqqqqq'], '', { LANG: 'ru_RU.UTF-8' });
    expect(none).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('ничего не найдено') });
  });
});

test('history tells who changed what, and an earlier revision can be brought back', async () => {
  await server.json(['settings', 'set', 'dsn.delayNoticeHours=10']);
  const history = await server.run(['settings', 'history', 'dsn', '--limit', '1']);
  expect(history.stdout).toMatch(/2 .*ctl:\S+\s+delayNoticeHours: 4 → 10/);
  await server.json(['settings', 'revert', 'dsn', '1']);
  expect(await server.json(['settings', 'get', 'dsn.delayNoticeHours'])).toBe(4);
});

test('a reason is kept; what several sections got together is rolled back as one; a dry run only shows', async () => {
  const words = ['queue.runIntervalMinutes=11', 'trace.keepDays=9'];
  const dry = await server.run(['settings', 'set', ...words, '--dry-run']);
  expect(dry).toMatchObject({ code: 0, stdout: expect.stringMatching(/queue\.runIntervalMinutes .* 11/) });
  expect(await server.json(['settings', 'get', 'queue.runIntervalMinutes'])).not.toBe(11);
  const before = await server.json(['settings', 'get', 'queue.runIntervalMinutes']);
  const saved = await server.json<{ changeId: string }>([
    'settings',
    'set',
    ...words,
    '--comment',
    'ticket 7',
  ]);
  const history = await server.run(['settings', 'history', '--limit', '2']);
  expect(history.stdout).toMatch(/queue \d+ .*ticket 7/);
  expect(history.stdout).toMatch(/trace \d+ .*ticket 7/);
  const diff = await server.run(['settings', 'diff', 'trace'], '', { LANG: 'ru_RU.UTF-8' });
  expect(diff.stdout).toMatch(/trace\.keepDays .* → 9/);
  const undone = await server.run(['settings', 'rollback', '--change', saved.changeId, '--comment', 'back']);
  expect(undone).toMatchObject({ code: 0, stdout: expect.stringMatching(/queue\s+\d+\s+saved/) });
  expect(await server.json(['settings', 'get', 'queue.runIntervalMinutes'])).toBe(before);
  expect((await server.run(['settings', 'diff', 'trace'])).stdout).not.toContain('keepDays');
  expect((await server.run(['settings', 'rollback', 'queue'])).code).toBe(2);
});

describe('a file with settings', () => {
  test('is exported with labels in the language of the operator, and changes nothing when it is imported', async () => {
    const russian = await server.run(['settings', 'export'], '', { LANG: 'ru_RU.UTF-8' });
    expect(russian.stdout).toContain('# Порт SMTP\n  smtpPort:');
    const again = await server.run(['settings', 'import', '-', '--dry-run'], russian.stdout);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('no differences') });
    const saved = await server.json<{ sections: { changed: boolean }[] }>(
      ['settings', 'import', '-'],
      russian.stdout,
    );
    expect(saved.sections.some(({ changed }) => changed)).toBe(false);
  });

  test('that is wrong is told by line and nearest name, in the language of the operator', async () => {
    const yaml = 'network:\n  smtpPrt: 1\n';
    const refused = await server.run(['settings', 'import', '-'], yaml, { LANG: 'ru_RU.UTF-8' });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/строка 2: .*network\.smtpPrt: .*возможно, smtpPort/);
    expect((await server.run(['settings', 'import', '/no/such/file'])).code).toBe(2);
  });
});

describe('an expected revision', () => {
  const revision = async () => {
    const { sections } = await server.json<{ sections: { revision: number }[] }>([
      'settings',
      'get',
      'queue',
    ]);
    return sections[0]?.revision ?? 0;
  };

  test('that is no longer the current one ends with 5 and names who changed the section meanwhile', async () => {
    const before = await revision();
    const expected = ['--expected-revision', String(before)];
    expect((await server.run(['settings', 'set', 'queue.runIntervalMinutes=20', ...expected])).code).toBe(0);
    for (const words of [
      ['set', 'queue.runIntervalMinutes=25'],
      ['revert', 'queue', String(before)],
    ]) {
      const stale = await server.run(['settings', ...words, ...expected], '', { LANG: 'ru_RU.UTF-8' });
      expect(stale).toMatchObject({ code: 5, stdout: '' });
      expect(stale.stderr).toMatch(
        /«Почтовая очередь», queue: раздел тем временем изменил ctl:\S+ \(ревизия/,
      );
    }
    expect(await server.json(['settings', 'get', 'queue.runIntervalMinutes'])).toBe(20);
    const current = ['--expected-revision', String(before + 1)];
    expect((await server.run(['settings', 'revert', 'queue', String(before), ...current])).code).toBe(0);
  });

  test('of a list is that of the operator, and is for one section only', async () => {
    const stale = await server.run(['settings', 'set', 'dnsbl.zones+=z.test', '--expected-revision', '0']);
    expect(stale.code).toBe(5);
    const words = ['dnsbl.timeoutMs=1000', 'queue.runIntervalMinutes=20', '--expected-revision', '1'];
    expect(await server.run(['settings', 'set', ...words])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('one section only'),
    });
  });
});

test('a revision that is not there is told in the language of the operator, by label', async () => {
  const words = ['settings', 'revert', 'trace', '99'];
  const russian = await server.run(words, '', { LANG: 'ru_RU.UTF-8' });
  expect(russian).toMatchObject({
    code: 1,
    stderr: 'pochtar: «История писем», trace: ревизии 99 нет: посмотрите pochtar settings history trace\n',
  });
  expect((await server.run(words)).stderr).toContain('“Trace”, trace: there is no revision 99');
  const notANumber = await server.run(['settings', 'revert', 'trace', 'x'], '', { LANG: 'ru_RU.UTF-8' });
  expect(notANumber).toMatchObject({ code: 2, stderr: 'pochtar: укажите номер ревизии, например 3\n' });
});

describe('what is not available in this version', () => {
  test('is refused by label with the remedy, and shown beside its value', async () => {
    const refused = await server.run(['settings', 'set', 'network.firewallRule=false']);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^pochtar: “.+”, “Create the allow rule automatically”, network\.firewallRule: not available in this version: give true\n$/,
      ),
    });
    const shown = await server.run(['settings', 'get', 'network']);
    expect(shown.stdout).toMatch(
      /network\.firewallRule\s+true\s+Create the allow rule automatically \(not available in this version\)/,
    );
    const whole = await server.run(['settings', 'get', 'misc']);
    expect(whole.stdout).toMatch(/misc\.smtpUtf8\s+true\s+SMTPUTF8\n/);
  });

  test('is told by the status, in the language of the operator', async () => {
    const status = await server.run(['settings', 'status', 'retention'], '', { LANG: 'ru_RU.UTF-8' });
    expect(status.stdout).toMatch(/^! «.+», retention: в этой версии раздел недоступен/m);
    const retention = await server.run(['settings', 'status', 'retention']);
    expect(retention.stdout).toMatch(/retention\s+1\s+tasks\s+not in this version/);
  });
});

test('a caution does not keep a choice from being saved, and is printed with it', async () => {
  const saved = await server.run(['settings', 'set', 'general.heloName=vm']);
  expect(saved.code).toBe(0);
  expect(saved.stdout).toMatch(
    /^! “General”, “Name in SMTP HELO”, general\.heloName: “vm” is no full DNS name/m,
  );
  const status = await server.run(['settings', 'status', 'general']);
  expect(status.stdout).toContain('“vm” is no full DNS name');
  await server.json(['settings', 'set', 'general.heloName=mail.example.org']);
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

  test('a section that no running process uses is saved, and that is said', async () => {
    const ended = await server.run(['settings', 'set', 'limits.banMinutes=20', '--wait']);
    expect(ended).toMatchObject({
      code: 0,
      stderr: 'limits: no running process uses this setting; it has no effect yet\n',
    });
    const reverted = await server.run(['settings', 'revert', 'limits', '1', '--wait']);
    expect(reverted).toMatchObject({ code: 0, stderr: expect.stringContaining('no running process') });
  });

  test('ends with 4 and the reason when one could not', async () => {
    let isBroken = false;
    await using running = await runProcess(() => {
      if (isBroken) throw new Error('the disk is full');
    });
    isBroken = true;
    const ended = await server.run(['settings', 'set', 'sending.maxMessageSizeMb=12', '--wait']);
    expect(ended.stdout).toContain('the disk is full');
    const russian = await server.run(['settings', 'status', 'sending'], '', { LANG: 'ru_RU.UTF-8' });
    expect(russian.stdout).toContain('сбой: the disk is full');
    expect(ended).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('saved, but not every process could apply it'),
    });
    expect(running.settings.revision('sending')).toBe(3);
  });
});

describe('settings test', () => {
  test('a draft is tried, line by line, with an exit code of its own; nothing is saved', async () => {
    const before = await server.json(['settings', 'get', 'general']);
    const good = await server.run(['settings', 'test', 'certificate']);
    expect(good).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^✓ SMTP: names: .*\n[^]*\nFit: .+\n$/),
    });
    const bad = await server.run(['settings', 'test', 'certificate', 'general.heloName=other.example.org']);
    expect(bad).toMatchObject({
      code: 6,
      stdout: expect.stringMatching(/✗ .*other\.example\.org[^]*Not fit: /),
    });
    expect(await server.json(['settings', 'get', 'general'])).toEqual(before);
    const unknown = await server.run(['settings', 'test', 'addressBook']);
    expect(unknown).toMatchObject({
      code: 7,
      stdout: expect.stringContaining('ldap'),
    });
  });

  test('with --json each line is an object, the last one the verdict', async () => {
    const { code, stdout } = await server.run(['settings', 'test', 'certificate', '--json']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect([code, lines.at(-1).verdict]).toEqual([0, 'good']);
    expect(lines.slice(0, -1).every((line) => typeof line.at === 'string' && line.text.ru !== '')).toBe(true);
  });

  test('what could not be saved is refused as a save is, and a test that is none is a complaint', async () => {
    const refused = await server.run(['settings', 'test', 'relay', 'relay.port=70000']);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('relay.port') });
    const none = await server.run(['settings', 'test', 'weather']);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('relay, helo') });
    const secret = await server.run(['settings', 'test', 'relay', 'relay.password=x']);
    expect(secret).toMatchObject({ code: 2, stderr: expect.stringContaining('--secret relay.password') });
  });
});
