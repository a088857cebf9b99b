// APPEND: small and large, flags and dates, everything it refuses, and that it stays in step with the client.
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ImapClient } from './imap-client.ts';
import { type Installation, startInstallation } from './installation.ts';

let imap: Installation;
beforeAll(async () => {
  imap = await startInstallation({ settings: { sending: { maxMessageSizeMb: 8 } } });
});
afterAll(() => imap[Symbol.asyncDispose]());

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
      S: a BAD unknown flag \\Nonsense
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
      C!: "h APPEND INBOX {5+}\\r\\n12345 {5+}\\r\\n12345\\r\\n"
      S: h BAD one message a command
      S: 12345 BAD *
      C!: "i APPEND INBOX {3+}\\r\\na\\u0000b\\r\\n"
      S: i NO [CANNOT] the message contains NUL
      C: j STATUS INBOX (MESSAGES)
      S: * STATUS INBOX (MESSAGES 0)
      S: j OK done
    `));
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

function hashOf(octets: Buffer): string {
  return createHash('sha256').update(octets).digest('hex');
}
