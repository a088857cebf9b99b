// AUTHENTICATE SCRAM-SHA-256 (RFC 5802, RFC 7677), with and without an initial response, inside TLS and without.
import { eventually, gsaslLogin, ScramClient } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Installation, startInstallation } from './installation.ts';

let imap: Installation;
beforeAll(async () => {
  imap = await startInstallation({ settings: { limits: { failedLogins: 100 } } });
  for (const name of ['anna', 'boris', 'clara']) {
    await imap.talk(`S: * OK *\nC: a LOGIN ${name}@demo.test ${imap.password}\nS: a OK *`);
  }
  await eventually(() => {
    if (!imap.server.scram.isOffered) throw new Error('not everybody has keys yet');
  });
});
afterAll(() => imap[Symbol.asyncDispose]());

const base64 = (text: string): string => Buffer.from(text).toString('base64');

test.each([
  ['SCRAM-SHA-256', false],
  ['SCRAM-SHA-256', true],
  ['SCRAM-SHA-256-PLUS', true],
])('GNU SASL logs in by %s, TLS %s, and not with a wrong password', async (mechanism, isTls) => {
  const login = {
    protocol: 'imap',
    port: imap.ports.imap,
    mechanism,
    name: 'anna@demo.test',
    isTls,
  } as const;
  const right = await gsaslLogin({ ...login, password: imap.password });
  expect(right.isIn, right.said).toBe(true);
  const wrong = await gsaslLogin({ ...login, password: 'wrong' });
  expect(wrong.isIn).toBe(false);
  expect(wrong.said).toContain('AUTHENTICATIONFAILED');
});

test('RFC 9051 §6.2.2: it is offered, and inside TLS with channel binding', async () => {
  await imap.talk('S: * OK [CAPABILITY * AUTH=SCRAM-SHA-256 AUTH=PLAIN AUTH=LOGIN] ready');
  await imap.talk(
    'S: * OK [CAPABILITY * AUTH=SCRAM-SHA-256-PLUS AUTH=SCRAM-SHA-256 AUTH=PLAIN AUTH=LOGIN] ready',
    {
      tls: true,
    },
  );
});

test('RFC 4959 §3: with an initial response, cancelled, and malformed', () =>
  imap.talk(
    `
    S: * OK *
    C: a AUTHENTICATE SCRAM-SHA-256 $first
    S: + *
    C: *
    S: a BAD cancelled
    C: b AUTHENTICATE SCRAM-SHA-256
    S: + *
    C: $nonsense
    S: b BAD malformed SCRAM message
    C: c AUTHENTICATE SCRAM-SHA-256-PLUS $first
    S: c BAD channel binding does not match the mechanism
    C: d NOOP
    S: d OK *
  `,
    {
      variables: {
        first: base64(new ScramClient({ name: 'anna', password: imap.password }).first()),
        nonsense: base64('nonsense'),
      },
    },
  ));
