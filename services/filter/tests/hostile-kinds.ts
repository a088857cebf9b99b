// Mails that somebody makes to keep a filter busy: each kind as large as what is taken by default, since that is where it
// costs most.
import { gzipSync } from 'node:zlib';
import { files } from './hostile-files.ts';

const MB = 1024 * 1024;
/** sending.maxMessageSizeMb by default. */
const LARGEST = 50 * MB;
/** dlp.maxFileSizeMb by default is 25, which is also what its texts are looked for in. */
const LARGEST_FILE = 24 * MB;

const FRONT = 'Return-Path: <sender@remote.test>\r\nReceived: from x by mx.example.test\r\n';
const AUTHOR = 'From: sender@remote.test\r\nSubject: x\r\n';

/** In each form with each hash, whole and in part: as many hashes of the body as are made of one mail. */
const SIGNATURES = [
  ...['a=rsa-sha256; c=relaxed/relaxed', 'a=rsa-sha256; c=relaxed/simple'],
  ...['a=rsa-sha1; c=relaxed/relaxed', 'a=rsa-sha1; c=relaxed/simple'],
  ...['a=rsa-sha256; c=relaxed/relaxed; l=999999999', 'a=rsa-sha256; c=relaxed/simple; l=999999998'],
]
  .map((tags) => `DKIM-Signature: v=1; ${tags}; d=remote.test; s=s; h=from; bh=AAAA; b=AAAA\r\n`)
  .join('');

function mailOf(header: string, ...body: (string | Buffer)[]): Buffer {
  return Buffer.concat(
    [FRONT + header, '\r\n', ...body].map((piece) => Buffer.from(piece as string, 'latin1')),
  );
}

function signedBody(unit: string): Buffer {
  return mailOf(SIGNATURES + AUTHOR, Buffer.alloc(LARGEST, unit, 'latin1'), 'x');
}

/** Bodies that are signed, incoming or of ours. */
export const bodies: readonly [string, () => Buffer][] = [
  ['lines of text', () => signedBody('all work and no play makes jack a dull boy\r\n')],
  ['lines of 64 KiB', () => signedBody(`${'x'.repeat(64 * 1024 - 2)}\r\n`)],
  ['a blank for each letter', () => signedBody('a\t')],
  ['blanks', () => signedBody(' ')],
  ['empty lines', () => signedBody('\r\n')],
  ['line feeds without CR', () => signedBody('\n')],
  ['CR without line feeds', () => signedBody('\r')],
  ['a million parts', () => millionParts()],
];

function millionParts(): Buffer {
  const header = `${AUTHOR}Content-Type: multipart/mixed; boundary=b\r\n`;
  return mailOf(SIGNATURES + header, Buffer.alloc(9 * MB, '--b\r\n\r\nx\r\n'));
}

const HEADER = 2 * MB - 4096;
const LOOKED_AT = 510 * 1024;
const numbers = (count: number, of: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => of(index)).join('');
const names = numbers(490, (index) => `:f${index}`);

/** Headers, of which the first are as long as any that is taken, the others as those that are looked at whole. */
export const headers: readonly [string, () => Buffer][] = [
  ['half a million fields', () => mailOf(AUTHOR + 'a:\r\n'.repeat(HEADER / 4), 'x')],
  ['authors', () => mailOf(`From: ${'a@b, '.repeat(3000)}c@d\r\n`.repeat(130), 'x')],
  ['groups of authors', () => mailOf(`From: ${'g:'.repeat(8000)}\r\n`.repeat(20), 'x')],
  ['a field of 9,900 lines', () => mailOf(`${SIGNATURES}${AUTHOR}X: a\r\n${' b\r\n'.repeat(9900)}`, 'x')],
  [
    'ten signatures of 490 fields among 9,000',
    () => {
      const tags = `v=1; a=rsa-sha256; c=relaxed/relaxed; d=remote.test; s=s; bh=AAAA; b=AAAA; h=from${names}`;
      const fields = numbers(9000, (index) => `f${index % 600}: ${'x '.repeat(18)}\r\n`);
      return mailOf(
        `DKIM-Signature: ${tags}\r\n`.repeat(10) + fields.slice(0, LOOKED_AT - 60_000) + `\r\n${AUTHOR}`,
        'x',
      );
    },
  ],
  [
    'thousands of signatures',
    () =>
      mailOf(
        SIGNATURES.repeat(Math.floor(LOOKED_AT / SIGNATURES.length)) + AUTHOR,
        Buffer.alloc(LARGEST - MB, 'a\t'),
        'x',
      ),
  ],
  [
    'signatures with blanks in a row',
    () => mailOf(`DKIM-Signature: v=1; d=a.test; x=${' '.repeat(15_000)}y\r\n`.repeat(30) + AUTHOR, 'x'),
  ],
  [
    'a chain of thirty with a thousand results each',
    () => {
      const set = (index: number): string =>
        `ARC-Authentication-Results: i=${index + 1}; x.test${'; dkim=pass (x) header.d=a.b'.repeat(190)}\r\n`;
      return mailOf(numbers(60, set) + AUTHOR, 'x');
    },
  ],
  [
    'fields of bare CRs',
    () => mailOf(numbers(8, () => `X: ${'\r'.repeat(60_000)}y\r\n`) + SIGNATURES + AUTHOR, 'x'),
  ],
];

function fileOf(type: string, encoding: string, content: string | Buffer): Buffer {
  const fields = `MIME-Version: 1.0\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n`;
  return mailOf(AUTHOR + fields, content);
}

function base64(content: Buffer): string {
  return content.toString('base64').replace(/.{76}/g, '$&\r\n');
}

const large = (unit: string): Buffer => Buffer.alloc(LARGEST_FILE, unit, 'utf8');
const distinctWords = (): string => numbers(450_000, (index) => `w${index.toString(36)}q `);

/** Subjects of a letter each. */
function attributes(count: number): Buffer {
  const subject = Buffer.from('010480010001000000610000', 'hex');
  return Buffer.concat([Buffer.from('789f3e220100', 'hex'), Buffer.alloc(count * subject.length, subject)]);
}

/** Texts that are searched. */
export const texts: readonly [string, () => Buffer][] = [
  ['plain text', () => fileOf('text/plain; charset=utf-8', '8bit', large('all work, no play\r\n'))],
  ['half a million words', () => fileOf('text/plain; charset=utf-8', '8bit', distinctWords())],
  ['signs that become eighteen', () => fileOf('text/plain; charset=utf-8', '8bit', large('\ufdfa '))],
  ['numbers', () => fileOf('text/plain; charset=utf-8', '8bit', large('4111 1111 1111 '))],
  ['HTML', () => fileOf('text/html; charset=utf-8', '8bit', large('<p title="a">&amp;'))],
  ['HTML that never closes', () => fileOf('text/html; charset=utf-8', '8bit', large('<'))],
  ['quoted-printable', () => fileOf('text/plain; charset=koi8-r', 'quoted-printable', large('=C1=20'))],
  ...files.map(([name, type, make]): [string, () => Buffer] => [
    name,
    () => fileOf(type, 'base64', base64(make())),
  ]),
  ['uuencoded', () => fileOf('text/plain', 'x-uuencode', large(`M${'86'.repeat(30)}\r\n`))],
  ['base64 with padding everywhere', () => fileOf('text/plain', 'base64', large('YQ==\r\n'))],
  ['RTF', () => fileOf('application/rtf', '8bit', `{\\rtf1 ${"{\\b \\'e0".repeat(2_000_000)}`)],
  ['RTF of groups', () => fileOf('application/rtf', '8bit', `{\\rtf1 ${'{a}'.repeat(8_000_000)}`)],
  ['RTF of fonts', () => fileOf('application/rtf', '8bit', `{\\rtf1 ${"{\\f1\\'e0}".repeat(2_400_000)}`)],
  [
    'two million attributes of winmail.dat',
    () => fileOf('application/ms-tnef', 'base64', base64(attributes(2_000_000))),
  ],
  [
    'a gzip that becomes 60 MB',
    () => fileOf('application/gzip', 'base64', base64(gzipSync(Buffer.alloc(60 * MB, 'ab ')))),
  ],
];
