// STORE, EXPUNGE, COPY, MOVE: replies, and what is told before them.
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type Installation, startInstallation } from './installation.ts';

let imap: Installation;
beforeAll(async () => {
  imap = await startInstallation();
});
afterAll(() => imap[Symbol.asyncDispose]());

/** INBOX of a new account with this many messages, none of them recent. */
async function withMessages(count: number, text: string, connections = 1): Promise<void> {
  const account = await imap.newAccount();
  for (let number = 1; number <= count; number++) await imap.deliver(account, `Subject: ${number}\r\n\r\n`);
  await imap.inbox(account, '');
  await imap.inbox(account, text, connections);
}

describe('STORE', () => {
  test('RFC 9051 §6.4.6: replace, add, remove, with and without answer', () =>
    withMessages(
      3,
      `
      C: a STORE 1 FLAGS (\\Seen $Junk)
      S: * 1 FETCH (UID 1 FLAGS (\\Seen $Junk))
      S: a OK done
      C: b STORE 1:2 +FLAGS \\Flagged \\Answered
      S: * 1 FETCH (UID 1 FLAGS (\\Answered \\Flagged \\Seen $Junk))
      S: * 2 FETCH (UID 2 FLAGS (\\Answered \\Flagged))
      S: b OK done
      C: c UID STORE 1,3 -FLAGS (\\Seen $JUNK \\Recent)
      S: * 1 FETCH (UID 1 FLAGS (\\Answered \\Flagged))
      S: * 3 FETCH (UID 3 FLAGS ())
      S: c OK done
      C: d STORE 1:* FLAGS.SILENT ()
      S: d OK done
      C: e FETCH 1:* FLAGS
      S: * 1 FETCH (FLAGS ())
      S: * 2 FETCH (FLAGS ())
      S: * 3 FETCH (FLAGS ())
      S: e OK done
      C: f NOOP
      S: f OK done
    `,
    ));

  test('RFC 9051 §6.4.6: what is wrong', () =>
    withMessages(
      1,
      `
      C: a STORE 2 FLAGS (\\Seen)
      S: a BAD no such message
      C: b UID STORE 2 FLAGS (\\Seen)
      S: b OK done
      C: c STORE 1 FLAGS (\\Nonsense)
      S: c BAD unknown system flag
      C: d STORE 1 FOO (\\Seen)
      S: d BAD FLAGS expected
      C: e STORE 1 FLAGS
      S: e BAD missing argument
      C: f STORE 1 FLAGS (\\Seen
      S: f BAD *
      C: g EXAMINE INBOX
      S: ...
      S: g OK *
      C: h STORE 1 FLAGS (\\Seen)
      S: h NO [READ-ONLY] *
    `,
    ));

  test('RFC 7162 §3.1.3: UNCHANGEDSINCE', () =>
    withMessages(
      3,
      `
      C: a FETCH 1:3 (MODSEQ)
      S: * OK [HIGHESTMODSEQ 4] highest
      S: * 1 FETCH (MODSEQ (2))
      S: * 2 FETCH (MODSEQ (3))
      S: * 3 FETCH (MODSEQ (4))
      S: a OK done
      C: b STORE 1:3 (UNCHANGEDSINCE 3) +FLAGS.SILENT (\\Seen)
      S: * 1 FETCH (UID 1 MODSEQ (5))
      S: * 2 FETCH (UID 2 MODSEQ (5))
      S: b OK [MODIFIED 3] done
      C: c UID STORE 3 (UNCHANGEDSINCE 3) +FLAGS (\\Seen)
      S: c OK [MODIFIED 3] done
      C: d UID FETCH 1:* (FLAGS) (CHANGEDSINCE 4)
      S: * 1 FETCH (UID 1 FLAGS (\\Seen) MODSEQ (5))
      S: * 2 FETCH (UID 2 FLAGS (\\Seen) MODSEQ (5))
      S: d OK done
      C: e SEARCH MODSEQ 5
      S: * SEARCH 1 2 (MODSEQ 5)
      S: e OK done
    `,
    ));
});

describe('EXPUNGE', () => {
  test('RFC 9051 §7.5.1: each number is that of its moment', () =>
    withMessages(
      5,
      `
      C: a STORE 1,2,4 +FLAGS.SILENT (\\Deleted)
      S: a OK done
      C: b EXPUNGE
      S: * 4 EXPUNGE
      S: * 2 EXPUNGE
      S: * 1 EXPUNGE
      S: b OK done
      C: c UID FETCH 1:* UID
      S: * 1 FETCH (UID 3)
      S: * 2 FETCH (UID 5)
      S: c OK done
      C: d EXPUNGE
      S: d OK done
    `,
    ));

  test('RFC 9051 §6.4.9: UID EXPUNGE', () =>
    withMessages(
      3,
      `
      C: a STORE 1:2 +FLAGS.SILENT (\\Deleted)
      S: a OK done
      C: b UID EXPUNGE 2:3
      S: * 2 EXPUNGE
      S: b OK done
      C: c UID EXPUNGE x
      S: c BAD *
      C: d EXAMINE INBOX
      S: ...
      S: d OK *
      C: e EXPUNGE
      S: e NO [READ-ONLY] *
    `,
    ));
});

describe('COPY and MOVE', () => {
  test('RFC 9051 §6.4.7: COPY answers COPYUID, and TRYCREATE for a missing mailbox', () =>
    withMessages(
      3,
      `
      C: a COPY 1,3 Sent
      S: a OK [COPYUID $validity 1,3 1:2] copied
      C: b UID COPY 2:9 Sent
      S: b OK [COPYUID $validity 2:3 3:4] copied
      C: c COPY 1 nowhere
      S: c NO [TRYCREATE] no such mailbox
      C: d COPY 9 Sent
      S: d BAD no such message
      C: e UID COPY 99 Sent
      S: e OK nothing to copy
      C: f COPY 1 INBOX
      S: * 4 EXISTS
      S: * 1 RECENT
      S: f OK [COPYUID * 1 4] copied
      C: g STATUS Sent (MESSAGES UIDVALIDITY)
      S: * STATUS Sent (MESSAGES 4 UIDVALIDITY $validity)
      S: g OK done
    `,
    ));

  test('RFC 6851: MOVE tells COPYUID first, then EXPUNGE', () =>
    withMessages(
      4,
      `
      C: a MOVE 2:3 Sent
      S: * OK [COPYUID $validity 2:3 1:2] moved
      S: * 3 EXPUNGE
      S: * 2 EXPUNGE
      S: a OK done
      C: b UID MOVE 4 Sent
      S: * OK [COPYUID $validity 4 3] moved
      S: * 2 EXPUNGE
      S: b OK done
      C: c MOVE 1 nowhere
      S: c NO [TRYCREATE] *
      C: d EXAMINE INBOX
      S: ...
      S: d OK *
      C: e MOVE 1 Sent
      S: e NO [READ-ONLY] *
    `,
    ));

  test('a quota that is full: OVERQUOTA', async () => {
    const account = await imap.newAccount();
    await imap.deliver(account, 'Subject: 1\r\n\r\n');
    await imap.db.query({
      text: 'update directory.account set quota_bytes = 20 where id = $1',
      values: [imap.accounts[account]],
    });
    await imap.inbox(
      account,
      `
      C: a COPY 1 Sent
      S: a NO [OVERQUOTA] *
      C: b APPEND INBOX {10}
      S: b NO [OVERQUOTA] *
    `,
    );
  });
});
