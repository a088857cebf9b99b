// Prints what scanning and describing costs: `node libs/mail/tests/measure.ts`. Not a test: figures depend on the machine.

import { describeContent, MailScanner } from '../src/index.ts';

const CHUNK = 64 * 1024;
const BASE64_LINE = `${'A'.repeat(76)}\r\n`;

const received = (hop: number) =>
  `Received: from mx${hop}.example.org (mx${hop}.example.org [192.0.2.${hop}])\r\n` +
  `\tby relay${hop}.example.net (Postfix) with ESMTPS id 4F1B2C3D4E\r\n` +
  `\tfor <user@example.net>; Tue, 24 Nov 2026 04:5${hop}:00 +0300\r\n`;

const header =
  [1, 2, 3].map(received).join('') +
  `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=mail;\r\n\tb=${'Q'.repeat(344)}\r\n` +
  'From: =?utf-8?B?0JjQstCw0L3QvtCyINCY0LLQsNC9?= <ivan@example.org>\r\n' +
  'To: "Petrov, P." <petr@example.net>, a@example.net, Team: b@example.net, c@example.net;\r\n' +
  'Subject: =?utf-8?B?0J7RgtGH0ZHRgiDQt9CwINC90L7Rj9Cx0YDRjA==?=\r\n' +
  'Date: Tue, 24 Nov 2026 04:50:00 +0300\r\nMessage-ID: <0123456789abcdef@example.org>\r\n' +
  'References: <1@example.org> <2@example.org>\r\nIn-Reply-To: <2@example.org>\r\n' +
  'User-Agent: Mail 1.0\r\nX-Originating-IP: 192.0.2.77\r\nMIME-Version: 1.0\r\n';

const plain = `${header}Content-Type: text/plain; charset=utf-8\r\n\r\n`;
const mixed =
  `${header}Content-Type: multipart/mixed; boundary="=_1"\r\n\r\n--=_1\r\n` +
  'Content-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n--=_1\r\n' +
  'Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n' +
  'Content-Disposition: attachment; filename=a.pdf\r\n\r\n';

function fill(start: string, size: number, end = ''): Buffer {
  const lines = Math.max(0, Math.floor((size - start.length - end.length) / BASE64_LINE.length));
  return Buffer.from(start + BASE64_LINE.repeat(lines) + end);
}

function measure(title: string, mail: Buffer, rounds: number): void {
  const times: number[] = [];
  let sink = 0;
  for (let sample = 0; sample < 9; sample++) {
    const started = performance.now();
    for (let round = 0; round < rounds; round++) {
      const scanner = new MailScanner();
      for (let from = 0; from < mail.length; from += CHUNK) scanner.write(mail.subarray(from, from + CHUNK));
      sink += describeContent(scanner.end()).envelope.length;
    }
    times.push((performance.now() - started) / rounds);
  }
  const sorted = times.toSorted((a, b) => a - b);
  const median = sorted[4] ?? 0;
  const rate = mail.length / 1e6 / (median / 1000);
  console.log(
    `${title}: ${mail.length} octets, median ${median.toFixed(4)} ms, ${rate.toFixed(0)} MB/s (${sink > 0})`,
  );
}

measure('4 KiB text', fill(plain, 4096), 5000);
measure('4 KiB with attachment', fill(mixed, 4096, '--=_1--\r\n'), 5000);
measure('100 KiB with attachment', fill(mixed, 100 * 1024, '--=_1--\r\n'), 500);
measure('13 MB text', fill(plain, 13_000_000), 2);
measure('13 MB with attachment', fill(mixed, 13_000_000, '--=_1--\r\n'), 2);
