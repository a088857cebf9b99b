// accessEncryption.mode: STLS, TLS from the first byte, and what is refused without either.
import { afterEach, beforeEach, test } from 'vitest';
import { type Installation, login, startInstallation } from './installation.ts';

let at: Installation;

beforeEach(async () => {
  at = await startInstallation();
});
afterEach(() => at[Symbol.asyncDispose]());

test('mode optional: STLS, after which what was said before does not count; then TLS is active already', () =>
  at.talk(`
    S: +OK ready
    C: USER anna
    S: +OK *
    C: STLS
    S: +OK begin the TLS handshake
    C: <tls>
    C: PASS $password
    S: -ERR give USER first
    C: CAPA
    S: +OK *
    S: TOP
    S: UIDL
    S: RESP-CODES
    S: AUTH-RESP-CODE
    S: PIPELINING
    S: LANG
    S: UTF8 USER
    S: EXPIRE NEVER
    S: USER
    S: SASL PLAIN LOGIN
    S: IMPLEMENTATION Pochtar
    S: .
    C: STLS
    S: -ERR TLS is active already
    C: USER anna
    S: +OK *
    C: PASS $password
    S: +OK *
  `));

test('RFC 2595 §4: what was sent in clear behind STLS is thrown away', () =>
  at.talk(`
    S: +OK ready
    C!: "STLS\\r\\nUSER injected\\r\\nPASS x\\r\\n"
    S: +OK begin the TLS handshake
    C: <tls>
    C: NOOP
    S: -ERR log in first
    C: PASS x
    S: -ERR give USER first
  `));

test('POP3S: TLS from the first byte', () => at.talk(login('anna'), { tls: true }));

test('mode required: without TLS no password is taken and no way to give one is offered', async () => {
  await at.set({ accessEncryption: { mode: 'required' } });
  await at.talk(`
    S: +OK ready
    C: CAPA
    S: +OK *
    S: TOP
    S: UIDL
    S: RESP-CODES
    S: AUTH-RESP-CODE
    S: PIPELINING
    S: LANG
    S: UTF8 USER
    S: EXPIRE NEVER
    S: STLS
    S: IMPLEMENTATION Pochtar
    S: .
    C: USER anna
    S: -ERR use STLS first: passwords are taken inside TLS only
    C: PASS $password
    S: -ERR use STLS first: passwords are taken inside TLS only
    C: AUTH PLAIN
    S: -ERR use STLS first: passwords are taken inside TLS only
    C: STLS
    S: +OK *
    C: <tls>
    C: USER anna
    S: +OK *
    C: PASS $password
    S: +OK *
  `);
  await at.talk(login('anna'), { tls: true });
});

test('mode none: STLS is neither offered nor done', async () => {
  await at.set({ accessEncryption: { mode: 'none' } });
  await at.talk(`
    S: +OK ready
    C: STLS
    S: -ERR TLS is not available
    C: USER anna
    S: +OK *
    C: PASS $password
    S: +OK *
    C: CAPA
    S: +OK *
    S: TOP
    S: UIDL
    S: RESP-CODES
    S: AUTH-RESP-CODE
    S: PIPELINING
    S: LANG
    S: UTF8 USER
    S: EXPIRE NEVER
    S: USER
    S: SASL PLAIN LOGIN
    S: IMPLEMENTATION Pochtar
    S: .
  `);
});
