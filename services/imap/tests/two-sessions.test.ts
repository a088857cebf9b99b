// Two sessions on one mailbox: what each is told of the other, and when (RFC 3501 §7.4.1, RFC 9051 §7.5.1).
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MailboxIndexes } from '../src/mailbox-index/mailbox-indexes.ts';
import { ImapClient } from './imap-client.ts';
import { type Installation, startInstallation } from './installation.ts';

let imap: Installation;
beforeAll(async () => {
  imap = await startInstallation();
});
afterAll(() => imap[Symbol.asyncDispose]());

interface Pair extends Disposable {
  one: ImapClient;
  two: ImapClient;
  account: string;
}

/** Two clients with INBOX selected, which has this many messages. */
async function pair(count: number): Promise<Pair> {
  const account = await imap.newAccount();
  for (let number = 1; number <= count; number++)
    await imap.deliver(account, `Subject: ${number}\r\n\r\nbody`);
  const target = { host: imap.host, port: imap.ports.imap };
  const one = await ImapClient.inbox(target, account);
  const two = await ImapClient.inbox(target, account);
  return {
    one,
    two,
    account,
    [Symbol.dispose]() {
      one[Symbol.dispose]();
      two[Symbol.dispose]();
    },
  };
}

/** Waits until the bus has told the session of the client that something has changed. */
async function told(account: string): Promise<void> {
  await eventually(() => {
    const dirty = [...imap.sessions].filter(
      (session) => session.account?.address === `${account}@demo.test` && session.selected?.isDirty,
    );
    return dirty.length > 0;
  });
}

describe('what the other does', () => {
  test('flags, new messages and expunges are told with NOOP', async () => {
    using both = await pair(3);
    await both.one.ok('STORE 1 +FLAGS.SILENT (\\Flagged)');
    await both.one.append('INBOX', 'Subject: 4\r\n\r\n');
    await both.one.ok('STORE 2 +FLAGS.SILENT (\\Deleted)');
    await both.one.ok('EXPUNGE');
    expect(await both.two.ok('NOOP')).toEqual([
      '* 2 EXPUNGE',
      '* 3 EXISTS',
      // Recent to the first session that was told.
      '* 0 RECENT',
      '* 1 FETCH (UID 1 FLAGS (\\Flagged))',
    ]);
    expect(await both.two.ok('NOOP')).toEqual([]);
    expect(await both.one.ok('NOOP')).toEqual([]);
  });

  test('no EXPUNGE during FETCH, STORE and SEARCH by number; numbers stay until it is told', async () => {
    using both = await pair(4);
    await both.one.ok('STORE 1:2 +FLAGS.SILENT (\\Deleted)');
    await both.one.ok('EXPUNGE');
    await told(both.account);
    expect(await both.two.ok('FETCH 3 UID')).toEqual(['* 3 FETCH (UID 3)']);
    expect(await both.two.ok('STORE 4 +FLAGS (\\Seen)')).toEqual(['* 4 FETCH (UID 4 FLAGS (\\Seen))']);
    expect(await both.two.ok('SEARCH SEEN')).toEqual(['* SEARCH 4']);
    expect(await both.two.command('FETCH 1 UID')).toMatchObject({ status: 'NO', untagged: [] });
    expect(await both.two.command('FETCH 1:3 UID')).toMatchObject({
      status: 'OK',
      text: '[EXPUNGEISSUED] done',
      untagged: ['* 3 FETCH (UID 3)'],
    });
    expect(await both.two.command('STORE 1 +FLAGS (\\Seen)')).toMatchObject({ status: 'NO' });
    expect(await both.two.command('STORE 1:3 +FLAGS (\\Answered)')).toMatchObject({
      status: 'OK',
      text: '[EXPUNGEISSUED] done',
      untagged: ['* 3 FETCH (UID 3 FLAGS (\\Answered))'],
    });
    expect(await both.two.command('COPY 1 Sent')).toMatchObject({
      status: 'NO',
      untagged: ['* 2 EXPUNGE', '* 1 EXPUNGE'],
    });
    expect(await both.two.ok('FETCH 1:* UID')).toEqual(['* 1 FETCH (UID 3)', '* 2 FETCH (UID 4)']);
  });

  test('RFC 9051 §6.4.7: a COPY or MOVE of which one message is gone leaves all where they are', async () => {
    using both = await pair(4);
    await both.one.ok('STORE 2 +FLAGS.SILENT (\\Deleted)');
    for (const command of ['COPY', 'MOVE']) {
      if (command === 'MOVE') await both.one.ok('STORE 1 +FLAGS.SILENT (\\Deleted)');
      await both.one.ok('EXPUNGE');
      expect(await both.two.command(`${command} 1:3 Sent`)).toMatchObject({
        status: 'NO',
        text: '[EXPUNGEISSUED] some of the messages are no longer there',
      });
    }
    expect(await both.two.ok('STATUS Sent (MESSAGES)')).toEqual(['* STATUS Sent (MESSAGES 0)']);
    // RFC 9051 §6.4.9: by UID what is not there is no error.
    await both.one.ok('STORE 1 +FLAGS.SILENT (\\Deleted)');
    await both.one.ok('EXPUNGE');
    expect(await both.two.command('UID COPY 3:4 Sent')).toMatchObject({ status: 'OK' });
    expect(await both.two.ok('STATUS Sent (MESSAGES)')).toEqual(['* STATUS Sent (MESSAGES 1)']);
  });

  test('RFC 5530 §3: SEARCH leaves out what is gone, whatever it looks at, and says so', async () => {
    using both = await pair(4);
    await both.one.ok('STORE 2 +FLAGS.SILENT (\\Deleted)');
    await both.one.ok('EXPUNGE');
    for (const keys of ['ALL', 'UNSEEN', 'HEADER Subject ""', 'TEXT body', '1:*', 'OR UNSEEN SEEN']) {
      expect(await both.two.command(`SEARCH ${keys}`)).toMatchObject({
        status: 'OK',
        text: '[EXPUNGEISSUED] done',
        untagged: ['* SEARCH 1 3 4'],
      });
    }
    expect(await both.two.command('UID SEARCH ALL')).toMatchObject({
      text: 'done',
      untagged: ['* 2 EXPUNGE', '* SEARCH 1 3 4'],
    });
  });

  test('EXPUNGE may be told during commands by UID', async () => {
    using both = await pair(3);
    await both.one.ok('STORE 1 +FLAGS.SILENT (\\Deleted)');
    await both.one.ok('EXPUNGE');
    await told(both.account);
    expect(await both.two.ok('UID FETCH 3 UID')).toEqual(['* 3 FETCH (UID 3)', '* 1 EXPUNGE']);
  });

  test('a message that came and went in between is never told', async () => {
    using both = await pair(1);
    await both.one.append('INBOX', 'Subject: 2\r\n\r\n');
    await both.one.ok('STORE 2 +FLAGS.SILENT (\\Deleted)');
    await both.one.ok('EXPUNGE');
    await both.one.append('INBOX', 'Subject: 3\r\n\r\n');
    expect(await both.two.ok('NOOP')).toEqual(['* 2 EXISTS', '* 0 RECENT']);
    expect(await both.two.ok('UID FETCH 1:* UID')).toEqual(['* 1 FETCH (UID 1)', '* 2 FETCH (UID 3)']);
  });

  test('own changes are not told twice, although another session changed something in between', async () => {
    using both = await pair(3);
    await both.one.ok('STORE 1 +FLAGS.SILENT (\\Seen)');
    const own = await both.two.ok('STORE 2 +FLAGS (\\Answered)');
    expect(own).toEqual(['* 2 FETCH (UID 2 FLAGS (\\Answered))', '* 1 FETCH (UID 1 FLAGS (\\Seen))']);
    expect(await both.two.ok('NOOP')).toEqual([]);
  });

  test('a flag that both change is told with its last value', async () => {
    using both = await pair(1);
    await both.two.ok('STORE 1 +FLAGS.SILENT (\\Seen)');
    await both.one.ok('STORE 1 -FLAGS.SILENT (\\Seen)');
    expect(await both.two.ok('NOOP')).toEqual(['* 1 FETCH (UID 1 FLAGS ())']);
  });
});

describe('IDLE', () => {
  async function idling(client: ImapClient): Promise<{ next(): Promise<string>; done(): Promise<void> }> {
    client.socket.write('i IDLE\r\n');
    expect(await client.line()).toBe('+ idling');
    return {
      next: () => client.line(),
      async done() {
        client.socket.write('DONE\r\n');
        while (!(await client.line()).startsWith('i OK'));
      },
    };
  }

  test('RFC 2177: what the other does is told while it happens', async () => {
    using both = await pair(2);
    const idle = await idling(both.two);
    await both.one.append('INBOX', 'Subject: 3\r\n\r\n');
    expect(await idle.next()).toBe('* 3 EXISTS');
    // RFC 3501 §2.3.2: which of several sessions it is recent to is not defined.
    expect(await idle.next()).toMatch(/^\* [01] RECENT$/);
    await both.one.ok('STORE 1 +FLAGS.SILENT (\\Deleted)');
    expect(await idle.next()).toBe('* 1 FETCH (UID 1 FLAGS (\\Deleted))');
    await both.one.ok('EXPUNGE');
    expect(await idle.next()).toBe('* 1 EXPUNGE');
    await idle.done();
    expect(await both.two.ok('NOOP')).toEqual([]);
  });

  test('a session wakes no more often than every 100 ms', async () => {
    using both = await pair(0);
    const idle = await idling(both.two);
    const started = performance.now();
    for (let number = 1; number <= 40; number++) await both.one.append('INBOX', `Subject: ${number}\r\n\r\n`);
    const took = performance.now() - started;
    const heard: string[] = [];
    do heard.push(await idle.next());
    while (heard.at(-1) !== '* 40 EXISTS');
    expect(heard.filter((line) => line.endsWith('EXISTS')).length).toBeLessThanOrEqual(took / 100 + 2);
    await idle.done();
  });

  test('what the bus did not tell is found by comparing', async () => {
    using both = await pair(0);
    const idle = await idling(both.two);
    await imap.deliver(both.account, 'Subject: untold\r\n\r\n');
    await imap.server.watch.compare();
    expect(await idle.next()).toBe('* 1 EXISTS');
    await idle.done();
  });

  test('what happened while the bus was away is told when it is back', async () => {
    using both = await pair(0);
    const idle = await idling(both.two);
    await imap.nats.kill();
    await imap.deliver(both.account, 'Subject: untold\r\n\r\n');
    await imap.nats.start();
    expect(await idle.next()).toBe('* 1 EXISTS');
    await idle.done();
  });

  test('RFC 9051 §6.3.13: anything but DONE is BAD; IDLE works without a mailbox', () =>
    imap.session(
      'anna',
      `
      C: a IDLE
      S: + idling
      C: NOOP
      S: a BAD DONE expected
      C: b IDLE
      S: + idling
      C: done
      S: b OK idled
      C: c IDLE now
      S: c BAD *
    `,
    ));

  test('an IDLE that lasts keeps nothing of the wakes that were: the end of it has one listener', async () => {
    using both = await pair(1);
    const idle = await idling(both.two);
    const listeners = new Map<unknown, number>();
    const then = Reflect.get(Promise.prototype, 'then');
    const counting = function (this: Promise<unknown>, ...handlers: unknown[]): unknown {
      listeners.set(this, (listeners.get(this) ?? 0) + 1);
      return Reflect.apply(then, this, handlers);
    };
    Reflect.set(Promise.prototype, 'then', counting);
    try {
      for (let wake = 0; wake < 12; wake++) {
        await both.one.ok(`STORE 1 ${wake % 2 ? '-' : '+'}FLAGS.SILENT (\\Seen)`);
        expect(await idle.next()).toMatch(/^\* 1 FETCH/);
      }
    } finally {
      Reflect.set(Promise.prototype, 'then', then);
    }
    await idle.done();
    expect(Math.max(...listeners.values())).toBeLessThan(12);
  });

  test('a mistake of the server ends the session with BYE: the line that ends IDLE has one reader', async () => {
    using both = await pair(1);
    await idling(both.two);
    await eventually(() => [...imap.sessions].some(({ wake }) => wake !== null));
    const { db, indexes } = imap.server;
    imap.server.db = { ...db, query: () => Promise.reject(new TypeError('made for this test')) };
    imap.server.indexes = new MailboxIndexes(imap.server.db);
    try {
      for (const session of imap.sessions) if (session.wake !== null) session.changed();
      expect(await both.two.line()).toBe('* BYE [SERVERBUG] the server made a mistake');
      await expect(both.two.line()).rejects.toThrow('the connection ended');
    } finally {
      Object.assign(imap.server, { db, indexes });
    }
  });
});
