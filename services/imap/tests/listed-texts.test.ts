// SORT, THREAD and searches by the day of sending answer the same from the columns that are made for them and, of rows that do
// not have them yet, from the headers.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ImapClient } from './imap-client.ts';
import { type Installation, startInstallation } from './installation.ts';

const MAILS: readonly (readonly string[])[] = [
  ['Date: Mon, 2 Feb 2026 23:30:00 -0700', 'Subject: Zebra', 'Message-ID: <1@a>'],
  ['Date: Tue, 3 Feb 2026 00:30:00 +0300', 'Subject: Re: Zebra', 'Message-ID: <2@a>', 'References: <1@a>'],
  ['Subject: =?utf-8?B?0K/QsdC70L7QutC+?=', 'Message-ID: <3@a>', 'In-Reply-To: <2@a>'],
  ['Date: 1 Jan 1970 00:00:00 +0000', 'From: anna@demo.test'],
  ['Date: never', 'Subject: [list] Fwd: apple (fwd)', 'Message-ID: <"5"@a>', 'References: <gone@a> <1@a>'],
  ['Date: Wed, 4 Feb 2026 12:00:00 +0000', 'Subject: Re: apple', 'Message-ID: <6@a>', 'References: <5@a>'],
];
const COMMANDS = [
  'SORT (SUBJECT) UTF-8 ALL',
  'SORT (REVERSE DATE SUBJECT) UTF-8 ALL',
  'SORT (SUBJECT FROM REVERSE ARRIVAL) UTF-8 ALL',
  'THREAD REFERENCES UTF-8 ALL',
  'THREAD ORDEREDSUBJECT UTF-8 ALL',
  'SEARCH SENTON 2-Feb-2026',
  'SEARCH SENTON 3-Feb-2026',
  'SEARCH SENTBEFORE 1-Feb-2026',
  'SEARCH OR SENTSINCE 4-Feb-2026 SUBJECT zebra',
  'SEARCH NOT SENTSINCE 1-Jan-1900',
];

let imap: Installation;
let client: ImapClient;
const wanted = new Map<string, string[]>();

beforeAll(async () => {
  imap = await startInstallation();
  for (const fields of MAILS) await imap.deliver('anna', `${fields.join('\r\n')}\r\n\r\ntext\r\n`);
  client = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, 'anna');
  for (const command of COMMANDS) wanted.set(command, await client.ok(command));
});
afterAll(() => {
  client[Symbol.dispose]();
  return imap[Symbol.asyncDispose]();
});

test('the columns say what the headers say', () => {
  expect(wanted.get('SEARCH SENTON 2-Feb-2026')).toEqual(['* SEARCH 1']);
  expect(wanted.get('SEARCH SENTON 3-Feb-2026')).toEqual(['* SEARCH 2']);
  expect(wanted.get('SEARCH NOT SENTSINCE 1-Jan-1900')).toEqual(['* SEARCH 3 5']);
  expect(wanted.get('SORT (SUBJECT) UTF-8 ALL')).toEqual(['* SORT 4 5 6 1 2 3']);
  expect(wanted.get('THREAD REFERENCES UTF-8 ALL')?.[0]).toContain('(1 ');
});

describe.each([
  ['some rows', 'uid % 2 = 0'],
  ['all rows', 'true'],
])('of %s that do not have them yet', (_, condition) => {
  beforeAll(() =>
    imap.db.query({
      text: `update store.content set base_subject = null, is_reply = null, thread_ids = null, sent_day = null, texts_version = 1
        where id in (select content_id from store.message where ${condition})`,
    }),
  );

  test.each(COMMANDS)('%s', async (command) => {
    expect(await client.ok(command)).toEqual(wanted.get(command));
  });
});
