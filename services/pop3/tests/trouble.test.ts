// Guessing of passwords, silent clients, and servers behind it that are away.
import { once } from 'node:events';
import { rename } from 'node:fs/promises';
import { connect } from 'node:net';
import { authFailed } from '@pochtar/bus';
import { eventually } from '@pochtar/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Installation, login, startInstallation } from './installation.ts';

let at: Installation;

beforeEach(async () => {
  at = await startInstallation();
});
afterEach(() => at[Symbol.asyncDispose]());

const MESSAGE = 'From: a@remote.test\r\nSubject: x\r\n\r\nhello\r\n';

describe('guessing of passwords', () => {
  test('each failure is an event, and a banned address is told that it is not the password', async () => {
    const failures: unknown[] = [];
    at.bus.subscribe(authFailed, (failure) => void failures.push(failure));
    await at.bus.connection.flush();
    await at.set({ limits: { failedLogins: 2 } });
    await at.talk(`
      S: +OK ready
      C: USER anna
      S: +OK *
      C: PASS one
      S: -ERR [AUTH] *
      C: USER anna
      S: +OK *
      C: PASS two
      S: -ERR [AUTH] *
      C: USER anna
      S: +OK *
      C: PASS $password
      S: -ERR [SYS/TEMP] too many failed log-ins from your address, try again later
      S: <close>
    `);
    await eventually(() => expect(failures).toHaveLength(2));
    expect(failures[0]).toMatchObject({
      protocol: 'pop3',
      clientAddress: '127.0.0.1',
      login: 'anna@demo.test',
    });
  });
});

describe('names', () => {
  test('a name that ends in octet A0 is kept whole: it is no blank', async () => {
    await at.talk(`
      S: +OK ready
      C: USER voilà
      S: +OK *
      C: PASS wrong
      S: -ERR [AUTH] *
    `);
    const counted = `select 1 from lists.login_failure where subject = 'account voilà@demo.test'`;
    expect(await at.db.query({ text: counted })).toHaveLength(1);
  });
});

describe('silence', () => {
  test('the time from the connection to the log-in is limited, whatever is done meanwhile', async () => {
    at.server.times.loginMs = 300;
    const socket = connect(at.ports.pop3, at.host);
    socket.on('error', () => {});
    const timer = setInterval(() => socket.write('CAPA\r\n'.repeat(100)), 20);
    await once(socket.resume(), 'close');
    clearInterval(timer);
  });

  test('RFC 1939 §3: after the time limit the connection is closed without a word and without deletion', async () => {
    await at.deliver('anna', MESSAGE);
    at.server.times.idleMs = 150;
    await at.talk(`${login('anna')}
      C: DELE 1
      S: +OK *
      S: <close>
    `);
    expect(await at.uids('anna')).toHaveLength(1);
    await at.talk(login('anna'));
  });

  test('a command that comes octet by octet has a time limit as a whole', async () => {
    at.server.times.commandMs = 150;
    const socket = connect(at.ports.pop3, at.host);
    socket.on('error', () => {});
    const timer = setInterval(() => socket.write('x'), 20);
    await once(socket.resume(), 'close');
    clearInterval(timer);
  });
});

describe('servers behind it that are away', () => {
  test('the volume: RETR answers SYS/TEMP or SYS/PERM, the session goes on, and it works again afterwards', async () => {
    await at.deliver('anna', MESSAGE);
    await rename(at.volumePath, `${at.volumePath}.away`);
    await at.talk(`${login('anna')}
      C: RETR 1
      S: -ERR [SYS/*] *
      C: STAT
      S: +OK 1 *
    `);
    await rename(`${at.volumePath}.away`, at.volumePath);
    await at.talk(`${login('anna')}
      C: RETR 1
      S: +OK *
      S: ...
      S: .
    `);
  });

  test('the database: the log-in answers SYS/TEMP, deletion says that nothing was removed', async () => {
    await at.deliver('anna', MESSAGE);
    await at.db.query({ text: 'alter table store.expunged rename to hidden' });
    await at.talk(`${login('anna')}
      C: DELE 1
      S: +OK *
      C: QUIT
      S: -ERR [SYS/*] some deleted messages were not removed
      S: <close>
    `);
    await at.db.query({ text: 'alter table store.hidden rename to expunged' });
    expect(await at.uids('anna')).toHaveLength(1);
    await at.talk(login('anna'));
  });
});
