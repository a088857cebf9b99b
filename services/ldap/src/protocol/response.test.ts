import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BerWriter } from '../ber/writer.ts';
import { entryMessage, writtenOnce } from './response.ts';

const name = fc.constantFrom('cn', 'mail', 'objectClass', 'facsimileTelephoneNumber');
const text = fc.string({ unit: 'grapheme', maxLength: 300 });
const values = fc.oneof(
  fc.array(text, { maxLength: 4 }),
  fc.uint8Array({ maxLength: 300 }).map((octets) => [Buffer.from(octets)]),
  fc.array(text, { maxLength: 3 }).map((list) => writtenOnce(list)),
);

test('RFC 4511 §4.5.2: an entry is written as one by one, whatever of it is kept written', () => {
  const attributes = fc.array(fc.record({ name, values }), { maxLength: 5 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 - 1 }), text, attributes, (messageId, dn, list) => {
      const writer = new BerWriter();
      writer.sequence(() => {
        writer.integer(messageId).parts(0x64, () => {
          writer.string(dn).sequence(() => {
            for (const one of list) {
              writer.sequence(() => {
                writer.string(one.name).parts(0x31, () => {
                  for (const value of one.values) writer.string(value);
                });
              });
            }
          });
        });
      });
      expect(entryMessage(messageId, { dn, attributes: list })).toBe(writer.latin1);
    }),
  );
});
