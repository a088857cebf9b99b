// SELECT, EXAMINE, CLOSE, UNSELECT, and \Recent.
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Installation, startInstallation } from './installation.ts';

let imap: Installation;
beforeAll(async () => {
  imap = await startInstallation();
});
afterAll(() => imap[Symbol.asyncDispose]());

test('RFC 3501 §6.3.1: what SELECT tells of a mailbox', async () => {
  const account = await imap.newAccount();
  await imap.deliver(account, 'Subject: 1\r\n\r\n', { flags: 1 });
  await imap.deliver(account, 'Subject: 2\r\n\r\n', { keywords: ['myword'] });
  const { validity } = await imap.session(
    account,
    `
    C: a SELECT inbox
    S: * 2 EXISTS
    S: * 2 RECENT
    S: * OK [UNSEEN 2] first unseen
    S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft *)
    S: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft * \\*)] kept
    S: * OK [UIDVALIDITY $validity] UIDs are valid
    S: * OK [UIDNEXT 3] next UID
    S: * OK [HIGHESTMODSEQ 3] highest
    S: * OK [MAILBOXID (*)] stays with the mailbox
    S: a OK [READ-WRITE] selected
    C: b EXAMINE INBOX
    S: * OK [CLOSED] the previous mailbox is closed
    S: * 2 EXISTS
    S: * 0 RECENT
    S: ...
    S: * OK [PERMANENTFLAGS ()] read-only
    S: * OK [UIDVALIDITY $validity] UIDs are valid
    S: ...
    S: b OK [READ-ONLY] selected
    C: c SELECT nowhere
    S: * OK [CLOSED] the previous mailbox is closed
    S: c NO [NONEXISTENT] no such mailbox
    C: d FETCH 1 FLAGS
    S: d BAD select a mailbox first
    C: e SELECT "a*"
    S: e NO [CANNOT] *
    C: f SELECT
    S: f BAD missing argument
    C: g SELECT INBOX (CONDSTORE)
    S: ...
    S: g OK [READ-WRITE] selected
  `,
  );
  expect(Number(validity)).toBeGreaterThan(1_000_000_000);
});

test('RFC 9051 §6.3.2: IMAP4rev2 has no RECENT and no UNSEEN, but a LIST', async () => {
  const account = await imap.newAccount();
  await imap.deliver(account, 'Subject: 1\r\n\r\n');
  await imap.session(
    account,
    `
    C: a ENABLE IMAP4rev2
    S: * ENABLED IMAP4REV2
    S: a OK done
    C: b SELECT INBOX
    S: * 1 EXISTS
    S: * FLAGS (*)
    S: * OK [PERMANENTFLAGS (*)] kept
    S: * OK [UIDVALIDITY *] UIDs are valid
    S: * OK [UIDNEXT 2] next UID
    S: * OK [HIGHESTMODSEQ 2] highest
    S: * OK [MAILBOXID (*)] stays with the mailbox
    S: * LIST () "/" "INBOX"
    S: b OK [READ-WRITE] selected
    C: c FETCH 1 FLAGS
    S: * 1 FETCH (FLAGS ())
    S: c OK done
    C: d SEARCH UNSEEN
    S: * ESEARCH (TAG "d") ALL 1
    S: d OK done
  `,
  );
});

test('RFC 3501 §2.3.2: \\Recent is for one session; EXAMINE takes it from nobody', async () => {
  const account = await imap.newAccount();
  await imap.deliver(account, 'Subject: 1\r\n\r\n');
  await imap.session(
    account,
    `
    C: a EXAMINE INBOX
    S: * 1 EXISTS
    S: * 1 RECENT
    S: ...
    S: a OK *
    C: b FETCH 1 FLAGS
    S: * 1 FETCH (FLAGS (\\Recent))
    S: b OK done
    C: c SELECT INBOX
    S: ...
    S: * 1 RECENT
    S: ...
    S: c OK *
    C2: c SELECT INBOX
    S2: * 1 EXISTS
    S2: * 0 RECENT
    S2: ...
    S2: c OK *
    C2: d FETCH 1 FLAGS
    S2: * 1 FETCH (FLAGS ())
    S2: d OK done
  `,
    2,
  );
});

test('messages that a session was told of are recent to no later one', async () => {
  const account = await imap.newAccount();
  const first = imap.inbox(
    account,
    `
    C: a IDLE
    S: + idling
    S: * 1 EXISTS
    S: * 1 RECENT
    C: DONE
    S: a OK idled
    C: b UNSELECT
    S: b OK done
    C: c EXAMINE INBOX
    S: * 1 EXISTS
    S: * 0 RECENT
    S: ...
    S: c OK *
  `,
  );
  await eventually(() => [...imap.sessions].some(({ wake }) => wake !== null));
  await imap.deliver(account, 'Subject: 1\r\n\r\n');
  await imap.server.watch.compare();
  await first;
});

test('RFC 9051 §6.4.1: CLOSE expunges without a word; §6.4.2: UNSELECT does not', async () => {
  const account = await imap.newAccount();
  for (const flags of [8, 0, 8]) await imap.deliver(account, 'Subject: 1\r\n\r\n', { flags });
  await imap.inbox(
    account,
    `
    C: a UNSELECT
    S: a OK done
    C: b EXAMINE INBOX
    S: ...
    S: b OK *
    C: c CLOSE
    S: c OK done
    C: d STATUS INBOX (MESSAGES)
    S: * STATUS INBOX (MESSAGES 3)
    S: d OK done
    C: e SELECT INBOX
    S: ...
    S: e OK *
    C: f CLOSE
    S: f OK done
    C: g CLOSE
    S: g BAD select a mailbox first
    C: h STATUS INBOX (MESSAGES)
    S: * STATUS INBOX (MESSAGES 1)
    S: h OK done
  `,
  );
});

test('RFC 9051 §7.3.5: a keyword is told before it is seen', async () => {
  const account = await imap.newAccount();
  await imap.deliver(account, 'Subject: 1\r\n\r\n');
  await imap.inbox(
    account,
    `
    C2: a STORE 1 +FLAGS.SILENT (brandnew)
    S2: * FLAGS (* brandnew)
    S2: * OK [PERMANENTFLAGS (* brandnew \\*)] kept
    S2: a OK done
    C1: a FETCH 1 FLAGS
    S1: * FLAGS (* brandnew)
    S1: * OK [PERMANENTFLAGS (* brandnew \\*)] kept
    S1: * 1 FETCH (FLAGS (\\Recent brandnew))
    S1: ...
    S1: a OK done
    C1: b FETCH 1 FLAGS
    S1: * 1 FETCH (FLAGS (\\Recent brandnew))
    S1: b OK done
  `,
    2,
  );
});

test('RFC 9051 §6.3.2: SELECT names the keywords in use, however they came into the mailbox', async () => {
  const account = await imap.newAccount();
  await imap.deliver(account, 'Subject: 1\r\n\r\n', { keywords: ['delivered'] });
  await imap.inbox(
    account,
    `
    C: a STORE 1 +FLAGS.SILENT (stored)
    S: ...
    S: a OK done
    C: b STORE 1 +FLAGS.SILENT (STORED)
    S: b OK done
    C: c APPEND INBOX (appended) {6+}
    C: A: b
    C:
    S: ...
    S: c OK *
    C: d COPY 1 Sent
    S: d OK *
    C: e CREATE Moved
    S: e OK *
    C: f MOVE 2 Moved
    S: ...
    S: f OK *
  `,
  );
  await imap.session(
    account,
    `
    C: a SELECT INBOX
    S: ...
    S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft * $Important delivered stored appended)
    S: * OK [PERMANENTFLAGS (* $Important delivered stored appended \\*)] kept
    S: ...
    S: a OK *
    C: b SELECT Sent
    S: ...
    S: * FLAGS (* $Important delivered stored)
    S: ...
    S: b OK *
    C: c EXAMINE Moved
    S: ...
    S: * FLAGS (* $Important appended)
    S: * OK [PERMANENTFLAGS ()] read-only
    S: ...
    S: c OK *
  `,
  );
});

test('RFC 3501 §2.3.2: what one session was told of as recent is recent to no other, and STATUS counts it no more', async () => {
  const account = await imap.newAccount();
  await imap.inbox(
    account,
    `
    C2: a EXAMINE INBOX
    S2: ...
    S2: a OK *
    C1: a APPEND INBOX {6+}
    C1: A: b
    C1:
    S1: * 1 EXISTS
    S1: * 1 RECENT
    S1: a OK *
    C1: b STATUS INBOX (RECENT)
    S1: * STATUS INBOX (RECENT 0)
    S1: b OK done
    C2: c SELECT INBOX
    S2: ...
    S2: * 0 RECENT
    S2: ...
    S2: c OK *
    C2: d FETCH 1 FLAGS
    S2: * 1 FETCH (FLAGS ())
    S2: d OK done
    C1: e FETCH 1 FLAGS
    S1: * 1 FETCH (FLAGS (\\Recent))
    S1: e OK done
    C2: f APPEND INBOX {6+}
    C2: A: b
    C2:
    S2: * 2 EXISTS
    S2: * 1 RECENT
    S2: f OK *
    C1: g NOOP
    S1: * 2 EXISTS
    S1: * 1 RECENT
    S1: g OK done
    C1: h SEARCH RECENT
    S1: * SEARCH 1
    S1: h OK done
  `,
    2,
  );
});

test('RFC 3501 §6.3.2: EXAMINE and IMAP4rev2 take \\Recent from nobody, and write nothing', async () => {
  const account = await imap.newAccount();
  await imap.session(
    account,
    `
    C1: a EXAMINE INBOX
    S1: ...
    S1: a OK *
    C2: a ENABLE IMAP4rev2
    S2: ...
    S2: a OK done
    C2: b SELECT INBOX
    S2: ...
    S2: b OK *
    C2: c APPEND INBOX {6+}
    C2: A: b
    C2:
    S2: * 1 EXISTS
    S2: c OK *
    C1: d NOOP
    S1: * 1 EXISTS
    S1: * 1 RECENT
    S1: d OK done
    C1: e STATUS INBOX (RECENT)
    S1: * STATUS INBOX (RECENT 1)
    S1: e OK done
  `,
    2,
  );
  const [row] = await imap.db.query<{ recent_uid: number }>({
    text: "select recent_uid from store.mailbox where account_id = $1 and name = 'INBOX'",
    values: [imap.accounts[account]],
  });
  expect(row?.recent_uid).toBe(1);
});

test('RFC 9051 §6.3.2: IMAP4rev2 has no \\Recent, so that its SELECT of new mail writes nothing and leaves it to others', async () => {
  const account = await imap.newAccount();
  await imap.deliver(account, 'Subject: x\r\n\r\n');
  await imap.session(
    account,
    `
    C1: a ENABLE IMAP4rev2
    S1: ...
    S1: a OK done
    C1: b SELECT INBOX
    S1: ...
    S1: b OK *
    C1: c UNSELECT
    S1: c OK *
    C2: d SELECT INBOX
    S2: * 1 EXISTS
    S2: * 1 RECENT
    S2: ...
    S2: d OK *
  `,
    2,
  );
});
