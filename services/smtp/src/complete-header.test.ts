import { MailScanner } from '@pochtar/mail';
import { BodyMemory, IncomingBody } from '@pochtar/service';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { completeHeader, type Submission } from './complete-header.ts';
import { SubmittedBody } from './submitted-body.ts';

const submission: Submission = {
  date: new Date('2026-11-27T01:00:00Z'),
  messageId: '1@demo.test',
  from: { localPart: 'anna', domain: 'demo.test' },
  isSubjectRecoded: true,
};
const DATE = 'Date: Fri, 27 Nov 2026 01:00:00 +0000\r\n';
const FROM = 'From: anna@demo.test\r\n';
const ID = 'Message-ID: <1@demo.test>\r\n';

function completed(header: string, more: Partial<Submission> = {}): string {
  const { added, kept } = completeHeader(Buffer.from(header, 'latin1'), { ...submission, ...more });
  return Buffer.concat([added, ...kept]).toString('latin1');
}

describe('RFC 6409 §8: the header of a login', () => {
  test.each([
    ['', `${DATE}${FROM}${ID}`],
    ['Subject: x\r\n', `${DATE}${FROM}${ID}Subject: x\r\n`],
    ['date: y\r\nFROM: a\r\nmessage-id : <z>\r\n', 'date: y\r\nFROM: a\r\nmessage-id : <z>\r\n'],
    ['Date:\r\nFrom: a\r\nMessage-Id: \r\n', `${DATE}${ID}From: a\r\n`],
    ['Resent-Date: y\r\nX-From: a\r\n', `${DATE}${FROM}${ID}Resent-Date: y\r\nX-From: a\r\n`],
    [
      `${DATE}${FROM}${ID}Bcc: a@b,\r\n c@d\r\nTo: e\r\nBCC : f\r\nResent-Bcc: g\r\n`,
      `${DATE}${FROM}${ID}To: e\r\n`,
    ],
    ['no field at all', `${DATE}${FROM}${ID}no field at all`],
  ])('%j becomes %j', (header, wanted) => {
    expect(completed(header)).toBe(wanted);
  });

  test('gets no From that could not stand in it', () => {
    expect(completed('', { from: null })).toBe(`${DATE}${ID}`);
  });

  test('misc.recodeSubjectUtf8: the subject is written in UTF-8, unless it is switched off or somebody has signed it', () => {
    const subject = 'Subject: =?koi8-r?B?79TexdQ=?=\r\n';
    const rest = `${DATE}${FROM}${ID}`;
    expect(completed(`${rest}${subject}To: e\r\n`)).toBe(
      `${rest}Subject: =?UTF-8?B?0J7RgtGH0LXRgg==?=\r\nTo: e\r\n`,
    );
    expect(completed(rest + subject, { isSubjectRecoded: false })).toBe(rest + subject);
    const signed = `${rest}DKIM-Signature: v=1; h=subject\r\n${subject}`;
    expect(completed(signed)).toBe(signed);
  });

  test('a local part that needs quotes has them', () => {
    expect(completed(`${DATE}${ID}`, { from: { localPart: 'a b', domain: 'c' } })).toContain(
      'From: "a b"@c\r\n',
    );
  });
});

describe('the payload of a login', () => {
  const message = `Subject: x\r\nBcc: secret@b\r\n\r\nBcc: this is text\r\n${'y'.repeat(70)}\r\n`;

  async function stored(pieces: Buffer[]): Promise<{ text: string; added: number; used: number }> {
    const memory = new BodyMemory(1_000_000);
    const body = new IncomingBody({ maxSize: 1_000_000, memory, spoolDirectory: '/nowhere' });
    const submitted = new SubmittedBody(body, memory, submission);
    for (const piece of pieces) submitted.write(piece);
    submitted.end();
    const { parts, scan } = await body.complete();
    const text = Buffer.concat(parts ?? []).toString('latin1');
    const scanner = new MailScanner();
    scanner.write(Buffer.from(text, 'latin1'));
    expect(scan).toEqual(scanner.end());
    expect(submitted.received).toBe(pieces.reduce((sum, piece) => sum + piece.length, 0));
    body.discard();
    submitted.discard();
    return { text, added: submitted.addedBytes, used: memory.used };
  }

  test('property: is completed and scanned as it is stored, however the stream is cut', async () => {
    const wanted = `${DATE}${FROM}${ID}${message.replace('Bcc: secret@b\r\n', '')}`;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(message.length), { maxLength: 12 }), async (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), message.length];
        const pieces = places.slice(1).map((end, index) => Buffer.from(message.slice(places[index], end)));
        expect(await stored(pieces)).toEqual({ text: wanted, added: `${DATE}${FROM}${ID}`.length, used: 0 });
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ['', `${DATE}${FROM}${ID}`],
    ['\r\ntext\r\n', `${DATE}${FROM}${ID}\r\ntext\r\n`],
    ['From: a\r\nBcc: b\r\n', `${DATE}${ID}From: a\r\n`],
  ])('%j without a header, or with nothing else, becomes %j', async (text, wanted) => {
    expect((await stored([Buffer.from(text)])).text).toBe(wanted);
  });

  test('whose header never ends is passed on as it is, and found too large', async () => {
    const memory = new BodyMemory(10_000_000);
    const body = new IncomingBody({
      maxSize: 10_000_000,
      maxInMemory: 10_000_000,
      memory,
      spoolDirectory: '/nowhere',
    });
    const submitted = new SubmittedBody(body, memory, submission);
    const line = Buffer.from('X-Long: 0123456789\r\n');
    for (let at = 0; at < 120_000; at++) submitted.write(Buffer.from(line));
    submitted.end();
    expect((await body.complete()).scan.hidesClaims).toBe(true);
    body.discard();
    submitted.discard();
    expect(memory.used).toBe(0);
  });

  test('that breaks off within its header gives its memory back', () => {
    const memory = new BodyMemory(1_000_000);
    const body = new IncomingBody({ maxSize: 1_000_000, memory, spoolDirectory: '/nowhere' });
    const submitted = new SubmittedBody(body, memory, submission);
    submitted.write(Buffer.from('Subject: x\r\n'));
    expect(memory.used).toBeGreaterThan(0);
    submitted.discard();
    body.discard();
    expect(memory.used).toBe(0);
  });
});
