// Quick resynchronisation (RFC 7162): a client that was away learns what it missed, and no more.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ImapClient } from './imap-client.ts';
import { type Installation, startInstallation } from './installation.ts';

let imap: Installation;
beforeAll(async () => {
  imap = await startInstallation();
});
afterAll(() => imap[Symbol.asyncDispose]());

/** An account with this many messages, and what a client of it knew before it went away. */
async function away(count: number): Promise<{ account: string; validity: number; modSeq: number }> {
  const account = await imap.newAccount();
  for (let number = 1; number <= count; number++) await imap.deliver(account, `Subject: ${number}\r\n\r\n`);
  using client = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
  const [status = ''] = await client.ok('STATUS INBOX (UIDVALIDITY HIGHESTMODSEQ)');
  const [, validity, modSeq] = /UIDVALIDITY (\d+) HIGHESTMODSEQ (\d+)/.exec(status) ?? [];
  return { account, validity: Number(validity), modSeq: Number(modSeq) };
}

/** Meanwhile another client changes message 1, expunges 2 and 3, and adds one. */
async function meanwhile(account: string): Promise<void> {
  using client = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
  await client.ok('STORE 1 +FLAGS.SILENT (\\Seen)');
  await client.ok('STORE 2:3 +FLAGS.SILENT (\\Deleted)');
  await client.ok('EXPUNGE');
  await client.append('INBOX', 'Subject: new\r\n\r\n');
}

test('RFC 7162 §3.2.5: SELECT with QRESYNC tells what vanished and what changed', async () => {
  const { account, validity, modSeq } = await away(5);
  await meanwhile(account);
  await imap.session(
    account,
    `
    C: a SELECT INBOX (QRESYNC (${validity} ${modSeq}))
    S: a BAD QRESYNC is not enabled
    C: b ENABLE QRESYNC
    S: * ENABLED QRESYNC
    S: b OK done
    C: c SELECT INBOX (QRESYNC (${validity} ${modSeq}))
    S: * 4 EXISTS
    S: ...
    S: * OK [HIGHESTMODSEQ *] highest
    S: * VANISHED (EARLIER) 2:3
    S: * 1 FETCH (UID 1 FLAGS (\\Seen) MODSEQ (*))
    S: * 4 FETCH (UID 6 FLAGS (*) MODSEQ (*))
    S: c OK [READ-WRITE] selected
    C: d SELECT INBOX (QRESYNC (${validity} ${modSeq} 3:5 (1,3 1,3)))
    S: ...
    S: * VANISHED (EARLIER) 3
    S: d OK [READ-WRITE] selected
    C: e SELECT INBOX (QRESYNC (${validity + 1} ${modSeq}))
    S: ...
    S: * OK [HIGHESTMODSEQ *] highest
    S: e OK [READ-WRITE] selected
    C: f SELECT INBOX (QRESYNC (0 1))
    S: f BAD *
    C: g SELECT INBOX (FOO)
    S: g BAD unknown parameter
  `,
  );
});

test('RFC 7162 §3.2.7: expunges are told as VANISHED, with HIGHESTMODSEQ behind EXPUNGE', async () => {
  const { account, modSeq } = await away(4);
  await imap.session(
    account,
    `
    C: a ENABLE QRESYNC
    S: ...
    S: a OK done
    C: b SELECT INBOX
    S: ...
    S: b OK *
    C: c STORE 1:2 +FLAGS.SILENT (\\Deleted)
    S: * 1 FETCH (UID 1 MODSEQ (${modSeq + 1}))
    S: * 2 FETCH (UID 2 MODSEQ (${modSeq + 1}))
    S: c OK done
    C: d EXPUNGE
    S: * VANISHED 1:2
    S: d OK [HIGHESTMODSEQ ${modSeq + 2}] done
    C: e MOVE 1 Sent
    S: * OK [COPYUID * 3 1] moved
    S: * VANISHED 3
    S: e OK done
    C: f FETCH 1:* UID
    S: * 1 FETCH (UID 4)
    S: f OK done
  `,
  );
});

test('RFC 7162 §3.2.6: UID FETCH with CHANGEDSINCE and VANISHED', async () => {
  const { account, modSeq } = await away(5);
  await meanwhile(account);
  using client = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
  expect((await client.command(`UID FETCH 1:* (FLAGS) (CHANGEDSINCE ${modSeq} VANISHED)`)).status).toBe(
    'BAD',
  );
  await client.ok('ENABLE QRESYNC');
  expect((await client.command(`FETCH 1:* (FLAGS) (CHANGEDSINCE ${modSeq} VANISHED)`)).status).toBe('BAD');
  const untagged = await client.ok(`UID FETCH 1:4 (FLAGS) (CHANGEDSINCE ${modSeq} VANISHED)`);
  expect(untagged[0]).toBe('* VANISHED (EARLIER) 2:3');
  expect(untagged.slice(1)).toEqual([
    expect.stringMatching(/^\* 1 FETCH \(UID 1 FLAGS \(\\Seen\) MODSEQ \(\d+\)\)$/),
  ]);
});

test('RFC 7162 §3.2.5.1: when expunges that old are forgotten, all that is not there has vanished', async () => {
  const { account, validity, modSeq } = await away(5);
  await meanwhile(account);
  await imap.db.query({
    text: `with gone as (
        delete from store.expunged e using store.mailbox b
        where e.mailbox_id = b.id and b.account_id = $1 returning e.mailbox_id
      )
      update store.mailbox set expunged_floor = mod_seq where id in (select mailbox_id from gone)`,
    values: [imap.accounts[account]],
  });
  await imap.session(
    account,
    `
    C: a ENABLE QRESYNC
    S: ...
    S: a OK done
    C: b SELECT INBOX (QRESYNC (${validity} ${modSeq} 1:5))
    S: ...
    S: * VANISHED (EARLIER) 2:3
    S: * 1 FETCH (UID 1 *
    S: b OK *
  `,
  );
});
