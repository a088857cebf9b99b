// Signatures turned on their side say the same as they did.
import { ROW, SIGNATURE_BITS } from '@pochtar/mail/search';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Block,
  joinBlocks,
  makeBlock,
  mayBeMeant,
  type Narrowing,
  type SignedMessage,
  sliceWidth,
} from './block.ts';

const row = fc.record({
  kinds: fc.constantFrom(ROW.header, ROW.body, ROW.header | ROW.body, ROW.always),
  bits: fc
    .uniqueArray(fc.integer({ min: 0, max: 7 }), { maxLength: 8 })
    .map((bits) => Uint16Array.from(bits)),
});
const messages = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.array(row, { maxLength: 4 })), {
    minLength: 1,
    maxLength: 30,
  })
  .map((all) => {
    let uid = 0;
    return all.map(([step, rows]): SignedMessage => ({ uid: (uid += step), rows }));
  });
const text = fc.record({
  kind: fc.constant('text' as const),
  kinds: fc.constantFrom(ROW.header, ROW.body, ROW.header | ROW.body),
  slices: fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 4 }),
});
const narrowing = fc.record({
  kind: fc.constantFrom('all' as const, 'some' as const),
  of: fc.array(text, { minLength: 1, maxLength: 3 }),
});

/** What a search reads: the slices of the bits 0 to 7. */
function read(block: Block): Block {
  return { ...block, slices: block.slices.subarray(0, 8 * sliceWidth(block.rowKinds)) };
}

function isMeant({ rows }: SignedMessage, asked: Narrowing): boolean {
  if (asked.kind !== 'text') {
    const isTrue = (each: Narrowing): boolean => isMeant({ uid: 0, rows }, each);
    return asked.kind === 'all' ? asked.of.every(isTrue) : asked.of.some(isTrue);
  }
  return rows.some(
    ({ kinds, bits }) =>
      (kinds & ROW.always) !== 0 ||
      ((kinds & asked.kinds) !== 0 && asked.slices.every((bit) => bits.includes(bit))),
  );
}

describe('a block', () => {
  test('lets through the messages whose rows have all bits, alone and joined to others', () => {
    fc.assert(
      fc.property(fc.array(messages, { minLength: 1, maxLength: 3 }), narrowing, (groups, asked) => {
        let before = 0;
        const blocks: Block[] = [];
        const all: SignedMessage[] = [];
        for (const group of groups) {
          const own = group.map(({ uid, rows }) => ({ uid: before + uid, rows }));
          const last = own.at(-1)?.uid ?? 0;
          blocks.push(makeBlock(before + 1, last, own));
          all.push(...own);
          before = last;
        }
        const joined = joinBlocks(blocks);
        expect(joined.slices).toHaveLength(SIGNATURE_BITS * sliceWidth(joined.rowKinds));
        const wanted = all.filter((message) => isMeant(message, asked)).map(({ uid }) => uid);
        expect(mayBeMeant(read(joined), 8, asked)).toEqual(wanted);
        expect(blocks.flatMap((block) => mayBeMeant(read(block), 8, asked))).toEqual(wanted);
      }),
      { numRuns: 60 },
    );
  });

  test('tells nothing when slices are missing or messages and rows do not agree', () => {
    const block = read(
      makeBlock(
        1,
        2,
        [1, 2].map((uid) => ({ uid, rows: [{ kinds: ROW.body, bits: Uint16Array.of(3) }] })),
      ),
    );
    const asked: Narrowing = { kind: 'text', kinds: ROW.body, slices: [3] };
    expect(mayBeMeant(block, 8, asked)).toEqual([1, 2]);
    expect(mayBeMeant({ ...block, slices: block.slices.subarray(1) }, 8, asked)).toBeNull();
    expect(mayBeMeant({ ...block, uids: Buffer.alloc(0) }, 8, asked)).toBeNull();
    expect(mayBeMeant({ ...block, rowKinds: block.rowKinds.subarray(0, 0) }, 8, asked)).toBeNull();
  });
});
