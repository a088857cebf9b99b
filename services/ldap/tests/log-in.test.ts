// Binding: by what name, what each failure is answered with, and what becomes of the session.
import { authFailed } from '@pochtar/bus';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { context } from '../src/ber/tags.ts';
import { requestTags } from '../src/protocol/operation-tags.ts';
import { bindMessage, message, saslMessage, searchMessage } from './encode-request.ts';
import { BASE, type Installation, PASSWORD, startInstallation } from './installation.ts';
import { RawClient } from './raw-client.ts';

let at: Installation;

beforeAll(async () => {
  at = await startInstallation();
});
afterAll(() => at[Symbol.asyncDispose]());

const people = `ou=people,${BASE}`;

async function codeOf(octets: Buffer): Promise<number> {
  using raw = await RawClient.open(at.port);
  raw.send(octets);
  return (await raw.resultOf(1)).code;
}

test.each([
  ['anna@demo.test', PASSWORD, 0],
  ['ANNA@demo.test', PASSWORD, 0],
  ['anna', PASSWORD, 0],
  [`mail=anna@demo.test,${people}`, PASSWORD, 0],
  [`uid=anna , OU=People,${BASE}`, PASSWORD, 0],
  ['', '', 0],
  ['anna@demo.test', 'wrong', 49],
  ['nobody@demo.test', PASSWORD, 49],
  ['dora@demo.test', PASSWORD, 49],
  [`mail=nobody@demo.test,${people}`, PASSWORD, 49],
  [`mail=all@demo.test,ou=groups,${BASE}`, PASSWORD, 49],
  ['cn=admin', PASSWORD, 49],
  ['anna@demo.test', '', 53],
])('a bind as %j with %j has result %i', async (name, password, code) => {
  expect(await codeOf(bindMessage(1, name, password))).toBe(code);
});

test.each([
  ['PLAIN', `\0anna@demo.test\0${PASSWORD}`, 0],
  ['plain', `anna@demo.test\0anna@demo.test\0${PASSWORD}`, 0],
  ['PLAIN', `boris@demo.test\0anna@demo.test\0${PASSWORD}`, 49],
  ['PLAIN', '\0anna@demo.test\0wrong', 49],
  ['PLAIN', 'nonsense', 49],
  ['PLAIN', undefined, 53],
  ['SCRAM-SHA-256', 'n,,n=anna,r=x', 14],
  ['SCRAM-SHA-1', 'n,,n=anna,r=x', 7],
  ['EXTERNAL', '', 7],
])('RFC 4616: SASL %s with %j has result %i', async (mechanism, response, code) => {
  expect(await codeOf(saslMessage(1, mechanism, response))).toBe(code);
});

test('RFC 4511 §4.2: version 2, and a method that is none, are refused', async () => {
  expect(await codeOf(bindMessage(1, '', '', 2))).toBe(2);
  const other = message(1, (writer) => {
    writer.parts(requestTags.bind, () => void writer.integer(3).string('').string('', context(7)));
  });
  expect(await codeOf(other)).toBe(7);
});

test('RFC 4511 §4.2.1: after a bind that failed nobody is logged in any more', async () => {
  using raw = await RawClient.open(at.port);
  raw.send(bindMessage(1, 'anna@demo.test', PASSWORD));
  await raw.resultOf(1);
  raw.send(bindMessage(2, 'anna@demo.test', 'wrong'));
  await raw.resultOf(2);
  raw.send(searchMessage(3, { base: BASE }));
  expect((await raw.resultOf(3)).code).toBe(50);
});

test('three failures end a session; each is an event that names an account of ours and nothing else', async () => {
  const failures: string[] = [];
  at.bus.subscribe(authFailed, ({ login, protocol }) => void failures.push(`${protocol} ${login}`));
  await at.bus.connection.flush();
  using raw = await RawClient.open(at.port);
  raw.send(bindMessage(1, 'anna@demo.test', 'one'));
  raw.send(bindMessage(2, 'my secret password', 'two'));
  raw.send(bindMessage(3, 'anna@demo.test', 'three'));
  expect((await raw.resultOf(3)).code).toBe(49);
  await eventually(() => expect(raw.isClosed).toBe(true));
  await eventually(() => expect(failures).toEqual(['ldap anna@demo.test', 'ldap ', 'ldap anna@demo.test']));
});

test('while nobody checks passwords, a bind is unavailable, and who is logged in goes on', async () => {
  const client = await at.client('anna@demo.test');
  await at.stopChecking();
  await expect(at.client('boris@demo.test')).rejects.toMatchObject({ code: 52 });
  expect((await client.search(BASE, { filter: '(uid=anna)' })).searchEntries).toHaveLength(1);
});
