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
  await imap.deliver(account, 'Subject: 1\r\n\r\n', { keywords: ['brandnew'] });
  await imap.inbox(
    account,
    `
    C: a FETCH 1 FLAGS
    S: * FLAGS (* brandnew)
    S: * OK [PERMANENTFLAGS (* brandnew \\*)] kept
    S: * 1 FETCH (FLAGS (\\Recent brandnew))
    S: a OK done
    C: b FETCH 1 FLAGS
    S: * 1 FETCH (FLAGS (\\Recent brandnew))
    S: b OK done
  `,
  );
});
