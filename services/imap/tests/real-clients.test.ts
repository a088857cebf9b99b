// Independent clients against the service: what they send and understand was not written by us. imapflow comes with
// the packages; Python's imaplib, curl and mbsync are used where the machine has them.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { eventually, temporaryDirectory } from '@pochtar/testkit';
import { ImapFlow } from 'imapflow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Installation, startInstallation } from './installation.ts';

const run = promisify(execFile);
let imap: Installation;
beforeAll(async () => {
  imap = await startInstallation();
});
afterAll(() => imap[Symbol.asyncDispose]());

const lines = (...text: string[]): string => text.map((line) => `${line}\r\n`).join('');

function has(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}

const multipart = lines(
  'From: Анна <anna@demo.test>'.replace('Анна', '=?utf-8?B?0JDQvdC90LA=?='),
  'To: boris@demo.test',
  'Subject: =?utf-8?B?0J/RgNC40LLQtdGC?=',
  'Date: Tue, 24 Nov 2026 05:00:00 +0000',
  'Message-ID: <one@demo.test>',
  'Content-Type: multipart/mixed; boundary=x',
  '',
  '--x',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'text',
  '--x',
  'Content-Type: application/pdf; name=a.pdf',
  'Content-Transfer-Encoding: base64',
  'Content-Disposition: attachment; filename=a.pdf',
  '',
  'cGRm',
  '--x--',
);

async function flow(account: string, more: object = {}): Promise<ImapFlow> {
  const client = new ImapFlow({
    host: imap.host,
    port: imap.ports.imap,
    secure: false,
    tls: { rejectUnauthorized: false },
    auth: { user: `${account}@demo.test`, pass: imap.password },
    logger: false,
    ...more,
  });
  await client.connect();
  return client;
}

describe('imapflow', () => {
  test('STARTTLS, mailboxes, append, fetch, flags, search, copy, move, delete', async () => {
    const account = await imap.newAccount();
    const client = await flow(account);
    expect(client.secureConnection).toBe(true);
    const boxes = await client.list();
    expect(boxes.map(({ path, specialUse, subscribed }) => [path, specialUse, subscribed])).toEqual([
      ['INBOX', '\\Inbox', true],
      ['Sent', '\\Sent', true],
    ]);
    expect(await client.mailboxCreate(['Проект', '2026'])).toMatchObject({
      path: 'Проект/2026',
      created: true,
    });
    const appended = await client.append('INBOX', multipart, ['\\Flagged'], new Date('2026-11-24T05:00:00Z'));
    expect(appended).toMatchObject({ uid: 1 });
    await client.append('INBOX', lines('Subject: second', '', 'two'), []);
    const lock = await client.getMailboxLock('INBOX');
    const one = await client.fetchOne('1', {
      uid: true,
      flags: true,
      envelope: true,
      bodyStructure: true,
      internalDate: true,
      size: true,
      source: true,
      headers: ['subject'],
    });
    expect(one).toMatchObject({
      uid: 1,
      size: multipart.length,
      envelope: {
        subject: 'Привет',
        messageId: '<one@demo.test>',
        from: [{ name: 'Анна', address: 'anna@demo.test' }],
      },
      bodyStructure: {
        type: 'multipart/mixed',
        childNodes: [
          { part: '1', type: 'text/plain' },
          { part: '2', type: 'application/pdf', disposition: 'attachment', encoding: 'base64' },
        ],
      },
    });
    if (!one) throw new Error('nothing was fetched');
    expect(one.source?.toString('latin1')).toBe(multipart);
    expect([...(one.flags ?? [])]).toContain('\\Flagged');
    const { content, meta } = await client.download('1', '2');
    const pieces: Buffer[] = [];
    for await (const piece of content ?? []) pieces.push(piece as Buffer);
    expect([Buffer.concat(pieces).toString(), meta?.filename]).toEqual(['pdf', 'a.pdf']);
    expect(await client.search({ subject: 'привет' })).toEqual([1]);
    expect(await client.search({ body: 'two' }, { uid: true })).toEqual([2]);
    expect(await client.messageFlagsAdd('1:2', ['\\Seen', '$Label1'])).toBe(true);
    expect(await client.search({ keyword: '$label1' })).toEqual([1, 2]);
    expect(await client.messageCopy('1', 'Проект/2026')).toMatchObject({ uidMap: new Map([[1, 1]]) });
    expect(await client.messageMove('2', 'Sent')).toMatchObject({ uidMap: new Map([[2, 1]]) });
    expect(await client.messageDelete('1')).toBe(true);
    lock.release();
    expect(await client.status('INBOX', { messages: true, unseen: true, uidNext: true })).toMatchObject({
      messages: 0,
      uidNext: 3,
    });
    expect(await client.mailboxRename('Проект/2026', 'Архив')).toMatchObject({ newPath: 'Архив' });
    expect(await client.mailboxDelete('Архив')).toMatchObject({ path: 'Архив' });
    await client.logout();
  });

  test('implicit TLS and IDLE', async () => {
    const account = await imap.newAccount();
    const client = await flow(account, { port: imap.ports.imaps, secure: true });
    await client.mailboxOpen('INBOX');
    const seen: unknown[] = [];
    client.on('exists', (event: { count: number }) => seen.push(event.count));
    const idle = client.idle();
    await imap.deliver(account, lines('Subject: x', '', 'y'));
    await imap.server.watch.compare();
    await eventually(() => expect(seen).toEqual([1]));
    await client.noop();
    await idle;
    await client.logout();
  });
});

const pythonScript = `
import imaplib, sys, time
host, port, account, password = sys.argv[1:5]
c = imaplib.IMAP4(host, int(port))
c.login(account, password)
ok = lambda answer: answer[1] if answer[0] == 'OK' else sys.exit(str(answer))
ok(c.create('"work/&BB8EQA-"'))
ok(c.append('INBOX', '\\\\Seen', imaplib.Time2Internaldate(time.time()), b'Subject: hello\\n\\nbody\\n'))
assert ok(c.select('INBOX')) == [b'1']
assert ok(c.search(None, 'SUBJECT', 'hello')) == [b'1']
[(head, body), tail] = ok(c.fetch('1', '(FLAGS BODY[])'))
assert body == b'Subject: hello\\r\\n\\r\\nbody\\r\\n', body
assert b'\\\\Seen' in head or b'\\\\Seen' in tail, (head, tail)
ok(c.copy('1', '"work/&BB8EQA-"'))
ok(c.store('1', '+FLAGS', '(\\\\Deleted)'))
assert ok(c.expunge()) == [b'1']
assert ok(c.uid('SEARCH', 'ALL')) == [b'']
assert len(ok(c.list())) == 4, c.list()
assert b'MESSAGES 1' in ok(c.status('"work/&BB8EQA-"', '(MESSAGES)'))[0]
ok(c.close())
c.logout()
print('done')
`;

const programs: [string, () => Promise<void>][] = [
  [
    'python3',
    async () => {
      const account = await imap.newAccount();
      const args = ['-c', pythonScript, imap.host, String(imap.ports.imap), account, imap.password];
      expect((await run('python3', args)).stdout).toBe('done\n');
    },
  ],
  [
    'curl',
    async () => {
      const account = await imap.newAccount();
      await imap.deliver(account, multipart);
      const curl = async (path: string, ...more: string[]): Promise<string> => {
        const url = `imap://${imap.host}:${imap.ports.imap}/${path}`;
        const login = ['--user', `${account}:${imap.password}`, '--ssl-reqd', '--insecure'];
        return (await run('curl', ['--silent', '--show-error', url, ...login, ...more])).stdout;
      };
      expect(await curl('')).toContain('* LIST (\\HasNoChildren) "/" INBOX');
      expect(await curl('INBOX;MAILINDEX=1')).toBe(multipart);
      expect(await curl('INBOX;UID=1;SECTION=2')).toBe('cGRm');
      expect(await curl('INBOX?SUBJECT%20nothing')).toBe('* SEARCH\r\n');
      using folder = temporaryDirectory();
      writeFileSync(join(folder.path, 'mail'), lines('Subject: uploaded', '', 'x'));
      await curl('Sent', '--upload-file', join(folder.path, 'mail'));
      expect(await curl('Sent;MAILINDEX=1')).toBe(lines('Subject: uploaded', '', 'x'));
    },
  ],
  [
    'mbsync',
    async () => {
      const account = await imap.newAccount();
      for (let number = 1; number <= 30; number++) {
        await imap.deliver(account, lines(`Subject: ${number}`, `Message-ID: <${number}@x>`, '', 'text'));
      }
      using folder = temporaryDirectory();
      const mail = join(folder.path, 'mail');
      mkdirSync(mail);
      const file = join(folder.path, 'mbsyncrc');
      writeFileSync(file, mbsyncConfiguration(account, mail));
      const sync = (): Promise<unknown> =>
        run('mbsync', ['--config', file, '--all'], { env: { ...process.env, HOME: folder.path } });
      await sync();
      const inbox = (state: string): string[] =>
        readdirSync(join(mail, 'inbox', state)).filter((name) => name !== 'x');
      expect(inbox('new')).toHaveLength(30);
      const first = inbox('new')[0] as string;
      expect(readFileSync(join(mail, 'inbox', 'new', first), 'utf8')).toContain('text\n');
      // A message that was made here goes there, with its flags; a second time nothing is left to do.
      writeFileSync(join(mail, 'inbox', 'cur', 'made-here:2,FS'), 'Subject: made here\n\nlocal\n');
      await sync();
      await sync();
      const client = await flow(account);
      await client.mailboxOpen('INBOX');
      expect(await client.search({ subject: 'made here', flagged: true, seen: true })).toEqual([31]);
      await client.messageDelete('1:10');
      await client.logout();
      await sync();
      expect(inbox('new').length + inbox('cur').length).toBe(21);
    },
  ],
];

function mbsyncConfiguration(account: string, mail: string): string {
  return `
IMAPAccount test
Host ${imap.host}
Port ${imap.ports.imap}
User ${account}@demo.test
Pass ${imap.password}
SSLType None
AuthMechs LOGIN

IMAPStore far
Account test

MaildirStore near
Path ${mail}/
Inbox ${mail}/inbox
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Both
Expunge Both
SyncState *
`;
}

test.each(programs.filter(([program]) => has(program)))('%s', async (_, check) => {
  await check();
  expect(imap.sessions.size).toBeLessThan(10);
});
