import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryFilter } from '../../tests/arbitrary-filter.ts';
import { bindMessage, message, searchMessage, writeFilter } from '../../tests/encode-request.ts';
import { MalformedBer } from '../ber/malformed.ts';
import { BerReader } from '../ber/reader.ts';
import { BerWriter } from '../ber/writer.ts';
import { type Filter, readFilter } from './filter.ts';
import { type Envelope, readEnvelope } from './message.ts';
import { readRequest } from './request.ts';
import { Refused } from './result.ts';

function envelopeOf(octets: Buffer): Envelope {
  return readEnvelope(new BerReader(octets).content(0x30));
}

function encoded(filter: Filter): BerReader {
  const writer = new BerWriter();
  writeFilter(writer, filter);
  return new BerReader(writer.octets);
}

test('a filter of any kind is read as it was written', () => {
  fc.assert(
    fc.property(arbitraryFilter, (filter) => {
      expect(readFilter(encoded(filter))).toEqual(filter);
    }),
  );
});

describe('a filter is bounded', () => {
  const nested = (depth: number): Buffer => {
    const pieces: Buffer[] = [Buffer.from([0x87, 0x01, 0x61])];
    let length = 3;
    for (let level = 0; level < depth; level++) {
      const header = Buffer.from([0xa2, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff]);
      pieces.push(header);
      length += header.length;
    }
    return Buffer.concat(pieces.toReversed());
  };

  test('20,000 levels are refused, and not followed', () => {
    expect(() => readFilter(new BerReader(nested(20_000)))).toThrow(Refused);
  });

  test('30 levels are read', () => {
    expect(readFilter(new BerReader(nested(30)))).toMatchObject({ kind: 'not' });
  });

  test('more than 512 parts are refused', () => {
    const part: Filter = { kind: 'present', attribute: 'a' };
    const wide = (count: number): Filter => ({
      kind: 'or',
      parts: Array.from({ length: count }, () => part),
    });
    expect(readFilter(encoded(wide(500)))).toEqual(wide(500));
    expect(() => readFilter(encoded(wide(600)))).toThrow(Refused);
  });
});

describe('requests', () => {
  test('RFC 4511 §4.2: a bind', () => {
    const { messageId, tag, content } = envelopeOf(bindMessage(7, 'cn=Иван', 'секрет'));
    expect(messageId).toBe(7);
    expect(readRequest(tag, content)).toEqual({
      kind: 'bind',
      version: 3,
      name: 'cn=Иван',
      credentials: { kind: 'simple', password: 'секрет' },
    });
  });

  test('RFC 4511 §4.5.1: a search with a control', () => {
    const controls = [{ oid: '1.2.3', isCritical: true, value: Buffer.from('v') }];
    const fields = {
      base: 'dc=a',
      scope: 1,
      sizeLimit: 10,
      timeLimit: 5,
      typesOnly: true,
      attributes: ['cn', 'mail'],
    };
    const envelope = envelopeOf(searchMessage(2, fields, controls));
    expect(envelope.controls).toEqual(controls);
    expect(readRequest(envelope.tag, envelope.content)).toMatchObject({
      ...fields,
      kind: 'search',
      scope: 'one',
    });
  });

  test('RFC 4511 §4.1.1.1: the number 0 is not for requests', () => {
    expect(() => envelopeOf(bindMessage(0, '', ''))).toThrow(MalformedBer);
  });

  test('RFC 4511 §4.1.1: an operation that is none is refused', () => {
    const { tag, content } = envelopeOf(message(1, (writer) => void writer.string('x', 0x5d)));
    expect(() => readRequest(tag, content)).toThrow(MalformedBer);
  });

  test('a mutated request is read, refused or malformed: nothing else happens', () => {
    const whole = searchMessage(1, {
      base: 'ou=people,dc=pochtar,dc=local',
      filter: {
        kind: 'and',
        parts: [
          { kind: 'present', attribute: 'mail' },
          { kind: 'substrings', attribute: 'cn', initial: 'а', any: ['b'], final: 'c' },
          { kind: 'extensible', rule: 'caseIgnoreMatch', attribute: 'cn', value: 'x', dnAttributes: true },
        ],
      },
      attributes: ['cn', 'mail'],
    });
    const change = fc.record({ at: fc.nat({ max: whole.length - 1 }), to: fc.nat({ max: 255 }) });
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.nat({ max: whole.length }),
        (changes, cut) => {
          const octets = Buffer.from(whole.subarray(0, whole.length - (cut % 4)));
          for (const { at, to } of changes) if (at < octets.length) octets[at] = to;
          try {
            const { tag, content } = envelopeOf(octets);
            readRequest(tag, content);
          } catch (error) {
            expect(error instanceof MalformedBer || error instanceof Refused).toBe(true);
          }
        },
      ),
      { numRuns: 20_000, interruptAfterTimeLimit: 2000 },
    );
  });
});
