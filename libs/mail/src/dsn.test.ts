import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { scanMail as scan } from '../tests/scan-mail.ts';
import type { Dsn } from './dsn.ts';
import { buildDsn } from './dsn.ts';
import { parseHeaderFields } from './header.ts';

const recipient = {
  finalRecipient: { localPart: 'bob', domain: 'far.example' },
  action: 'failed',
  status: '5.1.1',
  diagnostic: '550 5.1.1 "bob" (unknown)\r\nX-Injected: yes',
  remoteMta: 'mx.far.example',
  lastAttempt: new Date('2026-11-24T01:50:00Z'),
} as const;

const dsn: Dsn = {
  kind: 'failed',
  reportingMta: 'mx.example.org',
  from: { localPart: 'mailer-daemon', domain: 'example.org' },
  to: { localPart: 'alice', domain: 'example.org' },
  originalEnvelopeId: 'env 1',
  arrivalDate: new Date('2026-11-24T01:00:00Z'),
  date: new Date('2026-11-24T02:00:00Z'),
  messageId: '<dsn-1@mx.example.org>',
  boundary: '=_report',
  recipients: [recipient],
  original: { header: Buffer.from('Received: x\r\nMessage-ID: <orig@x>\r\nSubject: hello\r\n\r\n') },
  language: 'both',
};

function parts(bytes: Buffer): string[] {
  return scan(bytes).root.children.map((part) => bytes.toString('utf8', part.bodyStart, part.end));
}

const types = (bytes: Buffer) =>
  scan(bytes).root.children.map((part) => `${part.type}/${part.subtype} ${part.encoding}`);

describe('buildDsn (RFC 3464)', () => {
  test('a report of three parts, marked as automatic, and nothing to find fault with', () => {
    const bytes = buildDsn(dsn);
    const scanned = scan(bytes);
    expect(scanned).toMatchObject({ problems: [], hasBareLineBreaks: false, has8bit: false, hasNul: false });
    expect(scanned.longestLine).toBeLessThanOrEqual(998);
    const field = (name: string) => scanned.fields.find((each) => each.lower === name)?.value;
    expect(field('auto-submitted')).toBe('auto-replied');
    expect(field('in-reply-to')).toBe('<orig@x>');
    expect(scanned.root.parameters.get('report-type')).toBe('delivery-status');
    expect(types(bytes)).toEqual([
      'text/plain base64',
      'message/delivery-status 7bit',
      'text/rfc822-headers 7bit',
    ]);
  });

  test('the fields of mail and recipient, foreign text on one line', () => {
    const status = parts(buildDsn(dsn))[1] ?? '';
    const groups = status
      .split('\r\n\r\n')
      .map((group) => parseHeaderFields(Buffer.from(group)).map((field) => `${field.name}: ${field.value}`));
    expect(groups).toEqual([
      [
        'Original-Envelope-Id: env 1',
        'Reporting-MTA: dns; mx.example.org',
        'Arrival-Date: Tue, 24 Nov 2026 01:00:00 +0000',
      ],
      [
        'Final-Recipient: rfc822; bob@far.example',
        'Action: failed',
        'Status: 5.1.1',
        'Remote-MTA: dns; mx.far.example',
        'Diagnostic-Code: smtp; 550 5.1.1 "bob" (unknown)%0D%0AX-Injected: yes',
        'Last-Attempt-Date: Tue, 24 Nov 2026 01:50:00 +0000',
      ],
    ]);
  });

  test('both languages are readable for an independent reader', async () => {
    const mail = await PostalMime.parse(buildDsn(dsn));
    expect(mail.subject).toBe('Сообщение не доставлено / Undelivered mail');
    expect(mail.text).toContain('не удалось доставить');
    expect(mail.text).toContain('could not be delivered');
    expect(mail.text).toContain('<bob@far.example>');
  });

  test('RFC 3464 §2.3.9: Will-Retry-Until only with delayed', () => {
    const willRetryUntil = new Date('2026-11-29T00:00:00Z');
    const delayed = buildDsn({
      ...dsn,
      kind: 'delayed',
      recipients: [{ ...recipient, action: 'delayed', willRetryUntil }],
    });
    expect(parts(delayed)[1]).toContain('Will-Retry-Until: Sun, 29 Nov 2026 00:00:00 +0000');
    expect(parts(buildDsn({ ...dsn, recipients: [{ ...recipient, willRetryUntil }] }))[1]).not.toContain(
      'Will-Retry',
    );
  });

  test('RFC 3461 §6.3: the original recipient keeps its type', () => {
    const originalRecipient = { type: 'rfc822', address: 'b+x@far.example' };
    expect(parts(buildDsn({ ...dsn, recipients: [{ ...recipient, originalRecipient }] }))[1]).toContain(
      'Original-Recipient: rfc822; b+x@far.example\r\nFinal-Recipient: rfc822; bob@far.example',
    );
  });

  test('RFC 6533: an address that is not US-ASCII makes it a global report', () => {
    const bytes = buildDsn({
      ...dsn,
      recipients: [{ ...recipient, finalRecipient: { localPart: 'боб', domain: 'пример.рф' } }],
    });
    expect(types(bytes)).toEqual([
      'text/plain base64',
      'message/global-delivery-status 8bit',
      'message/global-headers 7bit',
    ]);
    expect(parts(bytes)[1]).toContain('Final-Recipient: utf-8; боб@пример.рф');
  });

  test('a whole mail is returned unchanged, as 8bit when it is', () => {
    const full = Buffer.from('Subject: Привет\r\n\r\nтекст\r\n');
    const bytes = buildDsn({ ...dsn, original: { full } });
    expect(types(bytes)[2]).toBe('message/rfc822 8bit');
    expect(parts(bytes)[2]).toBe(full.toString());
    expect(scan(bytes).root.encoding).toBe('8bit');
  });

  test('a raw 8-bit header is returned in base64', async () => {
    const bytes = buildDsn({
      ...dsn,
      original: { header: Buffer.from('Subject: \u00cf\u00f0\r\n\r\n', 'latin1') },
    });
    expect(scan(bytes).has8bit).toBe(false);
    expect(types(bytes)[2]).toBe('text/rfc822-headers base64');
    expect(Buffer.from(parts(bytes)[2] ?? '', 'base64').toString('latin1')).toBe('Subject: \u00cf\u00f0\r\n');
  });

  test('a header of any length gives a bounded notification', () => {
    const header = Buffer.from(`${'X-Long: y\r\n'.repeat(30_000)}\r\n`);
    expect(buildDsn({ ...dsn, original: { header } }).length).toBeLessThan(80_000);
  });

  test.each(['failed', 'delayed', 'delivered', 'relayed', 'expanded'] as const)(
    '%s has subject and text in both languages',
    async (kind) => {
      for (const language of ['ru', 'en'] as const) {
        const mail = await PostalMime.parse(
          buildDsn({ ...dsn, kind, language, recipients: [{ ...recipient, action: kind }] }),
        );
        expect(mail.subject).toMatch(language === 'ru' ? /[а-я]/ : /^[ -~]+$/);
        expect(mail.text?.length).toBeGreaterThan(100);
      }
    },
  );

  test('a bad boundary or no recipient is an error of the caller', () => {
    expect(() => buildDsn({ ...dsn, boundary: 'a"b' })).toThrow('boundary');
    expect(() => buildDsn({ ...dsn, recipients: [] })).toThrow('recipient');
  });
});
