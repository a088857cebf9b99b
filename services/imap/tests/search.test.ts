// SEARCH: every key, decoded text, ESEARCH, saved results.
import { FLAG } from '@pochtar/store/mailbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ImapClient } from './imap-client.ts';
import { type Installation, startInstallation } from './installation.ts';

let imap: Installation;
let client: ImapClient;

const lines = (...text: string[]): string => text.map((line) => `${line}\r\n`).join('');
const koi8 = (text: string): string => {
  // koi8-r of lower-case Cyrillic, for a body in an old charset
  const table = 'юабцдефгхийклмнопярстужвьызшэщчъ';
  return text.replace(/[а-я]/g, (char) => String.fromCharCode(0xc0 + table.indexOf(char)));
};
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const messages: [string, { flags?: number; keywords?: string[]; internalDate?: Date }][] = [
  [
    lines(
      'Date: Mon, 02 Feb 2026 23:30:00 -0700',
      'From: Anna <anna@demo.test>',
      'To: boris@demo.test',
      'Cc: "Clara" <clara@demo.test>',
      'Subject: Plain GREETINGS',
      'X-Ticket: 4711',
      '',
      'Hello World',
    ),
    { flags: FLAG.seen | FLAG.answered, internalDate: new Date('2026-02-03T08:00:00Z') },
  ],
  [
    lines(
      'Date: Tue, 3 Feb 2026 01:00:00 +0000',
      `From: =?utf-8?B?${base64('Борис')}?= <boris@demo.test>`,
      `Subject: =?utf-8?B?${base64('Отчёт за ')}?=\r\n =?utf-8?B?${base64('Январь')}?=`,
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      base64('Привет, Мир: ответственность'),
    ),
    { flags: FLAG.flagged, keywords: ['Work'], internalDate: new Date('2026-02-04T00:00:00Z') },
  ],
  [
    lines('Subject: old', 'Content-Type: text/plain; charset=koi8-r', '', koi8('проверка связи')),
    { flags: FLAG.deleted | FLAG.draft, internalDate: new Date('2026-02-05T23:59:59Z') },
  ],
  [
    lines(
      'Subject: parts',
      'Bcc: hidden@demo.test',
      'Content-Type: multipart/mixed; boundary=x',
      '',
      '--x',
      'Content-Type: text/html; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      '<p>Wor<b>ld</b>wide &#1084;&#1080;&#1088; caf=C3=A9</p>',
      '--x',
      `Content-Type: application/pdf; name="=?utf-8?B?${base64('счёт.pdf')}?="`,
      '',
      'binary World',
      '--x',
      'Content-Type: message/rfc822',
      '',
      'Subject: embedded subject',
      '',
      'embedded text',
      '--x--',
    ),
    { internalDate: new Date('2026-02-06T12:00:00Z') },
  ],
  [
    `Subject: long\r\n\r\n${'x'.repeat(70)}\r\n`.repeat(1) +
      `${'y'.repeat(300_000)}needle${'z'.repeat(300_000)}\r\n`,
    { internalDate: new Date('2026-02-07T12:00:00Z') },
  ],
];

beforeAll(async () => {
  imap = await startInstallation();
  for (const [text, more] of messages) await imap.deliver('anna', text, more);
  client = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, 'anna');
});
afterAll(() => {
  client[Symbol.dispose]();
  return imap[Symbol.asyncDispose]();
});

/** Sequence numbers found. */
async function found(keys: string): Promise<number[]> {
  const [response = ''] = await client.ok(`SEARCH ${Buffer.from(keys).toString('latin1')}`);
  return response.split(' ').slice(2).map(Number);
}

describe('RFC 9051 §6.4.4: keys', () => {
  test.each<[string, number[]]>([
    ['ALL', [1, 2, 3, 4, 5]],
    ['ANSWERED', [1]],
    ['UNANSWERED', [2, 3, 4, 5]],
    ['DELETED', [3]],
    ['DRAFT', [3]],
    ['FLAGGED', [2]],
    ['SEEN', [1]],
    ['UNSEEN UNDELETED', [2, 4, 5]],
    ['KEYWORD WORK', [2]],
    ['UNKEYWORD work', [1, 3, 4, 5]],
    ['RECENT', [1, 2, 3, 4, 5]],
    ['NEW', [2, 3, 4, 5]],
    ['OLD', []],
    ['BEFORE 4-Feb-2026', [1]],
    ['ON 4-Feb-2026', [2]],
    ['SINCE 5-Feb-2026', [3, 4, 5]],
    ['SENTON 2-Feb-2026', [1]],
    ['SENTON 3-Feb-2026', [2]],
    ['SENTBEFORE 3-Feb-2026', [1]],
    ['SENTSINCE 1-Feb-2026', [1, 2]],
    ['LARGER 100000', [5]],
    ['SMALLER 120', [3]],
    ['FROM anna', [1]],
    ['FROM "boris@"', [2]],
    ['TO BORIS', [1]],
    ['CC clara', [1]],
    ['BCC hidden', [4]],
    ['SUBJECT greetings', [1]],
    ['HEADER X-Ticket 47', [1]],
    ['HEADER X-Ticket ""', [1]],
    ['HEADER Nothing ""', []],
    ['2:3', [2, 3]],
    ['*', [5]],
    ['4:99', [4, 5]],
    ['99', []],
    ['UID 1,3:*', [1, 3, 4, 5]],
    ['NOT 1:3', [4, 5]],
    ['OR SEEN FLAGGED', [1, 2]],
    ['OR (SEEN ANSWERED) (NOT SMALLER 100000)', [1, 5]],
    ['NOT (OR SEEN FLAGGED) UNDELETED', [4, 5]],
    ['SEEN UNSEEN', []],
    ['OR SUBJECT parts BODY hello', [1, 4]],
    ['SINCE 1-Jan-2026 BEFORE 1-Jan-2027 SUBJECT o', [2, 3, 5].filter((number) => number !== 2)],
    ['OLDER 1', [1, 2, 3, 4, 5]],
    ['YOUNGER 1', []],
  ])('%s', async (keys, numbers) => {
    expect(await found(keys)).toEqual(numbers);
  });
});

describe('text is compared as people read it', () => {
  test.each<[string, number[]]>([
    ['SUBJECT "отчёт за январь"', [2]],
    ['FROM борис', [2]],
    ['BODY ПРИВЕТ', [2]],
    ['TEXT "мир: ответств"', [2]],
    ['BODY "Проверка Связи"', [3]],
    ['BODY world', [1, 4]],
    ['BODY worldwide', [4]],
    ['BODY "мир"', [2, 4]],
    ['BODY CAFÉ', [4]],
    ['BODY "счёт.pdf"', [4]],
    ['BODY "embedded subject"', [4]],
    ['BODY "embedded text"', [4]],
    ['BODY "binary world"', []],
    ['BODY greetings', []],
    ['TEXT greetings', [1]],
    ['TEXT "x-ticket: 4711"', [1]],
    ['BODY yneedlez', [5]],
    ['BODY "nowhere to be found"', []],
    ['NOT TEXT o', []],
  ])('%s', async (keys, numbers) => {
    expect(await found(`CHARSET UTF-8 ${keys}`)).toEqual(numbers);
  });

  test('a literal says the same', async () => {
    const word = Buffer.from('Привет').toString('latin1');
    expect(
      await client.ok(
        `SEARCH CHARSET UTF-8 BODY {${word.length}+}\r\n${word} SUBJECT {2+}\r\n${Buffer.from('я').toString('latin1')}`,
      ),
    ).toEqual(['* SEARCH 2']);
  });
});

describe('answers', () => {
  test('RFC 9051 §6.4.4: BADCHARSET', async () => {
    const { status, text } = await client.command('SEARCH CHARSET X-UNKNOWN ALL');
    expect([status, text]).toEqual(['NO', '[BADCHARSET (UTF-8 US-ASCII)] unknown charset']);
  });

  test('RFC 9051 §6.4.4: ESEARCH', async () => {
    const esearch = async (keys: string): Promise<string> => {
      const [response = ''] = await client.ok(`UID SEARCH ${keys}`);
      return response.replace(/TAG "[^"]+"/, 'TAG');
    };
    expect(await esearch('RETURN (MIN MAX COUNT ALL) UNSEEN')).toBe(
      '* ESEARCH (TAG) UID MIN 2 MAX 5 ALL 2:5 COUNT 4',
    );
    expect(await esearch('RETURN () 1,3:4')).toBe('* ESEARCH (TAG) UID ALL 1,3:4');
    expect(await esearch('RETURN (COUNT) SUBJECT nothing')).toBe('* ESEARCH (TAG) UID COUNT 0');
    expect(await esearch('RETURN (ALL MIN) SUBJECT nothing')).toBe('* ESEARCH (TAG) UID');
    expect((await client.command('SEARCH RETURN (FOO) ALL')).status).toBe('BAD');
  });

  test('RFC 9051 §6.4.4.1: a saved result stands for $', async () => {
    expect(await client.ok('SEARCH RETURN (SAVE) SINCE 5-Feb-2026')).toEqual([]);
    expect(await client.ok('FETCH $ UID')).toEqual([
      '* 3 FETCH (UID 3)',
      '* 4 FETCH (UID 4)',
      '* 5 FETCH (UID 5)',
    ]);
    expect(await found('$ DELETED')).toEqual([3]);
    await client.ok('UID SEARCH RETURN (SAVE MIN MAX) ALL');
    expect(await client.ok('UID FETCH $ UID')).toEqual(['* 1 FETCH (UID 1)', '* 5 FETCH (UID 5)']);
    await client.command('SEARCH RETURN (SAVE) CHARSET FOO ALL');
    expect(await client.ok('UID FETCH $ UID')).toEqual([]);
  });

  test('what is malformed is BAD', async () => {
    for (const keys of ['', ' ', 'FOO', 'ON yesterday', `${'('.repeat(10_000)}ALL${')'.repeat(10_000)}`]) {
      expect((await client.command(`SEARCH ${keys}`)).status).toBe('BAD');
    }
  });
});

describe('messages of other kinds', () => {
  let other: ImapClient;
  beforeAll(async () => {
    const account = await imap.newAccount();
    const report = lines(
      'From: <user-from (comment)@ (comment) domain.org>',
      'To: list: "Кто-то" <a@b.test>, c@d.test;',
      'Content-Type: multipart/report; report-type=delivery-status; boundary=o',
      '',
      '--o',
      '',
      'failed',
      '--o',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; uniquemta.example',
      '',
      'Final-Recipient: rfc822; x@y.org',
      '--o',
      'Content-Type: message/external-body; access-type=URL',
      '',
      'Content-Type: text/plain',
      '',
      'elsewhere',
      '--o--',
    );
    await imap.deliver(account, Buffer.from(report));
    await imap.deliver(account, lines('Subject: second', '', 'x'));
    await imap.deliver(account, lines('Subject: third', '', 'x'));
    other = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
  });
  afterAll(() => other[Symbol.dispose]());

  test.each<[string, string]>([
    ['TEXT uniquemta', ' 1'],
    ['BODY "Final-Recipient: rfc822; x@y.org"', ' 1'],
    ['BODY elsewhere', ' 1'],
    ['FROM "user-from@domain.org"', ' 1'],
    ['FROM "user-from (comment)"', ' 1'],
    ['TO "<a@b.test>"', ' 1'],
    ['TO c@d.test', ' 1'],
    ['CC a@b.test', ''],
  ])('RFC 9051 §6.4.4: %s', async (keys, numbers) => {
    expect(await other.ok(`SEARCH ${keys}`)).toEqual([`* SEARCH${numbers}`]);
  });

  test('RFC 7162 §3.1.10: MODSEQ of MIN and MAX is that of these messages', async () => {
    // MODSEQs of 1, 3, 2: ascending.
    for (const number of [1, 3, 2]) await other.ok(`STORE ${number} +FLAGS.SILENT (\\Flagged)`);
    const [fetched = ''] = (await other.ok('FETCH 1 (MODSEQ)')).filter((line) => line.includes(' FETCH '));
    const first = Number(/MODSEQ \((\d+)\)/.exec(fetched)?.[1]);
    const modSeq = async (options: string): Promise<number> => {
      const [response = ''] = await other.ok(`SEARCH RETURN (${options}) 1:3 MODSEQ 1`);
      return Number(/ MODSEQ (\d+)/.exec(response)?.[1]) - first;
    };
    expect(await modSeq('MIN')).toBe(0);
    expect(await modSeq('MAX')).toBe(1);
    expect(await modSeq('MIN MAX')).toBe(1);
    expect(await modSeq('MIN COUNT')).toBe(2);
    expect(await modSeq('ALL')).toBe(2);
    expect(await modSeq('COUNT')).toBe(2);
  });
});

describe('RFC 9051 §6.4.4: the charset of the keys', () => {
  test.each(['KOI8-R', 'koi8-r', '"KOI8-R"'])('%s', async (charset) => {
    expect(await client.ok(`SEARCH CHARSET ${charset} BODY "${koi8('проверка')}"`)).toEqual(['* SEARCH 3']);
  });

  test('WINDOWS-1251, in any case of letters', async () => {
    const word = Buffer.from([0xcf, 0xd0, 0xce, 0xc2, 0xc5, 0xd0, 0xca, 0xc0]).toString('latin1');
    expect(await client.ok(`SEARCH CHARSET WINDOWS-1251 TEXT "${word}"`)).toEqual(['* SEARCH 3']);
  });

  test.each(['base64', 'hex', 'UTF-7', 'UTF-16'])('%s is none', async (charset) => {
    expect((await client.command(`SEARCH CHARSET ${charset} ALL`)).text).toBe(
      '[BADCHARSET (UTF-8 US-ASCII)] unknown charset',
    );
  });
});

test('RFC 9585 §3: who waits for a long search is told how far it is', async () => {
  const { times } = imap.server;
  const before = times.progressMs;
  times.progressMs = 0;
  try {
    // Pages of 100 messages each, and of 250 where rows say it all.
    const account = await imap.newAccount();
    for (let count = 0; count < 251; count++) await imap.deliver(account, 'Subject: many\r\n\r\n');
    using other = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
    const told = await other.ok('SEARCH RETURN (COUNT) SUBJECT many');
    expect(told[0]).toMatch(/^\* OK \[INPROGRESS \("t\d+" 100 251\)\] /);
    expect(told).toHaveLength(3);
    expect((await other.ok('SORT (FROM) UTF-8 ALL'))[0]).toContain('[INPROGRESS ');
    expect((await other.ok('THREAD REFERENCES UTF-8 ALL'))[0]).toContain('[INPROGRESS ');
  } finally {
    times.progressMs = before;
  }
});

test('RFC 9208 §4.1: a quota is told in units of 1,024 octets, and what goes beyond it is OVERQUOTA', async () => {
  const account = await imap.newAccount();
  await imap.deliver(account, `Subject: x\r\n\r\n${'x'.repeat(1500)}\r\n`);
  await imap.db.query({
    text: 'update directory.account set quota_bytes = 3000 where id = $1',
    values: [imap.accounts[account]],
  });
  using other = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
  expect(await other.ok('GETQUOTA ""')).toEqual(['* QUOTA "" (STORAGE 2 2)']);
  expect((await other.command('COPY 1 Sent')).text).toContain('[OVERQUOTA]');
});
