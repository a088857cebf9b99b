// APPEND: small and large, flags and dates, everything it refuses, and that it stays in step with the client.
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { eventually, switchableDisk, temporaryDirectory } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ImapClient } from './imap-client.ts';
import { type Installation, startInstallation } from './installation.ts';

const directory = temporaryDirectory();
const databaseDisk = switchableDisk(join(directory.path, 'database'));
let imap: Installation;
beforeAll(async () => {
  imap = await startInstallation({
    settings: { sending: { maxMessageSizeMb: 8 } },
    databaseDirectory: databaseDisk.path,
  });
});
afterAll(async () => {
  await imap[Symbol.asyncDispose]();
  directory[Symbol.dispose]();
});

const session = async (text: string): Promise<unknown> => imap.session(await imap.newAccount(), text);

describe('RFC 9051 §6.3.12', () => {
  test('flags and date are kept, APPENDUID is answered', () =>
    session(
      `
      C: a APPEND Sent (\\Seen \\Draft $Forwarded) "17-Jul-1996 02:44:25 -0700" {18}
      S: + send it
      C: Subject: x
      C:
      C: body
      S: a OK [APPENDUID $validity 1] appended
      C: b SELECT Sent
      S: ...
      S: * OK [UIDVALIDITY $validity] *
      S: ...
      S: b OK *
      C: c FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])
      S: * 1 FETCH (FLAGS (\\Seen \\Draft \\Recent $Forwarded) INTERNALDATE "17-Jul-1996 09:44:25 +0000" RFC822.SIZE 18 BODY[] {18}
      S: Subject: x
      S:
      S: body)
      S: c OK done
    `,
    ));

  test('to the selected mailbox: EXISTS is told', () =>
    session(`
      C: a SELECT INBOX
      S: ...
      S: a OK *
      C!: "b APPEND INBOX {6+}\\r\\nA: b\\r\\n\\r\\n"
      S: * 1 EXISTS
      S: * 1 RECENT
      S: b OK [APPENDUID * 1] appended
    `));

  test('the mailbox may be a literal, and the message a literal8', () =>
    session(`
      C: a APPEND {5}
      S: + send it
      C: INBOX ~{6}
      S: + send it
      C: A: b
      C:
      S: a OK [APPENDUID * 1] appended
    `));

  test('TRYCREATE for a missing mailbox, before the message is sent or behind it', () =>
    session(`
      C: a APPEND nowhere {5}
      S: a NO [TRYCREATE] no such mailbox
      C!: "b APPEND nowhere {5+}\\r\\n12345\\r\\nc NOOP\\r\\n"
      S: b NO [TRYCREATE] no such mailbox
      S: c OK done
      C: d APPEND "a*b" {5}
      S: d NO [CANNOT] *
    `));

  test('malformed: BAD, and the next command is understood', () =>
    session(`
      C: a APPEND INBOX (\\Nonsense) {5}
      S: a BAD unknown system flag
      C: b APPEND INBOX "17-Foo-1996 02:44:25 -0700" {5}
      S: b BAD no such date
      C: c APPEND INBOX
      S: c BAD *
      C: d APPEND INBOX "not a literal"
      S: d BAD *
      C!: "e APPEND INBOX (\\\\Seen {5+}\\r\\n12345\\r\\nf NOOP\\r\\n"
      S: e BAD *
      S: f OK done
      C: g APPEND INBOX {0}
      S: g NO [CANNOT] the message is empty
      C!: "i APPEND INBOX {3+}\\r\\na\\u0000b\\r\\n"
      S: i NO [CANNOT] the message contains NUL
      C: j STATUS INBOX (MESSAGES)
      S: * STATUS INBOX (MESSAGES 0)
      S: j OK done
    `));
});

test('clients that write days below 10 with one digit, or end lines with LF alone', () =>
  session(`
    C!: "a APPEND Sent \\"3-Nov-2026 18:28:47 +0000\\" {13+}\\r\\nA: b\\n\\nc\\nd\\r\\ne\\n\\r\\n"
    S: a OK [APPENDUID * 1] appended
    C: b APPEND Sent "31-Dec-9999 23:59:59 -1200" {5}
    S: b BAD no such date
    C!: "c APPEND Sent ~{8+}\\r\\nA: b\\n\\nc\\n\\r\\n"
    S: c OK [APPENDUID * 2] appended
    C: d EXAMINE Sent
    S: ...
    S: d OK *
    C: e FETCH 1 (INTERNALDATE RFC822.SIZE BODY.PEEK[])
    S: * 1 FETCH (INTERNALDATE " 3-Nov-2026 18:28:47 +0000" RFC822.SIZE 17 BODY[] {17}
    S: A: b
    S:
    S: c
    S: d
    S: e
    S: )
    S: e OK done
    C: f FETCH 2 RFC822.SIZE
    S: * 2 FETCH (RFC822.SIZE 8)
    S: f OK done
  `));

test('RFC 9051 §9: a stored date that no four digits of a year can say is shown as the nearest', async () => {
  const account = await imap.newAccount();
  for (const date of ['+010000-01-01T11:59:59Z', '0000-12-31T23:00:00Z']) {
    await imap.deliver(account, 'Subject: x\r\n\r\n', { internalDate: new Date(date) });
  }
  await imap.inbox(
    account,
    `
    C: a FETCH 1:2 INTERNALDATE
    S: * 1 FETCH (INTERNALDATE "31-Dec-9999 23:59:59 +0000")
    S: * 2 FETCH (INTERNALDATE " 1-Jan-0001 00:00:00 +0000")
    S: a OK done
  `,
  );
});

describe('RFC 3502: several messages in one command', () => {
  test('each has its own flags and date; APPENDUID names all of them, and they come together', () =>
    session(`
      C!: "a APPEND Sent (\\\\Seen) {6+}\\r\\nA: 1\\r\\n (k) \\"17-Jul-1996 02:44:25 -0700\\" {6+}\\r\\nA: 2\\r\\n {6+}\\r\\nA: 3\\r\\n\\r\\n"
      S: a OK [APPENDUID * 1:3] appended
      C: b APPEND Sent {6}
      S: + send it
      C: B: 4
      C:  (\\Draft) {6}
      S: + send it
      C: B: 5
      C:
      S: b OK [APPENDUID * 4:5] appended
      C: c EXAMINE Sent
      S: ...
      S: c OK *
      C: d UID FETCH 1:* (FLAGS)
      S: * 1 FETCH (UID 1 FLAGS (\\Seen \\Recent))
      S: * 2 FETCH (UID 2 FLAGS (\\Recent k))
      S: * 3 FETCH (UID 3 FLAGS (\\Recent))
      S: * 4 FETCH (UID 4 FLAGS (\\Recent))
      S: * 5 FETCH (UID 5 FLAGS (\\Draft \\Recent))
      S: d OK done
      C: e FETCH 2 INTERNALDATE
      S: * 2 FETCH (INTERNALDATE "17-Jul-1996 09:44:25 +0000")
      S: e OK done
    `));

  test('all or none, and the octets of a message are never commands', () =>
    session(`
      C!: "a APPEND INBOX {6+}\\r\\nA: 1\\r\\n {22+}\\r\\nevil CREATE injected\\r\\n\\r\\n"
      S: a OK [APPENDUID * 1:2] appended
      C!: "b APPEND INBOX {6+}\\r\\nA: 1\\r\\n {3+}\\r\\nx\\u0000y {22+}\\r\\nevil CREATE injected\\r\\n\\r\\n"
      S: b NO [CANNOT] the message contains NUL
      C!: "c APPEND INBOX {6+}\\r\\nA: 1\\r\\n (\\\\Nonsense) {22+}\\r\\nevil CREATE injected\\r\\n\\r\\n"
      S: c BAD unknown system flag
      C!: "d APPEND INBOX {6+}\\r\\nA: 1\\r\\n {0+}\\r\\n\\r\\n"
      S: d NO [CANNOT] the message is empty
      C!: "e APPEND INBOX {6+}\\r\\nA: 1\\r\\n garbage\\r\\n"
      S: e BAD *
      C!: "f APPEND nowhere {6+}\\r\\nA: 1\\r\\n {22+}\\r\\nevil CREATE injected\\r\\n\\r\\n"
      S: f NO [TRYCREATE] *
      C!: "g APPEND INBOX {6+}\\r\\nA: 1\\r\\n {8388609}\\r\\n"
      S: g NO [TOOBIG] *
      C!: "h APPEND INBOX ~{3+}\\r\\na\\u0000b\\r\\n"
      S: h NO [UNKNOWN-CTE] the message contains NUL
      C: i STATUS INBOX (MESSAGES)
      S: * STATUS INBOX (MESSAGES 2)
      S: i OK done
      C: j LIST "" *
      S: * LIST (\\HasNoChildren) "/" INBOX
      S: * LIST (\\HasNoChildren \\Sent) "/" Sent
      S: j OK done
    `));

  test('no more than 100', async () => {
    using client = await ImapClient.inbox(
      { host: imap.host, port: imap.ports.imap },
      await imap.newAccount(),
    );
    const messages = (count: number): string => ' {6+}\r\nA: 1\r\n'.repeat(count);
    expect(await client.command(`APPEND Sent${messages(101)}`)).toMatchObject({
      status: 'NO',
      text: '[LIMIT] too many messages in one command',
    });
    expect((await client.command(`APPEND Sent${messages(100)}`)).text).toMatch(/^\[APPENDUID \d+ 1:100\]/);
  });
});

describe('what LITERAL+ sends of a message that is refused is thrown away, and the session goes on', () => {
  const message = `Subject: x\r\n\r\n${'y'.repeat(3_000_000)}`;
  const refused = async (command: string, change: () => Promise<unknown>): Promise<string> => {
    using client = await ImapClient.inbox(
      { host: imap.host, port: imap.ports.imap },
      await imap.newAccount(),
    );
    await change();
    const { status, text } = await client.command(`${command} {${message.length}+}\r\n${message}`);
    expect(await client.ok('NOOP')).toEqual([]);
    return `${status} ${text}`;
  };

  test('no such mailbox, a malformed date', async () => {
    const nothing = () => Promise.resolve();
    expect(await refused('APPEND nowhere', nothing)).toBe('NO [TRYCREATE] no such mailbox');
    expect(await refused('APPEND INBOX (\\Seen', nothing)).toMatch(/^BAD /);
    expect(await refused('APPEND INBOX "17-Foo-1996 02:44:25 -0700"', nothing)).toBe('BAD no such date');
  });

  test('a disk that is nearly full, before and while the message comes', async () => {
    const low = async (): Promise<void> => {
      await imap.set({ alerts: { diskLowWaterMb: 10_485_760 } });
      await imap.server.disk.measure();
    };
    const noRoom = 'NO [UNAVAILABLE] the server has no room for mail at the moment';
    expect(await refused('APPEND INBOX', low)).toBe(noRoom);
    await imap.set({ alerts: { diskLowWaterMb: 10 } });
    await imap.server.disk.measure();
    using client = await ImapClient.inbox(
      { host: imap.host, port: imap.ports.imap },
      await imap.newAccount(),
    );
    client.socket.write(`a APPEND INBOX {${message.length}+}\r\n${message.slice(0, 500_000)}`);
    await eventually(() => imap.server.memory.used > 0);
    await low();
    client.socket.write(`${message.slice(500_000)}\r\n`);
    expect(await client.line()).toBe(`a ${noRoom}`);
    expect(imap.server.memory.used).toBe(0);
    expect(await client.ok('NOOP')).toEqual([]);
    await imap.set({ alerts: { diskLowWaterMb: 10 } });
    await imap.server.disk.measure();
  });
});

describe('sizes', () => {
  test('RFC 7889: larger than APPENDLIMIT is TOOBIG before it is sent', () =>
    session(`
      C: a APPEND INBOX {8388609}
      S: a NO [TOOBIG] the message is too large
      C: b APPEND INBOX {4294967296}
      S: b NO [TOOBIG] the message is too large
      C: c APPEND INBOX {99999999999999999999}
      S: c NO [TOOBIG] the message is too large
      C: d NOOP
      S: d OK done
    `));

  test('RFC 7888 §4: what comes unasked and is too large ends the connection', () =>
    session(`
      C: a APPEND INBOX {8388609+}
      S: * BYE [TOOBIG] literal too large
      S: <close>
    `));

  test('the limit follows the setting sending.maxMessageSizeMb', async () => {
    const [report] = await imap.set({ sending: { maxMessageSizeMb: 1 } });
    expect(report?.error).toBeNull();
    await session(`
      C: a CAPABILITY
      S: * CAPABILITY * APPENDLIMIT=1048576
      S: a OK done
      C: b APPEND INBOX {1048577}
      S: b NO [TOOBIG] *
    `);
    await imap.set({ sending: { maxMessageSizeMb: 8 } });
  });

  test('a large message goes through the spool file and comes back octet by octet', async () => {
    const account = await imap.newAccount();
    const header = Buffer.from('Subject: large\r\nContent-Type: application/octet-stream\r\n\r\n');
    const body = Buffer.from(randomBytes(4_500_000).toString('base64').replace(/.{76}/g, '$&\r\n'));
    const message = Buffer.concat([header, body]);
    using client = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
    // Not at once: the client waits for permission, as most do.
    client.socket.write(`b APPEND INBOX {${message.length}}\r\n`);
    expect(await client.line()).toBe('+ send it');
    client.socket.write(message);
    client.socket.write('\r\n');
    expect(await client.line()).toBe('* 1 EXISTS');
    expect(await client.line()).toBe('* 1 RECENT');
    expect(await client.line()).toMatch(/^b OK \[APPENDUID/);
    const fetched = await client.section('1', 'BODY.PEEK[]');
    expect(hashOf(Buffer.from(fetched ?? '', 'latin1'))).toBe(hashOf(message));
    expect(imap.server.memory.used).toBe(0);
  });
});

test('below the low-water mark of the disk APPEND is refused before the message is sent', async () => {
  await imap.set({ alerts: { diskLowWaterMb: 10_485_760 } });
  await imap.server.disk.measure();
  await session(`
    C: a APPEND INBOX {5}
    S: a NO [UNAVAILABLE] the server has no room for mail at the moment
  `);
  await imap.set({ alerts: { diskLowWaterMb: 10 } });
  await imap.server.disk.measure();
});

test('so it is below that of the database; what the database then has no room for is refused alike', async () => {
  databaseDisk.fill();
  await imap.server.disk.measure();
  await session(`
    C: a APPEND INBOX {5}
    S: a NO [UNAVAILABLE] the server has no room for mail at the moment
  `);
  databaseDisk.empty();
  await imap.server.disk.measure();
  const trigger = `create function store.full() returns trigger language plpgsql as $$
    begin raise exception 'no room' using errcode = '53100'; end $$;
    create trigger no_room before insert on store.message for each row execute function store.full()`;
  for (const text of trigger.split(/(?<=\$\$);/)) await imap.db.query({ text });
  await session(`
    C: a APPEND INBOX {6+}
    C: A: b
    C:
    S: a NO [UNAVAILABLE] the server has no room for mail at the moment
    C: b NOOP
    S: b OK *
  `);
  await imap.db.query({ text: 'drop function store.full() cascade' });
});

function hashOf(octets: Buffer): string {
  return createHash('sha256').update(octets).digest('hex');
}
