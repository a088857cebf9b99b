// FETCH: every item, octet by octet, over messages of many shapes.
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

describe('items of the message', () => {
  test('RFC 3501 §6.4.5: flags, dates, sizes, macros', async () => {
    const account = await imap.newAccount();
    await imap.deliver(account, lines('From: A <a@b.test>', 'Subject: x', '', 'body'), {
      internalDate: new Date('2026-01-02T03:04:05Z'),
    });
    const date = 'INTERNALDATE " 2-Jan-2026 03:04:05 +0000" RFC822.SIZE 40';
    const envelope =
      'ENVELOPE (NIL "x" (("A" NIL "a" "b.test")) (("A" NIL "a" "b.test")) (("A" NIL "a" "b.test")) NIL NIL NIL NIL NIL)';
    const body = 'BODY ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 6 1)';
    await imap.inbox(
      account,
      `
      C: a FETCH 1 FAST
      S: * 1 FETCH (FLAGS (\\Recent) ${date})
      S: a OK done
      C: b FETCH 1 ALL
      S: * 1 FETCH (FLAGS (\\Recent) ${date} ${envelope})
      S: b OK done
      C: c FETCH 1:* FULL
      S: * 1 FETCH (FLAGS (\\Recent) ${date} ${envelope} ${body})
      S: c OK done
      C: d UID FETCH 1 BODYSTRUCTURE
      S: * 1 FETCH (UID 1 BODYSTRUCTURE ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 6 1 NIL NIL NIL NIL))
      S: d OK done
      C: e UID FETCH 1:* (FLAGS UID)
      S: * 1 FETCH (FLAGS (\\Recent) UID 1)
      S: e OK done
      C: f FETCH 2 FLAGS
      S: f BAD no such message
      C: g UID FETCH 2:3 FLAGS
      S: g OK done
      C: h FETCH 1 FOO
      S: h BAD unknown item
      C: i FETCH 1
      S: i BAD missing argument
      C: j FETCH x FLAGS
      S: j BAD *
      C: k FETCH 1 (FLAGS
      S: k BAD *
      C: l FETCH 5:* UID
      S: * 1 FETCH (UID 1)
      S: l OK done
    `,
    );
  });

  test('RFC 9051 §6.4.5: an empty mailbox has no messages, and 1:* is no error', async () => {
    await imap.inbox(
      await imap.newAccount(),
      `
      C: a FETCH 1:* FLAGS
      S: a OK done
      C: b UID FETCH 1:* FLAGS
      S: b OK done
      C: c FETCH 1 FLAGS
      S: c BAD no such message
    `,
    );
  });

  test('RFC 9051 §6.4.5: BODY[] sets \\Seen and shows it, BODY.PEEK[] and EXAMINE do not', async () => {
    const account = await imap.newAccount();
    await imap.deliver(account, lines('A: b', '', 'c'));
    await imap.inbox(
      account,
      `
      C: a FETCH 1 BODY.PEEK[TEXT]
      S: * 1 FETCH (BODY[TEXT] {3}
      S: c
      S: )
      S: a OK done
      C: b EXAMINE INBOX
      S: ...
      S: b OK *
      C: c FETCH 1 (BODY[TEXT] FLAGS)
      S: * 1 FETCH (BODY[TEXT] {3}
      S: c
      S:  FLAGS ())
      S: c OK done
      C: d SELECT INBOX
      S: ...
      S: d OK *
      C: e FETCH 1 BODY[TEXT]
      S: * 1 FETCH (BODY[TEXT] {3}
      S: c
      S:  FLAGS (\\Seen))
      S: e OK done
      C: f FETCH 1 RFC822.HEADER
      S: * 1 FETCH (RFC822.HEADER {8}
      S: A: b
      S:
      S: )
      S: f OK done
      C: g STORE 1 -FLAGS.SILENT (\\Seen)
      S: g OK done
      C: h FETCH 1 (RFC822 FLAGS)
      S: * 1 FETCH (RFC822 {11}
      S: A: b
      S:
      S: c
      S:  FLAGS (\\Seen))
      S: h OK done
      C: i FETCH 1 RFC822.TEXT
      S: * 1 FETCH (RFC822.TEXT {3}
      S: c
      S: )
      S: i OK done
      C: j NOOP
      S: j OK done
    `,
    );
  });
});

describe('RFC 9051 §6.4.5: sections', () => {
  const inner = lines('From: in@b.test', 'Subject: inner', 'Content-Type: multipart/mixed; boundary=I', '');
  const innerBody = lines('--I', '', 'inner one', '--I', 'Content-Type: image/png', '', 'png', '--I--').slice(
    0,
    -2,
  );
  const html = '<b>html</b>';
  const forwarded = inner + innerBody;
  const header = lines(
    'Received: from x',
    'From: A <a@b.test>',
    'To: =?utf-8?q?=D0=B1?= <b@b.test>,',
    '\tc@b.test',
    'Subject: x',
    'X-Odd: yes',
    'Content-Type: multipart/mixed; boundary="O"',
    '',
  );
  const alternative = lines('--A', '', 'plain', '--A', 'Content-Type: text/html', '', html, '--A--');
  const text =
    header +
    lines('preamble', '--O', 'Content-Type: multipart/alternative; boundary=A', '') +
    alternative +
    lines('--O', 'Content-Type: message/rfc822', 'Content-Description: fwd', '') +
    `${forwarded}\r\n` +
    lines(
      '--O',
      'Content-Type: application/pdf; name="a.pdf"',
      'Content-Transfer-Encoding: base64',
      '',
      'cGRm',
      '--O--',
    );

  test.each<[string, string | null]>([
    ['BODY.PEEK[]', text],
    ['BODY.PEEK[HEADER]', header],
    ['BODY.PEEK[TEXT]', text.slice(header.length)],
    ['BODY.PEEK[1]', alternative.slice(0, -2)],
    ['BODY.PEEK[1.MIME]', lines('Content-Type: multipart/alternative; boundary=A', '')],
    ['BODY.PEEK[1.1]', 'plain'],
    ['BODY.PEEK[1.1.MIME]', '\r\n'],
    ['BODY.PEEK[1.2]', html],
    ['BODY.PEEK[2]', forwarded],
    ['BODY.PEEK[2.MIME]', lines('Content-Type: message/rfc822', 'Content-Description: fwd', '')],
    ['BODY.PEEK[2.HEADER]', inner],
    ['BODY.PEEK[2.TEXT]', innerBody],
    ['BODY.PEEK[2.HEADER.FIELDS (SUBJECT Date)]', lines('Subject: inner', '')],
    ['BODY.PEEK[2.HEADER.FIELDS.NOT (subject from)]', lines('Content-Type: multipart/mixed; boundary=I', '')],
    ['BODY.PEEK[2.1]', 'inner one'],
    ['BODY.PEEK[2.2]', 'png'],
    ['BODY.PEEK[2.2.MIME]', lines('Content-Type: image/png', '')],
    ['BODY.PEEK[3]', 'cGRm'],
    ['BODY.PEEK[3]<1.2>', 'GR'],
    ['BODY.PEEK[3]<3.100>', 'm'],
    ['BODY.PEEK[3]<4.100>', ''],
    ['BODY.PEEK[3]<9007199254740993.9223372036854775807>', ''],
    ['BODY.PEEK[]<10.20>', text.slice(10, 30)],
    ['BODY.PEEK[HEADER.FIELDS (TO)]', lines('To: =?utf-8?q?=D0=B1?= <b@b.test>,', '\tc@b.test', '')],
    ['BODY.PEEK[HEADER.FIELDS (subject from)]', lines('From: A <a@b.test>', 'Subject: x', '')],
    ['BODY.PEEK[HEADER.FIELDS (X-ODD received)]', lines('Received: from x', 'X-Odd: yes', '')],
    ['BODY.PEEK[HEADER.FIELDS (nothing)]', '\r\n'],
    [
      'BODY.PEEK[HEADER.FIELDS.NOT (to from subject content-type)]',
      lines('Received: from x', 'X-Odd: yes', ''),
    ],
    ['BODY.PEEK[HEADER.FIELDS (FROM)]<0.4>', 'From'],
    ['BODY.PEEK[4]', null],
    ['BODY.PEEK[1.3]', null],
    ['BODY.PEEK[1.HEADER]', null],
    ['BODY.PEEK[3.TEXT]', null],
    ['BINARY.PEEK[3]', 'pdf'],
    ['BINARY.PEEK[3]<1.1>', 'd'],
    ['BINARY.PEEK[1.1]', 'plain'],
    ['BINARY.PEEK[]', text],
  ])('%s', async (item, expected) => {
    using client = await withMessage(text);
    expect(await client.section('1', item)).toBe(expected);
  });

  test('RFC 9051 §6.4.5: BINARY.SIZE, and an encoding nobody knows', async () => {
    using client = await withMessage(text);
    expect(await client.ok('FETCH 1 BINARY.SIZE[3]')).toEqual(['* 1 FETCH (BINARY.SIZE[3] 3)']);
    using odd = await withMessage(lines('Content-Transfer-Encoding: x-odd', '', 'x'));
    const { status, text: reason } = await odd.command('FETCH 1 BINARY.PEEK[1]');
    expect([status, reason]).toEqual(['NO', '[UNKNOWN-CTE] the transfer encoding is unknown']);
  });

  test('several sections at once come in the order asked for', async () => {
    using client = await withMessage(text);
    const [response] = await client.ok('UID FETCH 1 (BODY.PEEK[3] RFC822.SIZE BODY.PEEK[1.1] BODY.PEEK[9])');
    expect(response).toBe(
      `* 1 FETCH (UID 1 BODY[3] {4}\r\ncGRm RFC822.SIZE ${text.length} BODY[1.1] {5}\r\nplain BODY[9] NIL)`,
    );
  });
});

describe('shapes', () => {
  test.each<[string, string, [string, string | null][]]>([
    [
      'a single text',
      lines('Subject: x', '', 'a', 'b'),
      [
        ['BODY.PEEK[1]', 'a\r\nb\r\n'],
        ['BODY.PEEK[1.MIME]', lines('Subject: x', '')],
        ['BODY.PEEK[TEXT]', 'a\r\nb\r\n'],
        ['BODY.PEEK[2]', null],
        ['BODY.PEEK[1.1]', null],
      ],
    ],
    [
      'no header',
      lines('', 'a'),
      [
        ['BODY.PEEK[HEADER]', '\r\n'],
        ['BODY.PEEK[1]', 'a\r\n'],
      ],
    ],
    [
      'no body',
      lines('Subject: x'),
      [
        ['BODY.PEEK[HEADER]', lines('Subject: x')],
        ['BODY.PEEK[TEXT]', ''],
      ],
    ],
    [
      'bare line feeds',
      'Subject: x\n\na\nb\n',
      [
        ['BODY.PEEK[TEXT]', 'a\nb\n'],
        ['BODY.PEEK[HEADER.FIELDS (SUBJECT)]', 'Subject: x\n\r\n'],
      ],
    ],
    [
      '8-bit octets',
      lines('Subject: \u00ef\u00f0', '', '\u00ff\u00fe'),
      [
        ['BODY.PEEK[TEXT]', '\u00ff\u00fe\r\n'],
        ['BODY.PEEK[HEADER.FIELDS (SUBJECT)]', lines('Subject: \u00ef\u00f0', '')],
      ],
    ],
    [
      'a message alone',
      lines('Content-Type: message/rfc822', '', 'Subject: in', '', 'deep'),
      [
        ['BODY.PEEK[1]', lines('Subject: in', '', 'deep')],
        ['BODY.PEEK[1.HEADER]', lines('Subject: in', '')],
        ['BODY.PEEK[1.TEXT]', lines('deep')],
        ['BODY.PEEK[1.1]', lines('deep')],
      ],
    ],
    [
      'a multipart without end',
      lines('Content-Type: multipart/mixed; boundary=x', '', '--x', '', 'a'),
      [['BODY.PEEK[1]', 'a\r\n']],
    ],
    [
      'an empty message',
      '\r\n',
      [
        ['BODY.PEEK[]', '\r\n'],
        ['BODY.PEEK[TEXT]', ''],
      ],
    ],
  ])('%s', async (_, text, sections) => {
    using client = await withMessage(text);
    for (const [item, expected] of sections)
      expect([item, await client.section('1', item)]).toEqual([item, expected]);
  });

  test('a field of the short header that is long, or one of many, comes whole', async () => {
    const to = Array.from({ length: 600 }, (_, at) => `\tuser${at}@example.test`).join(',\r\n');
    const text = lines(`To:${to}`, 'Subject: x', '', 'body');
    using client = await withMessage(text);
    expect(await client.section('1', 'BODY.PEEK[HEADER.FIELDS (TO)]')).toBe(lines(`To:${to}`, ''));
    expect(await client.section('1', 'BODY.PEEK[HEADER.FIELDS (SUBJECT)]')).toBe(lines('Subject: x', ''));
  });

  test('megabytes stream, whole and in pieces, and a slow reader gets them too', async () => {
    const body = Array.from({ length: 40_000 }, (_, at) => `line ${at} ${'x'.repeat(60)}`).join('\r\n');
    using client = await withMessage(`Subject: x\r\n\r\n${body}`);
    expect(await client.section('1', 'BODY.PEEK[TEXT]')).toBe(body);
    expect(await client.section('1', 'BODY.PEEK[]<1000000.500000>')).toBe(
      `Subject: x\r\n\r\n${body}`.slice(1_000_000, 1_500_000),
    );
  });
});

describe('edits of verdicts', () => {
  test('what was put in front and taken out is what the client sees, and parts stay in place', async () => {
    const account = await imap.newAccount();
    const text = lines(
      'Authentication-Results: forged',
      'Subject: original',
      'From: a@b.test',
      'Content-Type: multipart/mixed; boundary=x',
      '',
      '--x',
      '',
      'part',
      '--x--',
    );
    const uid = await imap.deliver(account, text);
    const forged = lines('Authentication-Results: forged');
    const start = text.indexOf('Subject');
    const prefix = lines('Authentication-Results: mx; spf=pass', 'Subject: [SPAM] original');
    await imap.db.query({
      text: `update store.content c set prefix = $2, removed = $3 from store.message m, store.mailbox b
        where m.content_id = c.id and b.id = m.mailbox_id and b.account_id = $1 and m.uid = $4`,
      values: [
        imap.accounts[account],
        Buffer.from(prefix),
        [0, forged.length, start, start + 'Subject: original\r\n'.length],
        uid,
      ],
    });
    using client = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
    const rest = text.slice(text.indexOf('From:'));
    expect(await client.section('1', 'BODY.PEEK[]')).toBe(prefix + rest);
    expect(await client.section('1', 'BODY.PEEK[HEADER]')).toBe(
      prefix + rest.slice(0, rest.indexOf('\r\n\r\n') + 4),
    );
    expect(await client.section('1', 'BODY.PEEK[1]')).toBe('part');
    expect(await client.section('1', 'BODY.PEEK[TEXT]')).toBe(lines('--x', '', 'part', '--x--'));
    expect(await client.section('1', 'BODY.PEEK[HEADER.FIELDS (SUBJECT)]')).toBe(
      lines('Subject: [SPAM] original', ''),
    );
    expect(await client.section('1', 'BODY.PEEK[HEADER.FIELDS (FROM)]')).toBe(lines('From: a@b.test', ''));
    const [envelope] = await client.ok('FETCH 1 ENVELOPE');
    expect(envelope).toContain('"[SPAM] original"');
    expect(await client.ok('SEARCH SUBJECT spam')).toEqual(['* SEARCH 1']);
    expect(await client.ok('SEARCH HEADER Authentication-Results forged')).toEqual(['* SEARCH']);
  });
});

test('a body that is nowhere costs its message, not the connection', async () => {
  const account = await imap.newAccount();
  const uid = await imap.deliver(account, lines('Subject: lost', '', 'x'));
  await imap.deliver(account, lines('Subject: kept', '', 'y'));
  await imap.db.query({
    text: `update store.content c set pack_id = gen_random_uuid() from store.message m, store.mailbox b
      where m.content_id = c.id and b.id = m.mailbox_id and b.account_id = $1 and m.uid = $2`,
    values: [imap.accounts[account], uid],
  });
  using client = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
  const { status, text, untagged } = await client.command('FETCH 1:2 (BODY.PEEK[TEXT])');
  expect([status, text]).toEqual(['NO', '[SERVERBUG] a message could not be read']);
  expect(untagged).toEqual(['* 2 FETCH (BODY[TEXT] {3}\r\ny\r\n)']);
  expect(await client.ok('FETCH 1 (BODY.PEEK[HEADER.FIELDS (SUBJECT)])')).toEqual([
    '* 1 FETCH (BODY[HEADER.FIELDS (SUBJECT)] {17}\r\nSubject: lost\r\n\r\n)',
  ]);
});
