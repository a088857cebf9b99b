// pochtar ldap …, from the words to the real settings and LDAP processes.
import { freePort } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, runServer } from './running-server.ts';

let server: RunningServer;
const port = await freePort();
beforeAll(async () => {
  server = await runServer();
  for (const domain of ['firma.test', 'other.test']) await server.run(['domain', 'create', domain]);
  for (const address of ['anna@firma.test', 'boris@firma.test', 'bob@other.test']) {
    await server.run(['account', 'create', address]);
  }
  await server.run(['account', 'update', 'boris@firma.test', '--name', 'Boris Grant']);
  await server.run(['settings', 'set', `addressBook.port=${port}`, 'addressBook.baseDn=dc=firma,dc=test']);
  await server.start('ldap');
});
afterAll(() => server[Symbol.asyncDispose]());

describe('ldap client', () => {
  const file = (...words: string[]) => server.run(['ldap', 'client', ...words]);

  test('prints a file of the settings as they are', async () => {
    const thunderbird = await file('thunderbird', '--for', 'anna@firma.test');
    expect(thunderbird).toMatchObject({
      ...{ code: 0, stderr: '' },
      stdout: expect.stringContaining(`"ldaps://mail.example.org:${port}/dc=firma,dc=test??sub?`),
    });
    const outlook = await file('outlook', '--for', 'Anna@Firma.test', '--host', 'mx.firma.test');
    expect(outlook.stdout).toContain(
      `ServerName=mx.firma.test\r\nConnectionPort=${port}\r\nUserName=anna@firma.test`,
    );
    expect((await file('apple', '--for', 'anna@firma.test')).stdout).toContain('com.apple.mail.managed');
    const url = ['--console', 'https://mx.firma.test:8443'];
    expect((await file('apple', '--for', 'anna@firma.test', ...url)).stdout).toMatch(
      /CardDAVHostName<\/key><string>mx\.firma\.test<[^]*CardDAVPort<\/key><integer>8443</,
    );
    expect((await file('roundcube')).stdout).toContain(`'ldaps://mail.example.org:${port}'`);
  });

  test('of nobody, for nothing, or while there is no book, says what to do', async () => {
    expect(await file('thunderbird', '--for', 'nobody@firma.test')).toMatchObject({ code: 1, stdout: '' });
    expect(await file('thunderbird')).toMatchObject({ code: 2, stderr: expect.stringContaining('--for') });
    expect(await file('apple', '--for', 'anna@firma.test', '--console', 'mx')).toMatchObject({ code: 2 });
    expect(await file('pine', '--for', 'anna@firma.test')).toMatchObject({
      ...{ code: 2, stderr: expect.stringContaining('thunderbird, outlook, apple, roundcube') },
    });
    await server.run(['settings', 'set', 'addressBook.enabled=false']);
    expect(await file('outlook', '--for', 'anna@firma.test')).toMatchObject({
      ...{ code: 1, stderr: expect.stringContaining('addressBook.enabled') },
    });
    await server.run(['settings', 'set', 'addressBook.enabled=true', '--wait']);
  });
});

describe('ldap try', () => {
  const attempt = (...words: string[]) => server.run(['ldap', 'try', ...words]);

  test('shows what a program finds for somebody, its query, and why the rest is not there', async () => {
    const { code, stdout, stderr } = await attempt('--as', 'anna@firma.test', '--client', 'outlook', 'bo');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('(&(mail=*)(|(mail=bo*)(|(cn=bo*)(|(sn=bo*)(givenName=bo*)))))');
    expect(stdout).toMatch(/found: 1, [\d.]+ ms/);
    expect(stdout).toMatch(/Boris Grant +boris@firma\.test +person/);
    expect(stdout).toMatch(/bob@other\.test +another domain \(addressBook\.visibility\)/);
  });

  test('as nobody, or by no program that is known, says so', async () => {
    expect(await attempt('--as', 'nobody@firma.test', 'bo')).toMatchObject({ code: 1, stdout: '' });
    expect(await attempt('--as', 'anna@firma.test', '--client', 'pine', 'bo')).toMatchObject({ code: 2 });
    expect(await attempt('bo')).toMatchObject({ code: 2, stderr: expect.stringContaining('--as') });
  });

  test('for who is switched off finds nothing to look with', async () => {
    await server.run(['account', 'update', 'anna@firma.test', '--disable']);
    expect(await attempt('--as', 'anna@firma.test', 'bo')).toMatchObject({
      ...{ code: 1, stderr: expect.stringContaining('switched off') },
    });
  });
});
