// FETCH: what reading a body changes, and bodies with their transfer encoding taken off.
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ImapClient } from './imap-client.ts';
import { type Installation, startInstallation } from './installation.ts';

let imap: Installation;
beforeAll(async () => {
  imap = await startInstallation();
});
afterAll(() => imap[Symbol.asyncDispose]());

/** A client that has one message in its INBOX. */
async function withMessage(text: string | Buffer): Promise<ImapClient> {
  const account = await imap.newAccount();
  await imap.deliver(account, text);
  return ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
}

const lines = (...text: string[]): string => text.map((line) => `${line}\r\n`).join('');

describe('RFC 9051 §6.4.5: \\Seen goes with what is sent', () => {
  async function seen(account: string): Promise<number[]> {
    const rows = await imap.db.query<{ uid: number }>({
      text: `select m.uid from store.message m join store.mailbox b on b.id = m.mailbox_id
        where b.account_id = $1 and m.flags & 1 = 1 order by m.uid`,
      values: [imap.accounts[account]],
    });
    return rows.map(({ uid }) => uid);
  }

  test('a line that breaks at the first message leaves those behind it unread', async () => {
    const account = await imap.newAccount();
    const large = `Subject: x\r\n\r\n${`${'x'.repeat(998)}\r\n`.repeat(8000)}`;
    for (let number = 1; number <= 4; number++) await imap.deliver(account, large);
    const client = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
    client.socket.write('a FETCH 1:4 BODY[]\r\n');
    await client.line();
    client.socket.destroy();
    const isOver = (): boolean => [...imap.sessions].every((each) => each.address !== `${account}@demo.test`);
    await eventually(isOver);
    expect((await seen(account)).length).toBeLessThanOrEqual(1);
  });

  test('RFC 7162 §3.1.4.1: CHANGEDSINCE leaves alone what has not changed', async () => {
    const account = await imap.newAccount();
    for (let number = 1; number <= 4; number++)
      await imap.deliver(account, lines(`Subject: ${number}`, '', 'x'));
    using client = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
    await client.ok('STORE 3 +FLAGS.SILENT (\\Flagged)');
    const told = await client.ok('FETCH 1:4 (BODY[TEXT]) (CHANGEDSINCE 5)');
    expect(told.filter((line) => line.includes(' FETCH '))).toEqual([
      '* 3 FETCH (BODY[TEXT] {3}\r\nx\r\n FLAGS (\\Flagged \\Seen \\Recent) MODSEQ (7))',
    ]);
    expect(await seen(account)).toEqual([3]);
  });

  test('many short messages come with their flags, each marked once', async () => {
    const account = await imap.newAccount();
    for (let number = 1; number <= 40; number++)
      await imap.deliver(account, lines(`Subject: ${number}`, '', 'x'), { flags: number % 5 === 0 ? 1 : 0 });
    await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
    using client = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
    const told = await client.ok('FETCH 1:* (UID BODY[TEXT])');
    expect(told).toEqual(
      Array.from({ length: 40 }, (_, index) => {
        const flags = (index + 1) % 5 === 0 ? '' : ' FLAGS (\\Seen)';
        return `* ${index + 1} FETCH (UID ${index + 1} BODY[TEXT] {3}\r\nx\r\n${flags})`;
      }),
    );
    expect(await seen(account)).toHaveLength(40);
    expect(await client.ok('NOOP')).toEqual([]);
  });
});

describe('RFC 3516', () => {
  test('§4.3: an encoding nobody knows costs its item: the rest is told, NO [UNKNOWN-CTE] follows', async () => {
    using client = await withMessage(
      lines('Subject: odd', 'Content-Transfer-Encoding: x-uuencode', '', 'begin 644 x'),
    );
    expect(await client.command('UID FETCH 1 (FLAGS BINARY.PEEK[1] ENVELOPE)')).toMatchObject({
      status: 'NO',
      text: '[UNKNOWN-CTE] the transfer encoding is unknown',
      untagged: ['* 1 FETCH (UID 1 FLAGS (\\Recent) ENVELOPE (NIL "odd" NIL NIL NIL NIL NIL NIL NIL NIL))'],
    });
    expect(await client.command('FETCH 1 BINARY[1]')).toMatchObject({ status: 'NO', untagged: [] });
    expect(await client.ok('FETCH 1 FLAGS')).toEqual(['* 1 FETCH (FLAGS (\\Recent))']);
  });

  test('§4.3: BINARY.SIZE of a part that does not exist is 0', async () => {
    using client = await withMessage(lines('Subject: one', '', 'x'));
    expect(await client.ok('FETCH 1 (BINARY.SIZE[9] BINARY.SIZE[1])')).toEqual([
      '* 1 FETCH (BINARY.SIZE[9] 0 BINARY.SIZE[1] 3)',
    ]);
  });

  test('§4.2: a short slice near the beginning reads so much of the part, and once', async () => {
    const body = `${Buffer.alloc(57, 'x').toString('base64')}\r\n`.repeat(60_000);
    using client = await withMessage(
      lines('Content-Type: application/x', 'Content-Transfer-Encoding: base64', '', body),
    );
    const { blobs } = imap.server;
    let octets = 0;
    imap.server.blobs = {
      ...blobs,
      readStream: async function* (reference, range) {
        for await (const piece of blobs.readStream(reference, range)) {
          octets += piece.length;
          yield piece;
        }
      },
    };
    try {
      expect(await client.section('1', 'BINARY.PEEK[1]<1000.20>')).toBe('x'.repeat(20));
    } finally {
      imap.server.blobs = blobs;
    }
    expect(octets).toBeGreaterThan(0);
    expect(octets).toBeLessThan(body.length / 2);
  });

  test('§4.2: slices of a decoded part, short and long, at its beginning, middle and end', async () => {
    const octets = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
    const body = octets.toString('base64').replace(/.{76}/g, '$&\r\n');
    using client = await withMessage(
      lines('Content-Type: application/x', 'Content-Transfer-Encoding: base64', '', body),
    );
    for (const [offset, count] of [
      [0, 10],
      [50_000, 32_768],
      [50_000, 40_000],
      [99_990, 100],
      [200_000, 5],
    ] as const) {
      expect(await client.section('1', `BINARY.PEEK[1]<${offset}.${count}>`)).toBe(
        octets.subarray(offset, offset + count).toString('latin1'),
      );
    }
  });
});

test('RFC 3501 §7.4.2: message/global has an envelope and a body for clients of IMAP4rev2 only', async () => {
  const text = lines(
    'Content-Type: multipart/mixed; boundary=x',
    '',
    '--x',
    'Content-Type: message/global',
    '',
    'Subject: inner',
    '',
    'body',
    '--x',
    'Content-Type: message/rfc822',
    '',
    'Content-Type: message/global',
    '',
    'Subject: deep',
    '',
    'b',
    '--x--',
  );
  using client = await withMessage(text);
  const basic = /\("message" "global" NIL NIL NIL "7bit" \d+\)/g;
  const [body = ''] = await client.ok('FETCH 1 BODY');
  expect(body.match(basic), body).toHaveLength(2);
  expect(body).toContain('"message" "rfc822" NIL NIL NIL "7bit"');
  const [structure = ''] = await client.ok('FETCH 1 BODYSTRUCTURE');
  expect(structure.match(/\("message" "global" NIL NIL NIL "7bit" \d+ NIL NIL NIL NIL\)/g)).toHaveLength(2);
  await client.ok('ENABLE IMAP4rev2');
  const [whole = ''] = await client.ok('FETCH 1 BODYSTRUCTURE');
  expect(whole).toContain('NIL "inner" NIL');
  expect(whole).toContain('NIL "deep" NIL');
});

test('ENVELOPE of a mail whose subject a verdict changed needs no look at its body', async () => {
  const account = await imap.newAccount();
  const text = lines('Subject: original', 'From: a@b.test', 'To: c@d.test', '', 'x');
  const uid = await imap.deliver(account, text);
  await imap.db.query({
    text: `update store.content c set prefix = $2, removed = $3, pack_id = gen_random_uuid()
      from store.message m, store.mailbox b
      where m.content_id = c.id and b.id = m.mailbox_id and b.account_id = $1 and m.uid = $4`,
    values: [
      imap.accounts[account],
      Buffer.from(lines('Subject: [SPAM] original')),
      [0, lines('Subject: original').length],
      uid,
    ],
  });
  using client = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
  const from = '((NIL NIL "a" "b.test"))';
  expect(await client.ok('FETCH 1 ENVELOPE')).toEqual([
    `* 1 FETCH (ENVELOPE (NIL "[SPAM] original" ${from} ${from} ${from} ((NIL NIL "c" "d.test")) NIL NIL NIL NIL))`,
  ]);
});

describe('fields that mail programs list and hardly any mail has', () => {
  const asked = 'HEADER.FIELDS (Subject X-Label Lines Chat-Version X-K9Mail-Identity)';
  const answer = (fields: string): RegExp => new RegExp(`\\{${fields.length + 2}\\}\r\n${fields}\r\n\\)`);

  /** From here on only what stands in the row can be answered. */
  async function withoutBodies(account: string): Promise<void> {
    await imap.db.query({
      text: `update store.content c set pack_id = gen_random_uuid() from store.message m, store.mailbox b
        where m.content_id = c.id and b.id = m.mailbox_id and b.account_id = $1`,
      values: [imap.accounts[account]],
    });
  }

  test('are known not to be there without a look at the mail, by FETCH and by SEARCH', async () => {
    const account = await imap.newAccount();
    await imap.deliver(account, lines('Received: x', 'Subject: one', 'X-Other: y', '', 'x'));
    await withoutBodies(account);
    using client = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
    expect((await client.ok(`FETCH 1 BODY.PEEK[${asked}]`)).join()).toMatch(answer(lines('Subject: one')));
    expect(await client.ok('SEARCH HEADER X-Label work')).toEqual(['* SEARCH']);
    // What may be there is looked for, and this body is nowhere.
    expect((await client.command('FETCH 1 BODY.PEEK[HEADER.FIELDS (X-Other)]')).status).toBe('NO');
  });

  test('are found where they are: in the mail, and in what a verdict put in front', async () => {
    const account = await imap.newAccount();
    await imap.deliver(account, lines('Subject: one', 'X-LABEL: work', '', 'x'));
    using client = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
    expect((await client.ok(`FETCH 1 BODY.PEEK[${asked}]`)).join()).toMatch(
      answer(lines('Subject: one', 'X-LABEL: work')),
    );
    expect(await client.ok('SEARCH HEADER X-Label work')).toEqual(['* SEARCH 1']);
    await imap.db.query({
      text: `update store.content c set prefix = $2 from store.message m, store.mailbox b
        where m.content_id = c.id and b.id = m.mailbox_id and b.account_id = $1`,
      values: [imap.accounts[account], Buffer.from(lines('Lines: 1'))],
    });
    expect((await client.ok(`FETCH 1 BODY.PEEK[${asked}]`)).join()).toMatch(
      answer(lines('Lines: 1', 'Subject: one', 'X-LABEL: work')),
    );
  });

  test('of mail from before that was known are looked for in it', async () => {
    const account = await imap.newAccount();
    await imap.deliver(account, lines('Subject: one', 'X-Label: work', '', 'x'));
    await imap.db.query({ text: 'update store.content set other_fields = null' });
    using client = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
    expect((await client.ok(`FETCH 1 BODY.PEEK[${asked}]`)).join()).toMatch(
      answer(lines('Subject: one', 'X-Label: work')),
    );
  });
});
