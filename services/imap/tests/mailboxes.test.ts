// Authenticated state: CREATE, DELETE, RENAME, SUBSCRIBE, LIST, LSUB, STATUS, NAMESPACE, ENABLE.
import { createMailbox } from '@pochtar/store/mailbox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ImapClient } from './imap-client.ts';
import { type Installation, startInstallation } from './installation.ts';

let imap: Installation;
beforeAll(async () => {
  imap = await startInstallation();
});
afterAll(() => imap[Symbol.asyncDispose]());

const session = async (text: string): Promise<unknown> => imap.session(await imap.newAccount(), text);

describe('CREATE, DELETE, RENAME', () => {
  test('RFC 9051 §6.3.4: CREATE', () =>
    session(`
      C: a CREATE work/2026/
      S: a OK [MAILBOXID (*)] created
      C: b CREATE work
      S: b NO [ALREADYEXISTS] *
      C: c CREATE inbox
      S: c NO [ALREADYEXISTS] *
      C: d CREATE "a*b"
      S: d NO [CANNOT] *
      C: e CREATE "a//b"
      S: e NO [CANNOT] *
      C: f CREATE "&foo"
      S: f NO [CANNOT] *
      C: g CREATE
      S: g BAD missing argument
      C: h LIST "" *
      S: * LIST (\\HasNoChildren) "/" INBOX
      S: * LIST (\\HasNoChildren \\Sent) "/" Sent
      S: * LIST (\\HasChildren) "/" work
      S: * LIST (\\HasNoChildren) "/" work/2026
      S: h OK done
    `));

  test('RFC 6154 §3: CREATE with USE', () =>
    session(`
      C: a CREATE Junk (USE (\\Junk))
      S: a OK [MAILBOXID (*)] created
      C: b CREATE Other (USE (\\Junk))
      S: b NO [USEATTR] *
      C: c CREATE Other (USE (\\Nonsense))
      S: c NO [USEATTR] *
      C: d CREATE Other (USE (\\Trash \\Drafts))
      S: d NO [USEATTR] *
      C: e CREATE Other (FOO (\\Trash))
      S: e BAD *
      C: f LIST (SPECIAL-USE) "" "*" RETURN (SPECIAL-USE)
      S: * LIST (\\HasNoChildren \\Junk) "/" Junk
      S: * LIST (\\HasNoChildren \\Sent) "/" Sent
      S: f OK done
    `));

  test('RFC 9051 §6.3.5: DELETE', () =>
    session(`
      C: a CREATE a/b
      S: a OK *
      C: b DELETE a
      S: b OK deleted
      C: c LIST "" %
      S: * LIST (\\HasNoChildren) "/" INBOX
      S: * LIST (\\HasNoChildren \\Sent) "/" Sent
      S: * LIST (\\Noselect \\HasChildren) "/" a
      S: c OK done
      C: d SELECT a
      S: d NO [NONEXISTENT] *
      C: e DELETE a
      S: e NO [HASCHILDREN] *
      C: f DELETE nowhere
      S: f NO [NONEXISTENT] *
      C: g DELETE INBOX
      S: g NO [CANNOT] *
    `));

  test('RFC 9051 §6.3.6: RENAME', () =>
    session(`
      C: a CREATE a/b
      S: a OK *
      C: b RENAME a x/y
      S: b OK renamed
      C: c LIST "" x*
      S: * LIST (\\HasChildren) "/" x
      S: * LIST (\\HasChildren) "/" x/y
      S: * LIST (\\HasNoChildren) "/" x/y/b
      S: c OK done
      C: d RENAME nowhere z
      S: d NO [NONEXISTENT] *
      C: e RENAME x Sent
      S: e NO [ALREADYEXISTS] *
      C: f RENAME x x/y/z
      S: f NO [CANNOT] *
      C: g RENAME x
      S: g BAD *
    `));

  test('RFC 9051 §6.3.6: RENAME of INBOX moves its messages', async () => {
    const account = await imap.newAccount();
    await imap.deliver(account, 'Subject: one\r\n\r\n');
    await imap.inbox(
      account,
      `
      C: a RENAME INBOX Old
      S: * 1 EXPUNGE
      S: a OK renamed
      C: b STATUS Old (MESSAGES)
      S: * STATUS Old (MESSAGES 1)
      S: b OK done
      C: c STATUS INBOX (MESSAGES UIDNEXT)
      S: * STATUS INBOX (MESSAGES 0 UIDNEXT 2)
      S: c OK done
    `,
    );
  });

  test('deleting the selected mailbox closes it; other sessions that have it selected end', () =>
    imap.newAccount().then((account) =>
      imap.session(
        account,
        `
      C: a CREATE tmp
      S: a OK *
      C: b SELECT tmp
      S: ...
      S: b OK *
      C2: b SELECT tmp
      S2: ...
      S2: b OK *
      C: c DELETE tmp
      S: * OK [CLOSED] *
      S: c OK deleted
      C: d FETCH 1 FLAGS
      S: d BAD select a mailbox first
      C2: d NOOP
      S2: * BYE the selected mailbox was deleted
      S2: <close>
    `,
        2,
      ),
    ));
});

describe('names', () => {
  test('RFC 3501 §5.1.3: modified UTF-7 on the wire; UTF-8 is understood', () =>
    session(`
      C: a CREATE "&BB8EMAQ,BDoEMA-/A&-B"
      S: a OK [MAILBOXID (*)] created
      C: b LIST "" *&-*
      S: * LIST (\\HasNoChildren) "/" &BB8EMAQ,BDoEMA-/A&-B
      S: b OK done
      C: c SELECT "Папка/A&B"
      S: ...
      S: c OK *
    `));

  test('RFC 9051 §5.1: UTF-8 once IMAP4rev2 is enabled', () =>
    session(`
      C: a ENABLE IMAP4rev2 FOO CONDSTORE
      S: * ENABLED IMAP4REV2 CONDSTORE
      S: a OK done
      C: b CREATE "Папка/A&B"
      S: b OK [MAILBOXID (*)] created
      C: c LIST "" П*
      S: * LIST (\\HasChildren) "/" "Папка"
      S: * LIST (\\HasNoChildren) "/" "Папка/A&B"
      S: c OK done
      C: d STATUS "Папка" (MESSAGES)
      S: * STATUS "Папка" (MESSAGES 0)
      S: d OK done
    `));
});

describe('LIST', () => {
  test('RFC 9051 §6.3.9: reference, wildcards, the delimiter', () =>
    session(`
      C: a CREATE a/b/c
      S: a OK *
      C: b LIST "" ""
      S: * LIST (\\Noselect) "/" ""
      S: b OK done
      C: c LIST "a/" %
      S: * LIST (\\HasChildren) "/" a/b
      S: c OK done
      C: d LIST "" inbox
      S: * LIST (\\HasNoChildren) "/" INBOX
      S: d OK done
      C: e LIST "" nowhere
      S: e OK done
      C: f LIST "" (INBOX "a/%")
      S: * LIST (\\HasNoChildren) "/" INBOX
      S: * LIST (\\HasChildren) "/" a/b
      S: f OK done
      C: g LIST ""
      S: g BAD *
    `));

  test('RFC 5258: SUBSCRIBED, CHILDREN, RECURSIVEMATCH', () =>
    session(`
      C: a CREATE a/b/c
      S: a OK *
      C: b SUBSCRIBE a/b/c
      S: b OK *
      C: c LIST (SUBSCRIBED) "" *
      S: * LIST (\\HasNoChildren \\Subscribed) "/" INBOX
      S: * LIST (\\HasNoChildren \\Subscribed \\Sent) "/" Sent
      S: * LIST (\\HasNoChildren \\Subscribed) "/" a/b/c
      S: c OK done
      C: d LIST "" % RETURN (SUBSCRIBED CHILDREN)
      S: * LIST (\\HasNoChildren \\Subscribed) "/" INBOX
      S: * LIST (\\HasNoChildren \\Subscribed \\Sent) "/" Sent
      S: * LIST (\\HasChildren) "/" a
      S: d OK done
      C: e LIST (SUBSCRIBED RECURSIVEMATCH) "" a
      S: * LIST (\\HasChildren) "/" a ("CHILDINFO" ("SUBSCRIBED"))
      S: e OK done
      C: f LIST (RECURSIVEMATCH) "" a
      S: f BAD *
      C: g LIST (FOO) "" a
      S: g BAD *
      C: h LIST "" a RETURN (FOO)
      S: h BAD *
      C: i DELETE a/b/c
      S: i OK *
      C: j LIST (SUBSCRIBED) "" a/*
      S: * LIST (\\Noselect \\NonExistent \\HasNoChildren \\Subscribed) "/" a/b/c
      S: j OK done
    `));

  test('RFC 5258 §3: a parent is told for the sake of children that are not told themselves only', () =>
    session(`
      C: a CREATE a/b/c
      S: a OK *
      C: b SUBSCRIBE a/b
      S: b OK *
      C: c SUBSCRIBE a/b/c
      S: c OK *
      C: d LIST (SUBSCRIBED RECURSIVEMATCH) "" (a a/*)
      S: * LIST (\\HasChildren \\Subscribed) "/" a/b
      S: * LIST (\\HasNoChildren \\Subscribed) "/" a/b/c
      S: d OK done
      C: e LIST (SUBSCRIBED RECURSIVEMATCH) "" (a a/%)
      S: * LIST (\\HasChildren) "/" a ("CHILDINFO" ("SUBSCRIBED"))
      S: * LIST (\\HasChildren \\Subscribed) "/" a/b ("CHILDINFO" ("SUBSCRIBED"))
      S: e OK done
    `));

  test('RFC 9051 §5.1: INBOX in any case, the names below it as they are', () =>
    session(`
      C: a CREATE inbox/Sub
      S: a OK *
      C: b LIST "" *Sub
      S: * LIST (\\HasNoChildren) "/" INBOX/Sub
      S: b OK done
      C: c LIST "" i*b
      S: * LIST (\\HasNoChildren) "/" INBOX/Sub
      S: c OK done
      C: d LIST "" *SUB
      S: d OK done
    `));

  test('RFC 9051 §6.3.4: a name that is normalised is told with the one that was given', () =>
    session(`
      C: a CREATE "I\u0301sland"
      S: a OK *
      C: b ENABLE IMAP4rev2
      S: ...
      S: b OK *
      C: c CREATE "O\u0301bidos/"
      S: * LIST () "/" "Óbidos" ("OLDNAME" ("O\u0301bidos"))
      S: c OK [MAILBOXID (*)] created
      C: d CREATE plain/
      S: d OK [MAILBOXID (*)] created
    `));

  test('new names have no levels . and ..; old ones go on to be usable', async () => {
    const account = await imap.newAccount();
    await createMailbox(imap.db, imap.accounts[account] as number, '../old');
    await imap.session(
      account,
      `
      C: a CREATE ../x
      S: a NO [CANNOT] *
      C: b CREATE a/./b
      S: b NO [CANNOT] *
      C: c CREATE a...b
      S: c OK *
      C: d RENAME a...b ..
      S: d NO [CANNOT] *
      C: e STATUS ../old (MESSAGES)
      S: * STATUS ../old (MESSAGES 0)
      S: e OK done
      C: f RENAME ../old old
      S: f OK *
    `,
    );
  });

  test('grammar: NUL is no character of a quoted string, a literal8 is no name, and BAD repeats nothing', async () => {
    using client = await ImapClient.open({ host: imap.host, port: imap.ports.imap });
    await client.ok(`LOGIN ${await imap.newAccount()} secret`);
    for (const command of [
      'LIST "" "a\0b"',
      'SELECT "INB\0OX"',
      'LIST "" ~{3+}\r\nabc',
      'STATUS INBOX (ENV{3+}\r\nabc)',
      'LIST (x\xff) "" *',
      'SEARCH WORD\xff 1',
      `LIST "" (${'x'.repeat(513)} ${'*'.repeat(20_000)})`,
    ]) {
      const { status, text } = await client.command(command);
      expect([command, status]).toEqual([command, 'BAD']);
      expect(text).toMatch(/^[ -z|~]*$/);
    }
  });

  test('sloppy blanks are taken', async () => {
    using client = await ImapClient.open({ host: imap.host, port: imap.ports.imap });
    const account = await imap.newAccount();
    await imap.deliver(account, 'Subject: x\r\n\r\nbody');
    await client.ok(`LOGIN  ${account} "sec\\ret" `);
    await client.ok('SELECT  INBOX ');
    await client.ok('NOOP ');
    expect(await client.ok('FETCH 1 ( FLAGS )')).toHaveLength(1);
    expect(await client.ok('FETCH 1  BODY.PEEK[]<0.0>')).toEqual(['* 1 FETCH (BODY[]<0> {0}\r\n)']);
    expect(await client.ok('LIST  "" ( INBOX ) ')).toHaveLength(1);
    await client.ok('STORE 1  +FLAGS  (  \\Seen ) ');
    await client.ok('SEARCH  SEEN  ALL ');
  });

  test('RFC 5819: STATUS with LIST, for what can be selected', async () => {
    const account = await imap.newAccount();
    await imap.deliver(account, 'Subject: one\r\n\r\nx');
    await imap.session(
      account,
      `
      C: a CREATE a/b
      S: a OK *
      C: b DELETE a
      S: b OK *
      C: c LIST "" % RETURN (STATUS (MESSAGES UNSEEN SIZE))
      S: * LIST (\\HasNoChildren) "/" INBOX
      S: * STATUS INBOX (MESSAGES 1 UNSEEN 1 SIZE 17)
      S: * LIST (\\HasNoChildren \\Sent) "/" Sent
      S: * STATUS Sent (MESSAGES 0 UNSEEN 0 SIZE 0)
      S: * LIST (\\Noselect \\NonExistent \\HasChildren) "/" a
      S: c OK done
    `,
    );
  });

  test('RFC 3501 §6.3.9: LSUB', () =>
    session(`
      C: a CREATE a/b
      S: a OK *
      C: b SUBSCRIBE a/b
      S: b OK subscribed
      C: c LSUB "" *
      S: * LSUB () "/" INBOX
      S: * LSUB () "/" Sent
      S: * LSUB () "/" a/b
      S: c OK done
      C: d LSUB "" %
      S: * LSUB () "/" INBOX
      S: * LSUB () "/" Sent
      S: * LSUB (\\Noselect) "/" a
      S: d OK done
      C: e UNSUBSCRIBE a/b
      S: e OK unsubscribed
      C: f LSUB "a/" *
      S: f OK done
      C: g SUBSCRIBE nowhere
      S: g NO [NONEXISTENT] *
    `));
});

test('RFC 9051 §6.3.11: STATUS', async () => {
  const account = await imap.newAccount();
  await imap.deliver(account, 'Subject: one\r\n\r\nx');
  await imap.deliver(account, 'Subject: two\r\n\r\nx', { flags: 1 | 8 });
  await imap.session(
    account,
    `
    C: a STATUS INBOX (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN SIZE DELETED HIGHESTMODSEQ APPENDLIMIT)
    S: * STATUS INBOX (MESSAGES 2 RECENT 2 UIDNEXT 3 UIDVALIDITY $validity UNSEEN 1 SIZE 34 DELETED 1 HIGHESTMODSEQ 3 APPENDLIMIT 52428800)
    S: a OK done
    C: b STATUS nowhere (MESSAGES)
    S: b NO [NONEXISTENT] *
    C: c STATUS INBOX ()
    S: c BAD *
    C: d STATUS INBOX (FOO)
    S: d BAD *
    C: e STATUS INBOX MESSAGES
    S: e BAD *
  `,
  );
});

test('RFC 9051 §6.3.10: NAMESPACE', () =>
  session(`
    C: a NAMESPACE
    S: * NAMESPACE (("" "/")) NIL NIL
    S: a OK done
  `));

test('INBOX is there even when its row is missing', async () => {
  const account = await imap.newAccount();
  await imap.db.query({
    text: `delete from store.mailbox where account_id = $1 and name = 'INBOX'`,
    values: [imap.accounts[account]],
  });
  await imap.session(
    account,
    `
    C: a STATUS inbox (MESSAGES)
    S: * STATUS INBOX (MESSAGES 0)
    S: a OK done
  `,
  );
});

test('RFC 5819: LIST with STATUS asks the database once an item, however many mailboxes there are', async () => {
  const account = await imap.newAccount();
  using client = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
  for (const name of ['one', 'two', 'three']) {
    await client.ok(`CREATE ${name}`);
    await imap.deliver(account, 'Subject: x\r\n\r\n', { mailbox: name, flags: name === 'two' ? 8 : 0 });
  }
  const { db } = imap.server;
  const asked: string[] = [];
  imap.server.db = {
    ...db,
    query: (statement) => {
      asked.push(statement.name ?? '');
      return db.query(statement);
    },
  };
  const told = await client.ok('LIST "" * RETURN (STATUS (MESSAGES DELETED RECENT))');
  imap.server.db = db;
  expect(told.filter((line) => line.startsWith('* STATUS'))).toEqual([
    '* STATUS INBOX (MESSAGES 0 DELETED 0 RECENT 0)',
    '* STATUS Sent (MESSAGES 0 DELETED 0 RECENT 0)',
    '* STATUS one (MESSAGES 1 DELETED 0 RECENT 1)',
    '* STATUS three (MESSAGES 1 DELETED 0 RECENT 1)',
    '* STATUS two (MESSAGES 1 DELETED 1 RECENT 1)',
  ]);
  expect(asked.filter((name) => name.startsWith('view_count'))).toHaveLength(2);
});
