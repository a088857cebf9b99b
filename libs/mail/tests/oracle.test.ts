// The structure of mails against two independent readers: postal-mime and mailparser. They give no tree, but they give
// the parts they decoded; our byte ranges, decoded, must be the same octets in the same order.

import { simpleParser } from 'mailparser';
import type { Attachment } from 'mailparser';
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import type { Part } from '../src/index.ts';
import { decodeWords, listedAddresses, parseDate } from '../src/index.ts';
import { scanMail } from './scan-mail.ts';
import iconv from 'iconv-lite';

const CRLF = '\r\n';

interface Sample {
  title: string;
  mail: Buffer;
}

const header = (subject: string, contentType: string) =>
  [
    'From: "Иванов, Иван" <ivan@example.org>',
    'To: Team: a@example.org, "B C" <b@example.org>;, c@example.org',
    `Subject: ${subject}`,
    'Date: Tue, 24 Nov 2026 04:50:00 +0300',
    'MIME-Version: 1.0',
    `Content-Type: ${contentType}`,
    '',
    '',
  ].join(CRLF);

const attachment = (name: string, octets: Buffer, more = '') =>
  [
    `Content-Type: application/octet-stream; name="${name}"`,
    'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment; filename="${name}"`,
    ...(more ? [more] : []),
    '',
    octets.toString('base64').replace(/.{76}/g, `$&${CRLF}`),
  ].join(CRLF);

function multipart(boundary: string, parts: readonly string[], preamble = '', epilogue = ''): string {
  const body = parts.map((part) => `--${boundary}${CRLF}${part}${CRLF}`).join('');
  return `${preamble}${body}--${boundary}--${CRLF}${epilogue}`;
}

const plain = (text: string) => `Content-Type: text/plain; charset=utf-8${CRLF}${CRLF}${text}`;
const html = (text: string) => `Content-Type: text/html; charset=utf-8${CRLF}${CRLF}${text}`;
const octets = (length: number, seed: number) =>
  Buffer.from(Array.from({ length }, (_, i) => (i * 31 + seed) & 0xff));

function samples(charset: string): Sample[] {
  const alternative = multipart('alt', [plain('Привет'), html('<p>Привет</p>')]);
  const related = `Content-Type: multipart/related; boundary=rel${CRLF}${CRLF}${multipart('rel', [
    html('<img src="cid:i">'),
    attachment('i.png', octets(500, 7), 'Content-ID: <i>'),
  ])}`;
  const inner = `${header('внутри', 'multipart/mixed; boundary=inner')}${multipart('inner', [
    plain('внутренний текст'),
    attachment('deep.bin', octets(300, 3)),
  ])}`;
  const made: [string, string][] = [
    ['text', `${header('один', 'text/plain; charset=utf-8')}строка${CRLF}`],
    ['alternative', `${header('два', 'multipart/alternative; boundary=alt')}${alternative}`],
    [
      'mixed with attachments, preamble and epilogue',
      `${header('три', 'multipart/mixed; boundary="m i x"')}${multipart(
        'm i x',
        [
          plain('x'),
          attachment('a.bin', octets(1000, 1)),
          attachment('empty.bin', octets(0, 0)),
          attachment('b.bin', octets(57, 2)),
        ],
        `preamble${CRLF}`,
        `--other${CRLF}epilogue${CRLF}`,
      )}`,
    ],
    [
      'related in mixed',
      `${header('четыре', 'multipart/mixed; boundary=mix')}${multipart('mix', [related, attachment('c.bin', octets(99, 9))])}`,
    ],
    [
      'nested message with attachments',
      `${header('пять', 'multipart/mixed; boundary=out')}${multipart('out', [
        plain('см. вложение'),
        `Content-Type: message/rfc822${CRLF}Content-Disposition: inline${CRLF}${CRLF}${inner}`,
        attachment('last.bin', octets(10, 4)),
      ])}`,
    ],
    [
      'boundaries that begin alike',
      `${header('шесть', 'multipart/mixed; boundary=b')}${multipart('b', [
        `Content-Type: multipart/mixed; boundary=bb${CRLF}${CRLF}${multipart('bb', [attachment('d.bin', octets(5, 1)), attachment('e.bin', octets(6, 2))])}`,
        attachment('f.bin', octets(7, 3)),
      ])}`,
    ],
    [
      'missing closing delimiter',
      `${header('семь', 'multipart/mixed; boundary=open')}--open${CRLF}${plain('x')}${CRLF}--open${CRLF}${attachment('g.bin', octets(70, 5))}${CRLF}`,
    ],
    [
      'folded boundary with comment',
      `${header('восемь', `multipart/mixed;${CRLF} (comment) boundary="f:1"`)}${multipart('f:1', [attachment('h.bin', octets(8, 8))])}`,
    ],
  ];
  return made.map(([title, mail]) => ({ title: `${title} (${charset})`, mail: iconv.encode(mail, charset) }));
}

/** The leafs a reader would call attachments, decoded by us from the byte ranges. */
function ourAttachments(mail: Buffer): Buffer[] {
  const found: Buffer[] = [];
  const visit = (part: Part): void => {
    if (part.type === 'application')
      found.push(Buffer.from(mail.toString('latin1', part.bodyStart, part.end), 'base64'));
    part.children.forEach(visit);
  };
  visit(scanMail(mail).root);
  return found;
}

/** mailparser keeps an embedded message as one attachment; its inside is read by a run of its own. */
async function mailparserAttachments(mail: Buffer): Promise<Buffer[]> {
  const { attachments } = await simpleParser(mail);
  const nested = await Promise.all(
    attachments.map(async (each: Attachment) =>
      each.contentType === 'message/rfc822' ? mailparserAttachments(each.content) : [each.content],
    ),
  );
  return nested.flat();
}

async function postalMimeAttachments(mail: Buffer): Promise<Buffer[]> {
  const { attachments } = await PostalMime.parse(mail);
  return attachments.map((each) => Buffer.from(each.content as ArrayBuffer));
}

describe.each(['utf-8', 'koi8-r', 'windows-1251'])('mails in %s', (charset) => {
  test.each(samples(charset))('$title: the same parts as postal-mime finds', async ({ mail }) => {
    expect(ourAttachments(mail)).toEqual(await postalMimeAttachments(mail));
  });

  test.each(samples(charset))('$title: the same parts as mailparser finds', async ({ mail }) => {
    expect(ourAttachments(mail)).toEqual(await mailparserAttachments(mail));
  });

  test.each(samples(charset))('$title: names, addresses and date of the header', async ({ mail }) => {
    const { fields } = scanMail(mail);
    const value = (name: string) => fields.find((field) => field.lower === name)?.value ?? '';
    expect(listedAddresses(value('from')).map((entry) => decodeWords(entry.name ?? '', charset))).toEqual([
      'Иванов, Иван',
    ]);
    const parsed = await PostalMime.parse(mail);
    const theirs = parsed.to?.flatMap((entry) => entry.group ?? [entry]).map((entry) => entry.address);
    expect(
      listedAddresses(value('to')).map(({ address }) => `${address?.localPart}@${address?.domain}`),
    ).toEqual(theirs);
    expect(parseDate(value('date'))?.toISOString()).toBe(parsed.date);
  });
});
