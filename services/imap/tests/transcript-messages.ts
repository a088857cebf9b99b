// The messages that transcripts name.
import { FLAG } from '@pochtar/store/mailbox';

const lines = (...text: string[]): string => text.map((line) => `${line}\r\n`).join('');

type Delivery = [text: string, more?: { flags?: number; internalDate?: Date }];

/** A short text of these fields. */
function mail(...fields: string[]): string {
  return lines(...fields, '', 'text');
}

export const transcriptMessages: Readonly<Record<string, Delivery>> = {
  plain: [mail('Subject: plain')],
  // Of 40 octets all told.
  short: ['Subject: a\r\n\r\nbbbbbbbbbbbbbbbbbbbbbbbb\r\n', { flags: FLAG.deleted }],
  // Previews.
  words: [lines('Content-Type: text/plain; charset=utf-8', '', '  First \t words,', 'and "more".')],
  cyrillic: [
    lines(
      'Content-Type: text/plain; charset=koi8-r',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from([0xf0, 0xd2, 0xc9, 0xd7, 0xc5, 0xd4]).toString('base64'),
    ),
  ],
  html: [
    lines(
      'Content-Type: multipart/alternative; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain',
      '',
      '',
      '--b',
      'Content-Type: text/html',
      '',
      '<html><head><style>p { color: red }</style><title>no</title></head>',
      '<!-- nor this --><p>Tea &amp; <b>cake</b></p><p>for two</p></html>',
      '--b--',
    ),
  ],
  hostile: [
    lines('Content-Type: text/html', '', `${'<'.repeat(50_000)}${'<style>'.repeat(9000)}never shown`),
  ],
  picture: [lines('Content-Type: image/png', '', 'x')],
  endless: [lines('', 'word '.repeat(60_000))],
  // Sorting: dates, names and subjects that come apart by what they mean, not by their octets.
  early: [
    mail(
      'Date: Mon, 02 Feb 2026 10:00:00 +0300',
      'From: "Zoe" <anna@a.test>',
      'To: "clara" <x@b.test>',
      'Subject: Re: Äpfel',
    ),
    { internalDate: new Date('2026-02-05T00:00:00Z') },
  ],
  late: [
    mail(
      'Date: Wed, 04 Feb 2026 10:00:00 +0000',
      'From: Boris@b.test',
      'To: team: y@b.test;',
      'Cc: Anna <c@d.test>',
      'Subject: [list] apfel',
      'X-Long: '.padEnd(300, 'x'),
    ),
    { internalDate: new Date('2026-02-03T00:00:00Z') },
  ],
  dateless: [
    mail('From: =?utf-8?Q?=C3=84rger?= <CLARA@c.test>', 'Subject: fwd: birne (fwd)'),
    { internalDate: new Date('2026-02-03T12:00:00Z') },
  ],
  bare: [
    mail('Date: Tue, 03 Feb 2026 23:30:00 -0700', 'X-Nothing: else'),
    { internalDate: new Date('2026-02-04T00:00:00Z') },
  ],
  // Threads.
  question: [mail('Date: Mon, 02 Feb 2026 10:00:00 +0000', 'Message-ID: <q@a>', 'Subject: question')],
  answer: [
    mail(
      'Date: Mon, 02 Feb 2026 11:00:00 +0000',
      'Message-ID: <a@a>',
      'In-Reply-To: <q@a> from Anna',
      'Subject: Re: question',
    ),
  ],
  thanks: [
    mail(
      'Date: Mon, 02 Feb 2026 12:00:00 +0000',
      'Message-ID: <t@a>',
      'References: <q@a>\r\n\t<"a"@a>',
      'Subject: thank you',
    ),
  ],
  other: [mail('Date: Mon, 02 Feb 2026 09:00:00 +0000', 'Message-ID: <o@a>', 'Subject: other')],
  stray: [
    mail(
      'Date: Mon, 02 Feb 2026 13:00:00 +0000',
      'Message-ID: <s@a>',
      'References: <gone@a>',
      'Subject: Re: other',
    ),
  ],
};
