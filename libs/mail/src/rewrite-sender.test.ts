import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHeaderFields } from './header.ts';
import { rewriteSender } from './rewrite-sender.ts';

const us = { localPart: 'us', domain: 'provider.test' };
const rewritten = (header: string): string =>
  rewriteSender(Buffer.from(header, 'latin1'), us).toString('latin1');

describe('the sender that a relay demands', () => {
  test('takes the place of From; the former author becomes Reply-To, folded as it was', () => {
    expect(rewritten('A: 1\r\nFrom: Anna\r\n <anna@demo.test>\r\nB: 2\r\n\r\n')).toBe(
      'A: 1\r\nFrom: "Anna" <us@provider.test>\r\nReply-To: Anna\r\n <anna@demo.test>\r\nB: 2\r\n\r\n',
    );
  });

  test('leaves a Reply-To that is there', () => {
    expect(rewritten('Reply-To: x@y\r\nfrom: a@b.test\r\n\r\n')).toBe(
      'Reply-To: x@y\r\nFrom: <us@provider.test>\r\n\r\n',
    );
  });

  test('is not written twice: a mail that comes from that address stays as it is', () => {
    const header = 'From: "Anna" <US@Provider.test>\r\nReply-To: a@b\r\n\r\n';
    expect(rewritten(header)).not.toContain('<us@provider.test>');
    const once = rewritten('From: Anna <anna@demo.test>\r\n\r\n');
    expect(rewritten(once)).toBe(once);
  });

  test('RFC 5322 §3.6: of several From fields one is left', () => {
    expect(rewritten('From: a@b.test\r\nX: 1\r\nFrom: c@d.test\r\n\r\n')).toBe(
      'From: <us@provider.test>\r\nReply-To: a@b.test\r\nX: 1\r\n\r\n',
    );
  });

  test('without From one is added', () => {
    expect(rewritten('Subject: x\r\n\r\n')).toBe('From: <us@provider.test>\r\nSubject: x\r\n\r\n');
  });

  test('names keep their letters: encoded words stay, raw letters are encoded, quotes are escaped', () => {
    expect(rewritten('From: =?utf-8?B?0JDQvdC90LA=?= <a@b.test>\r\n\r\n')).toContain(
      'From: =?UTF-8?B?0JDQvdC90LA=?= <us@provider.test>',
    );
    expect(rewritten(`From: ${Buffer.from('Анна').toString('latin1')} <a@b.test>\r\n\r\n`)).toContain(
      '=?UTF-8?B?0JDQvdC90LA=?=',
    );
    expect(rewritten('From: "A \\"B\\" C" <a@b.test>\r\n\r\n')).toContain(
      'From: "A \\"B\\" C" <us@provider.test>',
    );
  });

  test('whatever From holds, there is one From with the address in the end, and no field is lost', () => {
    const value = fc.string({ maxLength: 80 }).map((text) => text.replace(/[\r\n]/g, ' '));
    fc.assert(
      fc.property(value, (from) => {
        const header = `Subject: s\r\nFrom: ${from}\r\nTo: t@u\r\n\r\n`;
        const fields = parseHeaderFields(rewriteSender(Buffer.from(header), us));
        const authors = fields.filter(({ lower }) => lower === 'from');
        expect(authors).toHaveLength(1);
        expect(authors[0]?.value.endsWith('<us@provider.test>')).toBe(true);
        expect(fields.filter(({ lower }) => lower === 'subject' || lower === 'to')).toHaveLength(2);
      }),
    );
  });
});
