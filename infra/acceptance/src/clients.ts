// Sending and reading with programs of others: swaks, curl and smtplib; imaplib, poplib, imapflow, mbsync and curl.
// Each returns the raw message as the client got it.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Endpoints } from '@pochtar/bench/instance';
import { ImapFlow } from 'imapflow';
import { python, runProgram } from './installation.ts';

export interface Envelope {
  from: string;
  to: string;
  /** Log in as the sender. */
  login?: { address: string; password: string };
}

export type Transport = 'plain' | 'starttls' | 'tls';

export interface Clients {
  endpoints: Endpoints;
  scratch: string;
}

let files = 0;

function fileOf(clients: Clients, content: Buffer): string {
  const file = join(clients.scratch, `mail-${++files}.eml`);
  writeFileSync(file, content);
  return file;
}

function serverOf({ endpoints }: Clients, transport: Transport): string {
  return transport === 'tls' ? endpoints.smtps : endpoints.smtp;
}

// RFC 5321 §4.5.2. Left to itself, swaks adds an empty line to the end of what it is given.
function dotStuffed(content: Buffer): Buffer {
  return Buffer.from(`${content.toString('latin1').replace(/^\./gm, '..')}.\r\n`, 'latin1');
}

export async function swaks(
  clients: Clients,
  envelope: Envelope,
  content: Buffer,
  transport: Transport,
): Promise<string> {
  const tls = { plain: [], starttls: ['--tls'], tls: ['--tlsc'] }[transport];
  const auth = envelope.login
    ? ['--auth', 'PLAIN', '--auth-user', envelope.login.address, '--auth-password', envelope.login.password]
    : [];
  const words = ['--server', serverOf(clients, transport), '--from', envelope.from, '--to', envelope.to];
  const data = ['--data', `@${fileOf(clients, dotStuffed(content))}`, '--no-data-fixup'];
  const verify = transport === 'plain' ? [] : ['--tls-ca-path', clients.endpoints.caFile, '--tls-verify'];
  const result = await runProgram('swaks', [...words, ...data, ...tls, ...verify, ...auth]);
  if (result.code !== 0) throw new Error(`swaks: exit ${result.code}\n${result.out}`);
  return result.out;
}

export async function curlSend(
  clients: Clients,
  envelope: Envelope,
  content: Buffer,
  transport: Transport,
): Promise<void> {
  const server = serverOf(clients, transport).replace('127.0.0.1', 'localhost');
  const words = [
    '--silent',
    '--show-error',
    ...(transport === 'starttls' ? ['--ssl-reqd'] : []),
    ...['--cacert', clients.endpoints.caFile],
    ...['--mail-from', envelope.from, '--mail-rcpt', envelope.to],
    ...['--upload-file', fileOf(clients, content)],
    ...(envelope.login ? ['--user', `${envelope.login.address}:${envelope.login.password}`] : []),
    `${transport === 'tls' ? 'smtps' : 'smtp'}://${server}/client.test`,
  ];
  const result = await runProgram('curl', words);
  if (result.code !== 0) throw new Error(`curl: exit ${result.code}\n${result.out}`);
}

const SMTPLIB = `
import smtplib, ssl, sys
endpoint, transport, ca, sender, recipient, file, user, password = sys.argv[1:9]
host, port = endpoint.rsplit(':', 1)
context = ssl.create_default_context(cafile=ca)
client = smtplib.SMTP_SSL(host, int(port), context=context) if transport == 'tls' else smtplib.SMTP(host, int(port))
with client:
    if transport == 'starttls': client.starttls(context=context)
    if user: client.login(user, password)
    client.sendmail(sender, [recipient], open(file, 'rb').read())
`;

export async function smtplib(
  clients: Clients,
  envelope: Envelope,
  content: Buffer,
  transport: Transport,
): Promise<void> {
  await python(SMTPLIB, [
    ...[serverOf(clients, transport), transport, clients.endpoints.caFile, envelope.from, envelope.to],
    ...[fileOf(clients, content), envelope.login?.address ?? '', envelope.login?.password ?? ''],
  ]);
}

export interface Reader {
  address: string;
  password: string;
}

/** Raw messages of INBOX, oldest first. */
export type ReadAll = (clients: Clients, reader: Reader) => Promise<Buffer[]>;

const IMAPLIB = `
import base64, imaplib, ssl, sys
endpoint, ca, user, password = sys.argv[1:5]
host, port = endpoint.rsplit(':', 1)
client = imaplib.IMAP4_SSL(host, int(port), ssl_context=ssl.create_default_context(cafile=ca))
client.login(user, password)
client.select('INBOX', readonly=True)
for number in client.search(None, 'ALL')[1][0].split():
    print(base64.b64encode(client.fetch(number, '(BODY.PEEK[])')[1][0][1]).decode())
client.logout()
`;

const POPLIB = `
import base64, poplib, ssl, sys
endpoint, ca, user, password = sys.argv[1:5]
host, port = endpoint.rsplit(':', 1)
client = poplib.POP3_SSL(host, int(port), context=ssl.create_default_context(cafile=ca))
client.user(user); client.pass_(password)
for number in range(1, len(client.list()[1]) + 1):
    print(base64.b64encode(b''.join(line + b'\\r\\n' for line in client.retr(number)[1])).decode())
client.quit()
`;

function decodeLines(text: string): Buffer[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Buffer.from(line, 'base64'));
}

export const imaplib: ReadAll = async ({ endpoints }, { address, password }) =>
  decodeLines(await python(IMAPLIB, [endpoints.imaps, endpoints.caFile, address, password]));

export const poplib: ReadAll = async ({ endpoints }, { address, password }) =>
  decodeLines(await python(POPLIB, [endpoints.pop3s, endpoints.caFile, address, password]));

export const imapflow: ReadAll = async ({ endpoints }, { address, password }) => {
  const [host, port] = endpoints.imap.split(':') as [string, string];
  const client = new ImapFlow({
    host,
    port: Number(port),
    secure: false,
    tls: { ca: readFileSync(endpoints.caFile), servername: 'localhost' },
    auth: { user: address, pass: password },
    logger: false,
  });
  await client.connect();
  try {
    await client.mailboxOpen('INBOX', { readOnly: true });
    const raw: Buffer[] = [];
    for await (const message of client.fetch('1:*', { source: true })) raw.push(message.source as Buffer);
    return raw;
  } finally {
    await client.logout();
  }
};

export const curlRead: ReadAll = async ({ endpoints, scratch }, { address, password }) => {
  const base = [
    '--silent',
    '--show-error',
    '--ssl-reqd',
    '--cacert',
    endpoints.caFile,
    '--user',
    `${address}:${password}`,
  ];
  const url = `imap://${endpoints.imap.replace('127.0.0.1', 'localhost')}/INBOX`;
  const found = await runProgram('curl', [...base, `${url}?ALL`]);
  const uids = /\* SEARCH([ \d]*)/.exec(found.out)?.[1]?.trim().split(' ') ?? [];
  const raw: Buffer[] = [];
  for (const uid of uids.filter((text) => text !== '')) {
    const file = join(scratch, `curl-${++files}.eml`);
    const result = await runProgram('curl', [...base, '--output', file, `${url};MAILINDEX=${uid}`]);
    if (result.code !== 0) throw new Error(`curl: exit ${result.code}\n${result.out}`);
    raw.push(readFileSync(file));
  }
  return raw;
};

/** mbsync turns CRLF into LF in its Maildir, and marks what it copies with an X-TUID field: both are undone here. */
export const mbsync: ReadAll = async ({ endpoints, scratch }, { address, password }) => {
  const directory = join(scratch, `maildir-${++files}`);
  mkdirSync(directory);
  const [, port] = endpoints.imaps.split(':') as [string, string];
  const config = join(directory, 'mbsyncrc');
  writeFileSync(
    config,
    [
      'IMAPAccount far',
      'Host localhost',
      `Port ${port}`,
      `User ${address}`,
      `Pass ${password}`,
      'SSLType IMAPS',
      `CertificateFile ${endpoints.caFile}`,
      '',
      'IMAPStore far',
      'Account far',
      '',
      'MaildirStore near',
      `Path ${directory}/`,
      `Inbox ${directory}/INBOX`,
      '',
      'Channel all',
      'Far :far:',
      'Near :near:',
      'Patterns INBOX',
      'Create Near',
      `SyncState ${directory}/`,
      '',
    ].join('\n'),
    { mode: 0o600 },
  );
  const result = await runProgram('mbsync', ['--config', config, 'all']);
  if (result.code !== 0) throw new Error(`mbsync: exit ${result.code}\n${result.out}`);
  const inbox = join(directory, 'INBOX');
  return ['new', 'cur']
    .flatMap((folder) => readdirSync(join(inbox, folder)).map((name) => join(inbox, folder, name)))
    .map((file) =>
      readFileSync(file, 'latin1')
        .replace(/^X-TUID: .*\n/m, '')
        .replaceAll('\n', '\r\n'),
    )
    .map((text) => Buffer.from(text, 'latin1'));
};
