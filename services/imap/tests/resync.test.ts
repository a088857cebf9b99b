// Quick resynchronisation (RFC 7162): a client that was away learns what it missed, and no more.
import type { Statement } from '@pochtar/store/db';
import { expungeMessages, findMailbox, INBOX, type Mailbox, storeFlags } from '@pochtar/store/mailbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MailboxIndexes } from '../src/mailbox-index/mailbox-indexes.ts';
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
    S: * OK [MAILBOXID (*)] stays with the mailbox
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
    S: * OK [MAILBOXID (*)] stays with the mailbox
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
    S: e OK [HIGHESTMODSEQ ${modSeq + 3}] done
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

describe('RFC 7162 §6: a client resumes from where it was told everything', () => {
  /** Another client expunges message 5 and flags the last one, while the first has them all in view. */
  async function withheld(text: (modSeq: number) => string): Promise<{ account: string; modSeq: number }> {
    const { account, modSeq } = await away(6);
    await imap.session(
      account,
      `
      C1: a ENABLE QRESYNC
      S1: ...
      S1: a OK done
      C1: b SELECT INBOX
      S1: ...
      S1: b OK *
      C2: c SELECT INBOX
      S2: ...
      S2: c OK *
      C2: d STORE 5 +FLAGS.SILENT (\\Deleted)
      S2: d OK done
      C2: e EXPUNGE
      S2: * 5 EXPUNGE
      S2: e OK done
      C2: f STORE 5 +FLAGS.SILENT (\\Flagged)
      S2: f OK done
      ${text(modSeq)}
    `,
      2,
    );
    return { account, modSeq };
  }

  test('FETCH, STORE and SEARCH that tell of later changes while an expunge waits say HIGHESTMODSEQ', async () => {
    const { account, modSeq } = await withheld(
      (start) => `
      C1: g FETCH 6 (FLAGS MODSEQ)
      S1: ...
      S1: g OK [HIGHESTMODSEQ ${start + 1}] done
      C1: h STORE 4 +FLAGS (\\Seen)
      S1: * 4 FETCH (UID 4 FLAGS (\\Seen) MODSEQ (${start + 4}))
      S1: h OK [HIGHESTMODSEQ ${start + 1}] done
      C1: i STORE 4 (UNCHANGEDSINCE 1) +FLAGS (\\Deleted)
      S1: * OK [HIGHESTMODSEQ ${start + 1}] *
      S1: i OK [MODIFIED 4] done
      C1: j SEARCH MODSEQ ${start + 3}
      S1: * SEARCH 4 6 (MODSEQ ${start + 4})
      S1: * OK [HIGHESTMODSEQ ${start + 1}] *
      S1: j OK [EXPUNGEISSUED] done
      C1: k NOOP
      S1: * VANISHED 5
      S1: k OK done
      C1: l FETCH 5 (FLAGS MODSEQ)
      S1: * 5 FETCH (FLAGS (\\Flagged) MODSEQ (${start + 3}))
      S1: l OK done
    `,
    );
    // A client whose line broke behind `g` comes back with what it was told.
    using client = await ImapClient.open({ host: imap.host, port: imap.ports.imap });
    await client.ok(`LOGIN ${account} secret`);
    await client.ok('ENABLE QRESYNC');
    const [, own] = /UIDVALIDITY (\d+)/.exec((await client.ok('SELECT INBOX')).join()) ?? [];
    expect(await client.ok(`SELECT INBOX (QRESYNC (${own} ${modSeq + 1}))`)).toContain(
      '* VANISHED (EARLIER) 5',
    );
  });

  test('a MODSEQ that is told before the bus told of the change is looked into', async () => {
    const { account, modSeq } = await away(3);
    await imap.session(
      account,
      `
      C: a ENABLE QRESYNC
      S: ...
      S: a OK done
      C: b SELECT INBOX
      S: ...
      S: b OK *
      C: c NOOP
      S: c OK done
    `,
    );
    using client = await ImapClient.open({ host: imap.host, port: imap.ports.imap });
    await client.ok(`LOGIN ${account} secret`);
    await client.ok('ENABLE QRESYNC');
    await client.ok('SELECT INBOX');
    await client.ok('NOOP');
    const mailbox = (await findMailbox(imap.db, imap.accounts[account] as number, INBOX)) as Mailbox;
    // Nothing of this is announced.
    await collect(expungeMessages(imap.db, mailbox.id, [2]));
    await collect(storeFlags(imap.db, mailbox.id, [3], { mode: 'add', flags: 1, keywords: [] }));
    // This date is read from the row, and the MODSEQ with it.
    expect(await client.command('FETCH 3 (MODSEQ SAVEDATE)')).toMatchObject({
      status: 'OK',
      text: `[HIGHESTMODSEQ ${modSeq}] done`,
    });
  });

  test('RFC 6851 §4.4: MOVE says HIGHESTMODSEQ as EXPUNGE does', async () => {
    const { account, modSeq } = await away(2);
    await imap.session(
      account,
      `
      C: a ENABLE QRESYNC
      S: ...
      S: a OK done
      C: b SELECT INBOX
      S: ...
      S: b OK *
      C: c MOVE 1 Sent
      S: * OK [COPYUID * 1 1] moved
      S: * VANISHED 1
      S: c OK [HIGHESTMODSEQ ${modSeq + 1}] done
    `,
    );
  });

  test('RFC 7162 §3.1: the first command that enables CONDSTORE tells HIGHESTMODSEQ of the selected mailbox', async () => {
    const { account, modSeq } = await away(1);
    for (const command of [
      'ENABLE CONDSTORE',
      'ENABLE QRESYNC',
      'FETCH 1 (MODSEQ)',
      'FETCH 1 (FLAGS) (CHANGEDSINCE 1)',
      'STORE 1 (UNCHANGEDSINCE 1) +FLAGS.SILENT (\\Seen)',
      'SEARCH MODSEQ 1',
      'STATUS INBOX (HIGHESTMODSEQ)',
      'LIST "" INBOX RETURN (STATUS (HIGHESTMODSEQ))',
    ]) {
      using client = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
      expect(await client.ok(command)).toContain(`* OK [HIGHESTMODSEQ ${modSeq}] highest`);
      expect(await client.ok(command)).not.toContain(`* OK [HIGHESTMODSEQ ${modSeq}] highest`);
    }
  });
});

test('RFC 7162 §3.2.5: SELECT tells nothing that is newer than the HIGHESTMODSEQ it tells', async () => {
  const { account, validity, modSeq } = await away(4);
  using client = await ImapClient.open({ host: imap.host, port: imap.ports.imap });
  await client.ok(`LOGIN ${account} secret`);
  await client.ok('ENABLE QRESYNC');
  const mailbox = (await findMailbox(imap.db, imap.accounts[account] as number, INBOX)) as Mailbox;
  await collect(storeFlags(imap.db, mailbox.id, [1], { mode: 'add', flags: 1, keywords: [] }));
  // Between the view and the changes another session expunges 3 and flags 4.
  const { db, indexes } = imap.server;
  let reads = 0;
  imap.server.db = {
    ...db,
    async query<Row>(statement: Statement): Promise<Row[]> {
      if (statement.name === 'view_changes' && ++reads === 2) {
        await collect(expungeMessages(imap.db, mailbox.id, [3]));
        await collect(storeFlags(imap.db, mailbox.id, [4], { mode: 'add', flags: 4, keywords: [] }));
      }
      return db.query<Row>(statement);
    },
  };
  imap.server.indexes = new MailboxIndexes(imap.server.db);
  const told = await client.ok(`SELECT INBOX (QRESYNC (${validity} ${modSeq}))`);
  Object.assign(imap.server, { db, indexes });
  expect(told).toContain('* 4 EXISTS');
  expect(told).toContain(`* OK [HIGHESTMODSEQ ${modSeq + 1}] highest`);
  expect(told.filter((line) => / FETCH |VANISHED/.test(line))).toEqual([
    `* 1 FETCH (UID 1 FLAGS (\\Seen) MODSEQ (${modSeq + 1}))`,
  ]);
  expect(await client.ok('NOOP')).toEqual([
    '* VANISHED 3',
    `* 3 FETCH (UID 4 FLAGS (\\Flagged) MODSEQ (${modSeq + 3}))`,
  ]);
});

async function collect(items: AsyncIterable<unknown>): Promise<void> {
  for await (const item of items) void item;
}
