import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { smallJpeg as jpeg, temporaryDirectory } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pochtarProcess } from './command-line.ts';
import { type RunningServer, runServer } from './running-server.ts';

let server: RunningServer;
beforeAll(async () => {
  server = await runServer();
  await server.json(['domain', 'create', 'example.org', '--postmaster', 'anna@example.org']);
});
afterAll(() => server[Symbol.asyncDispose]());

describe('accounts', () => {
  test('a password is made and printed, or read from standard input and not shown', async () => {
    const made = await server.json<{ password: string }>([
      'account',
      'create',
      'anna@example.org',
      '--name',
      'Анна',
    ]);
    expect(made.password).toMatch(/^[A-Za-z2-9]{20}$/);
    const given = await server.run(
      ['account', 'create', 'boris@example.org', '--password-stdin'],
      'пароль-1\n',
    );
    expect(given.code).toBe(0);
    expect(given.stdout).toContain('boris@example.org');
    expect(given.stdout + given.stderr).not.toContain('пароль-1');
    const none = await server.json<object>([
      'account',
      'create',
      'vera@example.org',
      '--no-password',
      '--disabled',
    ]);
    expect(none).toMatchObject({ account: { hasPassword: false, isEnabled: false } });
  });

  test('all of it works in the process that operators start', async () => {
    const environment = server.nats.env('ctl');
    const words = ['account', 'create', 'process@example.org', '--password-stdin', '--json'];
    const made = await pochtarProcess(environment, words, 'пароль-1\n');
    expect([made.code, made.stderr]).toEqual([0, '']);
    expect(JSON.parse(made.stdout)).toMatchObject({
      account: { address: 'process@example.org', hasPassword: true },
    });
    const again = await pochtarProcess(environment, words, 'пароль-1\n');
    expect([again.code, again.stdout]).toEqual([1, '']);
  });

  test('are changed, shown and listed in pages', async () => {
    await server.json(['account', 'update', 'anna@example.org', '--quota', '500M', '--name', 'Анна С.']);
    const shown = await server.run(['account', 'show', 'anna@example.org']);
    expect(shown.stdout).toMatch(/Quota\s+500M/);
    expect(shown.stdout).toMatch(/Aliases\s+postmaster@example\.org/);
    const page = await server.run(['account', 'list', '--limit', '1']);
    expect(page.stdout.split('\n')).toHaveLength(3);
    expect(page.stderr).toBe('more: --after anna@example.org\n');
    const password = await server.run(['account', 'password', 'anna@example.org']);
    expect(password).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Password\s+\w{20}\n$/) });
  });

  test('have contact details and a photo for the address book', async () => {
    const words = ['--surname', 'Ёлкина', '--job-title', 'Инженер', '--work-phone', '+7 495 123-45-67'];
    await server.json(['account', 'update', 'anna@example.org', ...words, '--hide']);
    const shown = await server.run(['account', 'show', 'anna@example.org']);
    expect(shown.stdout).toMatch(/In the address book\s+hidden\n.*\nSurname\s+Ёлкина\n/);
    expect(shown.stdout).toMatch(/Work phone\s+\+7 495 123-45-67\n/);
    const changed = ['account', 'update', 'anna@example.org', '--surname', '', '--unhide'];
    expect(await server.json(changed)).toMatchObject({
      account: { contact: { jobTitle: 'Инженер', workPhone: '+7 495 123-45-67' }, isHidden: false },
    });
    const wrong = await server.run(['account', 'update', 'anna@example.org', '--fax', 'none']);
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('contact.fax: ') });
    using directory = temporaryDirectory();
    const [from, to] = [join(directory.path, 'from.jpg'), join(directory.path, 'to.jpg')];
    writeFileSync(from, Buffer.from(jpeg, 'base64'));
    expect((await server.run(['account', 'photo', 'set', 'anna@example.org', from])).code).toBe(0);
    const saved = await server.run(['account', 'photo', 'save', 'anna@example.org', to]);
    expect(saved).toMatchObject({ code: 0, stdout: `${to}: 3×2\n` });
    expect(readFileSync(to).toString('base64')).toBe(jpeg);
    await server.json(['account', 'photo', 'remove', 'anna@example.org']);
    const none = await server.run(['account', 'photo', 'save', 'anna@example.org', to]);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('anna@example.org has no photo') });
    const missing = await server.run(['account', 'photo', 'set', 'anna@example.org', `${from}x`]);
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('no such file') });
  });

  test('one is removed only when that is confirmed', async () => {
    const unconfirmed = await server.run(['account', 'delete', 'vera@example.org']);
    expect(unconfirmed).toMatchObject({ code: 2, stderr: expect.stringContaining('add --yes') });
    expect((await server.run(['account', 'delete', 'vera@example.org', '--yes'])).code).toBe(0);
    const gone = await server.run(['account', 'show', 'vera@example.org']);
    expect(gone).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('address: “vera@example.org” does not exist'),
    });
  });
});

test('aliases and groups are made, changed and removed', async () => {
  await server.json(['alias', 'create', 'info@example.org', 'anna@example.org', 'boris@example.org']);
  const alias = await server.run(['alias', 'list', '--search', 'info']);
  expect(alias.stdout).toMatch(/info@example\.org\s+anna@example\.org, boris@example\.org/);
  await server.json(['alias', 'update', 'info@example.org', 'anna@example.org']);
  await server.json(['group', 'create', 'all@example.org', 'anna@example.org', '--name', 'Все']);
  const group = [
    'group',
    'update',
    'all@example.org',
    '--add',
    'x@remote.test',
    '--remove',
    'anna@example.org',
  ];
  expect(await server.json(group)).toMatchObject({ group: { members: ['x@remote.test'], name: 'Все' } });
  await server.json(['group', 'delete', 'all@example.org']);
  await server.json(['alias', 'delete', 'info@example.org']);
  expect(await server.json(['alias', 'list', '--search', 'info'])).toMatchObject({ aliases: [] });
});

test('external contacts are added, shown, changed and removed, with a photo', async () => {
  const name = ['example.org', 'boris@supplier.test'];
  const words = [
    '--name',
    'Boris Smith',
    '--organisation',
    'Supplier Ltd',
    '--work-phone',
    '+44 20 7946 0001',
  ];
  const added = await server.run(['contact', 'add', ...name, ...words]);
  expect(added.stdout).toMatch(/Address\s+boris@supplier\.test\nIn the book of\s+example\.org\n/);
  expect(added.stdout).toMatch(/Work phone\s+\+44 20 7946 0001\n/);
  const list = await server.run(['contact', 'list', '--domain', 'example.org', '--search', 'supplier l']);
  expect(list.stdout).toMatch(/^boris@supplier\.test\s+example\.org\s+Boris Smith\s+Supplier Ltd$/m);
  const changed = ['contact', 'set', ...name, '--address', 'b@supplier.test', '--organisation', ''];
  expect(await server.json(changed)).toMatchObject({
    contact: { address: 'b@supplier.test', contact: { workPhone: '+44 20 7946 0001' } },
  });
  using dir = temporaryDirectory();
  const [file, copy] = [join(dir.path, 'photo.jpg'), join(dir.path, 'copy.jpg')];
  writeFileSync(file, Buffer.from(jpeg, 'base64'));
  const now = ['example.org', 'b@supplier.test'];
  expect((await server.run(['contact', 'photo', 'set', ...now, file])).code).toBe(0);
  expect((await server.run(['contact', 'show', ...now])).stdout).toMatch(/Photo\s+there\n/);
  expect((await server.run(['contact', 'photo', 'save', ...now, copy])).stdout).toBe(`${copy}: 3×2\n`);
  expect(readFileSync(copy).toString('base64')).toBe(jpeg);
  expect((await server.run(['contact', 'remove', ...now])).code).toBe(0);
  expect(await server.run(['contact', 'show', ...now])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('does not exist'),
  });
  expect((await server.run(['contact', 'set', ...now])).stderr).toContain('say what to change');
});

test('administrators are made with their domains', async () => {
  const made = await server.json<object>(
    ['admin', 'create', 'org', '--domain', 'example.org', '--password-stdin'],
    'password-1',
  );
  expect(made).toEqual({
    administrator: expect.objectContaining({ login: 'org', domains: ['example.org'] }),
  });
  const refused = await server.run([
    'admin',
    'update',
    'org',
    '--role',
    'domainAdmin',
    '--domain',
    'no.test',
  ]);
  expect(refused.stderr).toContain('there is no domain no.test');
  expect((await server.run(['admin', 'update', 'org', '--role', 'king'])).code).toBe(2);
  const update = ['admin', 'update', 'org', '--role', 'admin', '--name', 'Org'];
  expect(await server.json(update)).toMatchObject({
    administrator: { role: 'admin', domains: null, displayName: 'Org' },
  });
  const list = await server.run(['admin', 'list']);
  expect(list.stdout).toMatch(/org\s+Org\s+admin\s+all\s+yes/);
  expect((await server.run(['admin', 'disable', 'org'])).stderr).toContain('the last admin');
  expect((await server.run(['admin', 'delete', 'org', '--yes'])).stderr).toContain('the last admin');
  await server.json(['admin', 'create', 'second', '--role', 'auditor']);
  expect(await server.json(['admin', 'disable', 'second'])).toMatchObject({
    administrator: { isEnabled: false },
  });
  expect(await server.json(['admin', 'enable', 'second'])).toMatchObject({
    administrator: { isEnabled: true },
  });
});

test('tokens are made for an administrator, listed and removed', async () => {
  await server.json(['admin', 'create', 'maker']);
  const made = await server.json<{ value: string; token: { id: number } }>([
    ...['token', 'create', 'backup', '--for', 'maker', '--role', 'auditor', '--days', '30'],
  ]);
  expect(made.value).toMatch(/^pochtar_/);
  expect((await server.run(['token', 'list'])).stdout).toMatch(/backup\s+maker\s+auditor\s+all/);
  const nobody = await server.run(['token', 'create', 'x', '--role', 'admin']);
  expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('--for LOGIN') });
  expect((await server.run(['token', 'create', 'x', '--for', 'maker'])).code).toBe(2);
  const id = String(made.token.id);
  expect((await server.run(['token', 'delete', id])).stderr).toContain('add --yes');
  expect((await server.run(['token', 'delete', id, '--yes'])).code).toBe(0);
  expect(await server.json(['token', 'list'])).toEqual({ tokens: [], next: null });
});

test('the audit log is read by author, question and time', async () => {
  const shown = await server.run(['audit', '--action', 'token', '--since', '1h']);
  expect(shown.stdout).toMatch(/token\.delete/);
  expect(shown.stdout).toMatch(/token\.create\s+backup\s+done/);
  const page = await server.run(['audit', '--limit', '1']);
  expect(page.stderr).toMatch(/^more: --before \d+\n$/);
  expect(await server.json(['audit', '--author', 'nobody'])).toEqual({
    ...{ entries: [], next: null, searchedSince: null },
  });
  expect((await server.run(['audit', '--help'])).stdout).toContain('Usage: pochtar audit');
});

test('certificates are listed, made and given out', async () => {
  const made = await server.json<{ certificate: { id: string } }>([
    'certificate',
    'generate',
    'imap.example.org',
  ]);
  const list = await server.run(['certificate', 'list']);
  expect(list.stdout).toContain('imap.example.org, localhost');
  expect((await server.run(['certificate', 'ca'])).stdout).toMatch(/^-----BEGIN CERTIFICATE-----/);
  await server.json(['certificate', 'delete', made.certificate.id, '--yes']);
  const noFile = await server.run(['certificate', 'import', '--chain', '/none.pem', '--key', '/none.pem']);
  expect(noFile).toMatchObject({ code: 2, stderr: expect.stringContaining('--chain') });
});

describe('complaints', () => {
  test('are in Russian when the locale is, and name field and remedy', async () => {
    const words = ['account', 'create', 'x@none.test', '--no-password'];
    const russian = await server.run(words, '', { LANG: 'ru_RU.UTF-8' });
    expect(russian).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('address: домена none.test здесь нет: сначала создайте'),
    });
    expect((await server.run(words)).stderr).toContain(
      'address: there is no domain none.test here: create it first',
    );
  });

  test('are JSON when that was asked for, and standard output stays empty', async () => {
    const { stdout, stderr, code } = await server.run(['account', 'show', 'nobody', '--json']);
    expect([stdout, code]).toEqual(['', 1]);
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'wrongFormat', field: 'address' } });
  });

  test('of a process that does not run say which one', async () => {
    const { code, stderr } = await server.run(['queue', 'list']);
    expect([code, stderr]).toEqual([
      3,
      'pochtar: the process delivery does not answer: see that it runs, and try again\n',
    ]);
  });
});

describe('domain dns', () => {
  test('shows the records that a domain needs, which nobody has looked for yet, and asks for what', async () => {
    const { code, stdout } = await server.run(['domain', 'dns', 'example.org']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/example\.org\s+MX\s+10 \S+\s+not checked/);
    expect(stdout).not.toContain('Checked:');
  });

  test('as a zone file has them: each line a record that can be pasted', async () => {
    const { stdout } = await server.run(['domain', 'dns', 'example.org', '--zone']);
    expect(stdout).toMatch(/^example\.org\.\s.*\bIN\s+MX\s+10\s/m);
  });

  test('as JSON: what each record is for', async () => {
    const { domain, records } = await server.json<{ domain: string; records: { purpose: string }[] }>([
      ...['domain', 'dns', 'example.org'],
    ]);
    expect(domain).toBe('example.org');
    expect(records.map(({ purpose }) => purpose)).toEqual(expect.arrayContaining(['mx', 'spf', 'dmarc']));
  });

  test('a domain that is not here is a complaint', async () => {
    const { code, stderr } = await server.run(['domain', 'dns', 'else.test']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('else.test')]);
  });
});
