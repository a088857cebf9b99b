// Deletion as other sessions see it, messages that come, go or are large while a session is open, and clients that
// are not ours.
import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { mailboxChanged } from '@pochtar/bus';
import { eventually } from '@pochtar/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Installation, login, startInstallation } from './installation.ts';

let at: Installation;

beforeEach(async () => {
  at = await startInstallation();
});
afterEach(() => at[Symbol.asyncDispose]());

const MESSAGE = 'From: a@remote.test\r\nSubject: x\r\n\r\nhello\r\n';

describe('deletion', () => {
  test('other sessions are told after the commit, with the MODSEQ of the change', async () => {
    await at.deliver('anna', MESSAGE, MESSAGE);
    const told: unknown[] = [];
    at.bus.subscribe(mailboxChanged(at.accounts['anna'] ?? 0), (change) => void told.push(change));
    await at.bus.connection.flush();
    await at.talk(`${login('anna')}
      C: DELE 1
      S: +OK *
      C: QUIT
      S: +OK *
    `);
    const [row] = await at.db.query<{
      id: number;
      modSeq: number;
      exists: number;
      unseen: number;
      bytes: number;
    }>({
      text: `select id, mod_seq as "modSeq", exists_count as "exists", unseen_count as unseen, bytes from store.mailbox
        where account_id = $1 and name = 'INBOX'`,
      values: [at.accounts['anna']],
    });
    await eventually(() => expect(told).toEqual([{ mailboxes: [{ id: row?.id, modSeq: row?.modSeq }] }]));
    expect(row).toMatchObject({ exists: 1, unseen: 1, bytes: MESSAGE.length });
    expect(await at.db.query({ text: 'select uid from store.expunged' })).toHaveLength(1);
    expect(await at.db.query({ text: 'select content_id from store.maybe_dead' })).toHaveLength(1);
  });

  test('a message that another protocol removed meanwhile is gone, and QUIT does not mind', async () => {
    await at.deliver('anna', MESSAGE, MESSAGE);
    const session = at.talk(`${login('anna')}
      C: DELE 1
      S: +OK *
      C: DELE 2
      S: +OK *
      C: RSET
      S: +OK *
      C2: USER boris
      S2: +OK ready
      S2: +OK *
      C2: PASS $password
      S2: +OK *
      C2: QUIT
      S2: +OK *
      C: RETR 1
      S: -ERR message 1 is gone
      C: DELE 1
      S: +OK *
      C: DELE 2
      S: +OK *
      C: QUIT
      S: +OK bye, maildrop has 0 messages
    `);
    await eventually(
      async () => {
        expect([...at.sessions].some(({ account }) => account?.address === 'anna@demo.test')).toBe(true);
      },
      { interval: 1 },
    );
    await at.db.query({ text: 'delete from store.message where uid = 1' });
    await session;
    expect(await at.uids('anna')).toEqual([]);
  });
});

test('a large message goes to a slow reader no faster than he takes it, byte for byte', async () => {
  const line = '.0123456789 0123456789 0123456789 0123456789 0123456789\r\n';
  const large = `Subject: large\r\n\r\n${line.repeat(800_000)}`;
  await at.deliver('anna', large);
  const socket = connect(at.ports.pop3, at.host).pause();
  socket.write(`USER anna\r\nPASS ${at.password}\r\nRETR 1\r\nQUIT\r\n`);
  const written = (): number => [...at.sessions][0]?.output.written ?? 0;
  await eventually(() => expect(written()).toBeGreaterThan(100_000));
  // Turns enough for a server that does not wait.
  for (let turn = 0; turn < 1000; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(written()).toBeLessThan(16_000_000);
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('latin1');
  const start = text.indexOf('Subject: large');
  const end = text.lastIndexOf('\r\n.\r\n') + 2;
  expect(text.slice(start, end).replaceAll(/^\.\./gm, '.') === large).toBe(true);
  expect(text.slice(end)).toBe('.\r\n+OK bye, maildrop has 1 messages\r\n');
});

test('messages that follow one another, and those that do not, come byte for byte', async () => {
  // Short ones that are read ahead, one that is too long for it, and one whose header verdicts have edited.
  const bodies = Array.from({ length: 50 }, (_, index) => `${index} `.repeat(index === 20 ? 30_000 : 200));
  const mails = bodies.map((body, index) => `Subject: ${index}\r\n\r\n${body}\r\n`);
  await at.deliver('anna', ...mails);
  await at.db.query({
    text: `update store.content c set prefix = convert_to('X-Found: y' || E'\\r\\n', 'UTF8') from store.message m where m.content_id = c.id and m.uid = 8`,
  });
  mails[7] = `X-Found: y\r\n${mails[7]}`;
  const order = [...mails.keys(), 49, 48, 3, 4, 5, 6, 7, 30, 31].map((index) => index + 1);
  const socket = connect(at.ports.pop3, at.host);
  socket.write(
    `USER anna\r\nPASS ${at.password}\r\n${order.map((number) => `RETR ${number}\r\n`).join('')}QUIT\r\n`,
  );
  const chunks: Buffer[] = [];
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  const answers = Buffer.concat(chunks).toString('latin1').split('\r\n.\r\n');
  expect(answers).toHaveLength(order.length + 1);
  const fetched = answers.slice(0, -1).map((answer) => answer.slice(answer.lastIndexOf(' octets\r\n') + 9));
  expect(fetched.map((text) => `${text}\r\n`)).toEqual(order.map((number) => mails[number - 1]));
});

test('RFC 1939 §4: a message that arrives meanwhile is not seen in this session', async () => {
  await at.deliver('anna', MESSAGE);
  const socket = connect(at.ports.pop3, at.host);
  let heard = '';
  socket.on('data', (chunk: Buffer) => {
    heard += chunk.toString();
  });
  socket.write(`USER anna\r\nPASS ${at.password}\r\n`);
  await eventually(() => expect(heard).toContain('+OK 1 messages'));
  await at.deliver('anna', MESSAGE);
  socket.write('STAT\r\nQUIT\r\n');
  await eventually(() =>
    expect(heard).toContain(`+OK 1 ${MESSAGE.length}\r\n+OK bye, maildrop has 1 messages`),
  );
  socket.destroy();
});

describe('clients that are not ours', () => {
  test('poplib of Python: lists, reads, deletes, over STLS', async () => {
    const dots = 'Subject: dots\r\n\r\n.\r\n..\r\n...\r\n';
    await at.deliver('anna', MESSAGE, dots);
    const script = `
import poplib, ssl, sys
context = ssl.create_default_context(); context.check_hostname = False; context.verify_mode = ssl.CERT_NONE
pop = poplib.POP3(sys.argv[1], int(sys.argv[2]), timeout=10)
assert 'STLS' in pop.capa(), pop.capa()
pop.stls(context)
pop.user('anna@demo.test'); pop.pass_(sys.argv[3])
assert pop.stat() == (2, ${MESSAGE.length + dots.length}), pop.stat()
assert pop.retr(2)[1] == [b'Subject: dots', b'', b'.', b'..', b'...'], pop.retr(2)
assert pop.top(1, 0)[1] == [b'From: a@remote.test', b'Subject: x', b''], pop.top(1, 0)
assert len(pop.uidl()[1]) == 2
pop.dele(1); pop.quit()
pop = poplib.POP3_SSL(sys.argv[1], int(sys.argv[4]), context=context, timeout=10)
pop.user('anna'); pop.pass_(sys.argv[3])
assert pop.stat()[0] == 1, pop.stat()
pop.quit()
print('done')
`;
    const { pop3, pop3s } = at.ports;
    const args = ['-c', script, at.host, String(pop3), at.password, String(pop3s)];
    const { stdout } = await promisify(execFile)('python3', args);
    expect(stdout).toBe('done\n');
  });

  test('curl: reads a message by SASL, with TLS compulsory', async () => {
    await at.deliver('anna', MESSAGE);
    const url = `pop3://${at.host}:${at.ports.pop3}/1`;
    const args = [
      '--silent',
      '--show-error',
      '--insecure',
      '--ssl-reqd',
      '--user',
      `anna:${at.password}`,
      url,
    ];
    const { stdout } = await promisify(execFile)('curl', args);
    expect(stdout).toBe(MESSAGE);
  });
});
