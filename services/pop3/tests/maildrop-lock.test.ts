// One POP3 session a maildrop (RFC 1939 §3), over replicas and killed processes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { eventually } from '@pochtar/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Installation, login, startInstallation } from './installation.ts';

let at: Installation;

beforeEach(async () => {
  at = await startInstallation();
});
afterEach(() => at[Symbol.asyncDispose]());

const MESSAGE = 'From: a@remote.test\r\nSubject: x\r\n\r\nhello\r\n';

test('RFC 2449 §8.1.2: a second session, here or on another replica, is refused with IN-USE until the first ends', async () => {
  const replica = await at.startReplica();
  expect(replica.listeners.addresses).toHaveLength(2);
  // Connections go to either replica.
  const others = Array.from({ length: 7 }, (_, index) => index + 2);
  await at.talk(`
    ${login('anna')}
    ${others.map((n) => `C${n}: USER anna\nS${n}: +OK ready\nS${n}: +OK *\nC${n}: PASS $password\nS${n}: -ERR [IN-USE] *`).join('\n')}
    ${login('boris', '9')}
    C: QUIT
    S: +OK *
    C2: USER anna
    S2: +OK *
    C2: PASS $password
    S2: +OK *
  `);
  expect(replica.sessions.size + at.sessions.size).toBeGreaterThan(0);
});

test('a connection that breaks gives the maildrop back', async () => {
  const socket = connect(at.ports.pop3, at.host);
  socket.write(`USER anna\r\nPASS ${at.password}\r\n`);
  await eventually(() => expect([...at.sessions].some(({ maildrop }) => maildrop !== null)).toBe(true));
  socket.resetAndDestroy();
  await eventually(async () =>
    at.talk(login('anna')).then(
      () => true,
      () => false,
    ),
  );
});

test('kill -9 of the process blocks the maildrop no longer than the lease', async () => {
  await at.stop();
  const child = await spawnService();
  const socket = connect(at.ports.pop3, at.host);
  socket.on('error', () => {});
  socket.write(`USER anna\r\nPASS ${at.password}\r\n`);
  await eventually(async () => {
    expect(await at.db.query({ text: 'select 1 from store.maildrop_lease' })).toHaveLength(1);
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  await at.startReplica();
  await at.talk(`
    S: +OK ready
    C: USER anna
    S: +OK *
    C: PASS $password
    S: -ERR [IN-USE] another session has this maildrop
  `);
  await at.db.query({ text: "update store.maildrop_lease set until = until - interval '30 seconds'" });
  await at.talk(login('anna'));
});

const LAPSE_AT_ONCE = `
create function store.lapse_at_once() returns trigger language plpgsql as $$
begin new.until := now() - interval '1 second'; return new; end $$;
create trigger lapse_at_once before insert on store.maildrop_lease
  for each row execute function store.lapse_at_once()`;

test('a session whose maildrop was taken over deletes nothing', async () => {
  await at.deliver('anna', MESSAGE);
  // As if the first process had been frozen for longer than its lease: it has lapsed as soon as it is taken.
  await at.db.query({ text: LAPSE_AT_ONCE });
  try {
    await at.talk(`
    ${login('anna')}
    C: DELE 1
    S: +OK *
    C2: USER anna
    S2: +OK ready
    S2: +OK *
    C2: PASS $password
    S2: +OK 1 *
    C: QUIT
    S: -ERR [IN-USE] the maildrop was taken over: nothing was deleted
    S: <close>
    C2: STAT
    S2: +OK 1 *
  `);
  } finally {
    await at.db.query({ text: 'drop function store.lapse_at_once cascade' });
  }
  expect(await at.uids('anna')).toHaveLength(1);
});

test('a process that stops ends idle sessions at once and gives their maildrops back', async () => {
  const replica = await at.startReplica();
  const socket = connect(at.ports.pop3, at.host);
  socket.on('error', () => {});
  socket.write(`USER anna\r\nPASS ${at.password}\r\n`);
  const closed = once(socket.resume(), 'close');
  await eventually(async () => {
    expect(await at.db.query({ text: 'select 1 from store.maildrop_lease' })).toHaveLength(1);
  });
  const holder = replica.sessions.size > 0 ? replica : null;
  if (holder) await holder[Symbol.asyncDispose]();
  else for (const session of at.sessions) session.dismiss('test');
  await closed;
  await eventually(async () => {
    expect(await at.db.query({ text: 'select 1 from store.maildrop_lease' })).toEqual([]);
  });
});

/** The service as a process of its own; resolves when it is ready. */
async function spawnService() {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env['PATH'], ...at.environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of child.stdout) if (String(line).includes('"msg":"ready"')) break;
  return child;
}
