import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { scanMail } from '../tests/scan-mail.ts';
import type { VirusReport } from './virus-report.ts';
import { virusReportHeaders } from './virus-report.ts';

const report: VirusReport = {
  from: { localPart: 'postmaster', domain: 'example.org' },
  to: { localPart: 'alice', domain: 'example.org' },
  date: new Date('2026-11-24T02:00:00Z'),
  messageId: '<virus-1@mx.example.org>',
  boundary: '=_virus',
  reportingMta: 'mx.example.org',
  virus: 'Eicar-Signature\r\nBcc: x',
  scanner: 'ClamAV 1.4',
  mailId: '019364a0-0000-7000-8000-000000000001',
  original: {
    reversePath: { localPart: 'mallory', domain: 'far.example' },
    from: 'Mallory <mallory@far.example>',
    subject: '=?koi8-r?B?8NLJ18XU?=',
    messageId: '<orig@x>',
    has8bit: true,
  },
  form: 'attached',
  language: 'both',
};

const original = Buffer.from(
  'Subject: x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nтело\r\n--=_other--\r\n',
);

describe('virusReportHeaders', () => {
  test('the original is attached as it is', () => {
    const { head, tail } = virusReportHeaders(report);
    const bytes = Buffer.concat([head, original, tail]);
    const scanned = scanMail(bytes);
    expect(scanned.problems).toEqual([]);
    const message = scanned.root.children[1];
    expect(message).toMatchObject({ type: 'message', subtype: 'rfc822', kind: 'message', encoding: '8bit' });
    expect(bytes.subarray(message?.bodyStart, message?.end)).toEqual(original);
    expect(scanned.fields.find((field) => field.lower === 'auto-submitted')?.value).toBe('auto-generated');
  });

  test('virus, scanner and mail are named in both languages; foreign text can not leave its place', async () => {
    const { head, tail } = virusReportHeaders(report);
    const mail = await PostalMime.parse(Buffer.concat([head, original, tail]), {
      forceRfc822Attachments: true,
    });
    expect(mail.subject).toBe('Обнаружен вирус / Virus found: Привет');
    expect(mail.text).toContain('Вирус: Eicar-Signature%0D%0ABcc: x');
    expect(mail.text).toContain('Scanner: ClamAV 1.4');
    expect(mail.text).toContain('Sender: <mallory@far.example>');
    expect(mail.bcc).toBeUndefined();
    expect(mail.attachments).toHaveLength(1);
  });

  test('a report without the original is complete in itself', async () => {
    const recipients = ['x@far.example', 'y@far.example'];
    for (const [form, said] of [
      ['sender', 'The message is held and was not delivered'],
      ['elsewhere', 'passes no'],
    ] as const) {
      const { head, tail } = virusReportHeaders({ ...report, recipients, form, language: 'en' });
      expect(tail).toHaveLength(0);
      const mail = await PostalMime.parse(head);
      expect(mail.attachments).toHaveLength(0);
      expect(mail.text).toContain(said);
      expect(mail.text).toContain('Recipients: x@far.example, y@far.example');
    }
  });
});
