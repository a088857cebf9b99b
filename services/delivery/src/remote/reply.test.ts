import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failureOf, isTooManyRecipients, parseReply } from './reply.ts';

describe('replies', () => {
  test.each([
    ['250 2.0.0 ok', 250, '2.0.0'],
    ['550-5.1.1 no\n550 5.1.1 such user', 550, '5.1.1'],
    ['451 try later', 451, null],
    ['550 5.1.1', 550, '5.1.1'],
    ['550', 550, null],
    ['55', 0, null],
    ['999 what', 0, null],
    ['', 0, null],
  ])('%j', (text, code, enhanced) => {
    expect(parseReply(text)).toMatchObject({ code, enhanced });
  });

  test('RFC 5321 §4.2.1: the first digit decides; what is no reply is for now', () => {
    expect(failureOf(parseReply('550 5.1.1 no'), 'h')).toMatchObject({ kind: 'failed', status: '5.1.1' });
    expect(failureOf(parseReply('450 4.2.0 no'), 'h')).toMatchObject({ kind: 'deferred', status: '4.2.0' });
    expect(failureOf(parseReply('354 what'), 'h')).toMatchObject({ kind: 'deferred', status: '4.0.0' });
    expect(failureOf(parseReply(''), 'h')).toMatchObject({ kind: 'deferred', status: '4.0.0' });
  });

  test('an enhanced code of another class is not believed', () => {
    expect(failureOf(parseReply('550 4.7.1 no'), 'h')).toMatchObject({ kind: 'failed', status: '5.0.0' });
  });

  test('§4.5.3.1.10: 452, and a 552 that does not speak of size', () => {
    expect(isTooManyRecipients(parseReply('452 4.5.3 too many'))).toBe(true);
    expect(isTooManyRecipients(parseReply('552 too many'))).toBe(true);
    expect(isTooManyRecipients(parseReply('552 5.3.4 too large'))).toBe(false);
    expect(isTooManyRecipients(parseReply('450 4.5.3 x'))).toBe(false);
  });

  test('whatever comes, reading it ends, bounded', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 3000 }), (text) => {
        const reply = parseReply(text);
        expect(reply.text.length).toBeLessThanOrEqual(1000);
        expect(failureOf(reply, 'h').status).toMatch(/^[45]\.\d+\.\d+$/);
      }),
    );
  });
});
