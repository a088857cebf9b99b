// Before log-in: greeting, CAPABILITY, STARTTLS, LOGIN, AUTHENTICATE, and what the encryption setting does to them.
import { authFailed } from '@pochtar/bus';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Installation, startInstallation } from './installation.ts';

let imap: Installation;
beforeAll(async () => {
  imap = await startInstallation();
});
afterAll(() => imap[Symbol.asyncDispose]());

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('any state', () => {
  test('RFC 9051 §7.1: the greeting says what can be done; §6.1.1: so does CAPABILITY', () =>
    imap.talk(`
      S: * OK [CAPABILITY IMAP4rev1 IMAP4rev2 SASL-IR ENABLE ID IDLE LITERAL- STARTTLS AUTH=PLAIN AUTH=LOGIN] ready
      C: a CAPABILITY
      S: * CAPABILITY IMAP4rev1 IMAP4rev2 SASL-IR ENABLE ID IDLE LITERAL- STARTTLS AUTH=PLAIN AUTH=LOGIN
      S: a OK done
      C: b capability
      S: * CAPABILITY *
      S: b OK done
      C: c CAPABILITY x
      S: c BAD too many arguments
      C: d NOOP
      S: d OK done
      C: e LOGOUT
      S: * BYE logging out
      S: e OK done
      S: <close>
    `));

  test('RFC 2971: ID before and after log-in', () =>
    imap.talk(`
      S: * OK *
      C: a ID ("name" "test" "version" NIL)
      S: * ID ("name" "Pochtar")
      S: a OK done
      C: b ID NIL
      S: * ID *
      S: b OK done
      C: c ID ("odd")
      S: c BAD malformed list of fields
      C: d ID
      S: d BAD *
    `));

  test('RFC 9051 §2.2.1: what is no command is answered with BAD', () =>
    imap.talk(`
      S: * OK *
      C: a FROB
      S: a BAD unknown command
      C: nothing
      S: nothing BAD *
      C:
      S: * BAD *
      C: b SELECT INBOX
      S: b BAD log in first
      C: c FETCH 1 FLAGS
      S: c BAD log in first
      C: (
      S: * BAD *
      C: d UID FROB
      S: d BAD unknown command
    `));

  test('a client that says nothing sensible is sent away', () =>
    imap.talk(`
      S: * OK *
      ${Array.from({ length: 10 }, (_, at) => `C: GET /${at} HTTP/1.1\nS: GET BAD *`).join('\n')}
      S: * BYE too many bad commands
      S: <close>
    `));
});

describe('LOGIN', () => {
  test('RFC 9051 §6.2.3: name and password as atoms, quoted, literals, with the domain or without', () =>
    imap.talk(`
      S: * OK *
      C: a LOGIN "anna" "secret"
      S: a OK [CAPABILITY * NAMESPACE * APPENDLIMIT=52428800] logged in
      C: b LOGIN anna secret
      S: b BAD already logged in
      S2: * OK *
      C2: a LOGIN {14}
      S2: + *
      C2: anna@demo.test {6}
      S2: + *
      C2: secret
      S2: a OK *
      S3: * OK *
      C3!: "a LOGIN {14+}\\r\\nANNA@demo.test {6+}\\r\\nsecret\\r\\n"
      S3: a OK *
    `));

  test('RFC 9051 §6.2.3: AUTHENTICATIONFAILED for whatever is wrong, and three times are enough', async () => {
    const failures: string[] = [];
    const heard = imap.bus.subscribe(
      authFailed,
      ({ protocol, login }) => void failures.push(`${protocol} ${login}`),
    );
    await imap.bus.connection.flush();
    await imap.talk(`
      S: * OK *
      C: a LOGIN anna wrong
      S: a NO [AUTHENTICATIONFAILED] wrong name or password
      C: b LOGIN nobody@nowhere.test secret
      S: b NO [AUTHENTICATIONFAILED] wrong name or password
      C: c LOGIN "" ""
      S: * BYE too many failed log-ins
      S: <close>
    `);
    // What is no name of ours may be a password in the wrong field.
    await eventually(() => expect(failures).toEqual(['imap anna@demo.test', 'imap ', 'imap ']));
    heard.stop();
  });
});

describe('AUTHENTICATE', () => {
  test('RFC 4616: PLAIN with and without an initial response', () =>
    imap.talk(
      `
      S: * OK *
      C: a AUTHENTICATE PLAIN
      S: +
      C: ${base64('\0anna@demo.test\0secret')}
      S: a OK [CAPABILITY *] logged in
      S2: * OK *
      C2: a AUTHENTICATE PLAIN ${base64('anna\0anna\0secret')}
      S2: a OK *
    `.replace('S: +\n', 'S: + \n'),
    ));

  test('LOGIN asks for the two', () =>
    imap.talk(`
      S: * OK *
      C: a AUTHENTICATE LOGIN
      S: + ${base64('Username:')}
      C: ${base64('anna')}
      S: + ${base64('Password:')}
      C: ${base64('secret')}
      S: a OK *
    `));

  test('RFC 9051 §6.2.2: cancelled, malformed, unknown, for somebody else', () =>
    imap.talk(`
      S: * OK *
      C: a AUTHENTICATE PLAIN
      S: + *
      C: *
      S: a BAD cancelled
      C: b AUTHENTICATE PLAIN !!!
      S: b BAD the response is not base64
      C: c AUTHENTICATE PLAIN ${base64('anna')}
      S: c BAD malformed PLAIN response
      C: d AUTHENTICATE PLAIN =
      S: d BAD malformed PLAIN response
      C: e AUTHENTICATE SCRAM-SHA-1
      S: e NO [CANNOT] *
      C: f AUTHENTICATE PLAIN ${base64('boris\0anna\0secret')}
      S: f NO [AUTHENTICATIONFAILED] *
    `));
});

describe('TLS', () => {
  test('RFC 9051 §6.2.1: STARTTLS, and the capabilities behind it', () =>
    imap.talk(`
      S: * OK *
      C: a STARTTLS
      S: a OK begin the TLS handshake
      C: <tls>
      C: b CAPABILITY
      S: * CAPABILITY IMAP4rev1 IMAP4rev2 SASL-IR ENABLE ID IDLE LITERAL- AUTH=PLAIN AUTH=LOGIN
      S: b OK done
      C: c STARTTLS
      S: c BAD TLS is active already
      C: d LOGIN anna secret
      S: d OK *
    `));

  test('RFC 9051 §6.2.1: what was sent in clear behind STARTTLS is thrown away', () =>
    imap.talk(`
      S: * OK *
      C!: "a STARTTLS\\r\\nb LOGIN anna secret\\r\\n"
      S: a OK begin the TLS handshake
      C: <tls>
      C: c SELECT INBOX
      S: c BAD log in first
    `));

  test('RFC 8314: implicit TLS', () =>
    imap.talk(
      `
      S: * OK [CAPABILITY IMAP4rev1 IMAP4rev2 SASL-IR ENABLE ID IDLE LITERAL- AUTH=PLAIN AUTH=LOGIN] ready
      C: a LOGIN anna secret
      S: a OK *
    `,
      { tls: true },
    ));
});

describe('setting accessEncryption.mode', () => {
  test('required: LOGINDISABLED and PRIVACYREQUIRED in clear, log-in inside TLS', async () => {
    await imap.set({ accessEncryption: { mode: 'required' } });
    await imap.talk(`
      S: * OK [CAPABILITY IMAP4rev1 IMAP4rev2 SASL-IR ENABLE ID IDLE LITERAL- STARTTLS LOGINDISABLED] ready
      C: a LOGIN anna secret
      S: a NO [PRIVACYREQUIRED] use STARTTLS first
      C: b AUTHENTICATE PLAIN ${base64('\0anna\0secret')}
      S: b NO [PRIVACYREQUIRED] use STARTTLS first
      C: c STARTTLS
      S: c OK *
      C: <tls>
      C: d LOGIN anna secret
      S: d OK *
    `);
  });

  test('none: no STARTTLS', async () => {
    await imap.set({ accessEncryption: { mode: 'none' } });
    await imap.talk(`
      S: * OK [CAPABILITY IMAP4rev1 IMAP4rev2 SASL-IR ENABLE ID IDLE LITERAL- AUTH=PLAIN AUTH=LOGIN] ready
      C: a STARTTLS
      S: a NO [UNAVAILABLE] TLS is not available
      C: b LOGIN anna secret
      S: b OK *
    `);
    await imap.set({ accessEncryption: { mode: 'optional' } });
  });
});

test('an address that fails too often is banned, whatever it says then', async () => {
  await imap.set({ limits: { failedLogins: 2 } });
  // Reported by the web mail, so that earlier failures of this file do not count.
  await imap.talk(`
    S: * OK *
    C: i ID ("x-originating-ip" "192.0.2.40")
    S: * ID *
    S: i OK *
    C: a LOGIN boris wrong
    S: a NO *
    C: b LOGIN boris wrong
    S: b NO *
    C: c LOGIN boris secret
    S: * BYE [UNAVAILABLE] too many failed log-ins from your address, try again later
    S: <close>
  `);
  await imap.set({ limits: { failedLogins: 1000 } });
});

test('the web mail is not banned itself: it reports whom it speaks for', async () => {
  await imap.set({ limits: { failedLogins: 1 } });
  const wrong = (address: string): string => `
    S: * OK *
    C: a ID ("x-originating-ip" "${address}")
    S: * ID *
    S: a OK *
    C: b LOGIN clara wrong`;
  await imap.talk(`${wrong('192.0.2.55')}\nS: b NO *\n`);
  await imap.talk(`${wrong('192.0.2.55')}\nS: * BYE [UNAVAILABLE] *\nS: <close>`);
  await imap.talk(`${wrong('192.0.2.56')}\nS: b NO *\n`);
  await imap.set({ limits: { failedLogins: 1000 } });
});
