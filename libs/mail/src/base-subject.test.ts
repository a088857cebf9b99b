import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { baseSubject } from './base-subject.ts';

describe('RFC 5256 §2.1: what replies and forwards put around a subject is taken off', () => {
  test.each([
    ['hello', 'hello', false],
    ['Re: hello', 'hello', true],
    ['RE:  re: Fwd: hello', 'hello', true],
    ['Fw : hello (fwd) (FWD)', 'hello', true],
    ['hello (fwd)', 'hello', true],
    ['Re[2]: hello', 'hello', true],
    ['[list] Re: [other] hello', 'hello', true],
    ['[list] hello', 'hello', false],
    ['[list]', '[list]', false],
    ['Re: [list]', '[list]', true],
    ['[fwd: hello]', 'hello', true],
    ['[Fwd: Re: [list] hello (fwd)]', 'hello', true],
    ['regards: hello', 'regards: hello', false],
    ['re', 're', false],
    ['Re:', '', true],
    ['  two\t\twords ', 'two words', false],
    ['[open hello', '[open hello', false],
    ['=?utf-8?B?UmU6INCf0YDQuNCy0LXRgg==?=', 'Привет', true],
  ])('%s', (subject, text, isReply) => {
    expect(baseSubject(subject)).toEqual({ text, isReply });
  });

  test('a base subject is its own base, and hostile ones come to an end', () => {
    // A Subject field is octets.
    const octets = (text: string): string => Buffer.from(text).toString('latin1');
    const piece = fc.constantFrom('Re:', 'fwd', '[', ']', 'x', ' ', '(fwd)', '[fwd:', ':', '\t', 'é');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const { text } = baseSubject(octets(pieces.join('')));
        expect(baseSubject(octets(text)).text).toBe(text);
      }),
    );
    for (const hostile of ['[]', '[x', 'Re:', '(fwd)', '[fwd:']) baseSubject(hostile.repeat(100_000));
  });
});
