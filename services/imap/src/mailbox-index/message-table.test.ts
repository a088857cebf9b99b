import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MessageColumns } from '@pochtar/store/mailbox';
import { MessageTable } from './message-table.ts';

interface Row {
  uid: number;
  flags: number;
  keywords: string;
}

function columnsOf(rows: readonly Row[]): MessageColumns {
  const keywords = rows.flatMap((row, at) => (row.keywords === '' ? [] : [[at, row.keywords] as const]));
  const contentIds = new Uint8Array(16 * rows.length);
  for (const [at, { uid }] of rows.entries()) contentIds.fill(uid % 251, 16 * at, 16 * at + 16);
  return {
    count: rows.length,
    uids: Uint32Array.from(rows, ({ uid }) => uid),
    flags: Uint8Array.from(rows, ({ flags }) => flags),
    modSeqs: Float64Array.from(rows, ({ uid }) => 1000 + uid),
    internalDates: Float64Array.from(rows, ({ uid }) => 2000 + uid),
    sizes: Float64Array.from(rows, ({ uid }) => 3000 + uid),
    contentIds,
    keywords: new Map(keywords),
  };
}

function contentIdOf(uid: number): string {
  const octet = (uid % 251).toString(16).padStart(2, '0');
  return [4, 2, 2, 2, 6].map((length) => octet.repeat(length)).join('-');
}

type Step =
  | { kind: 'append'; flags: number[] }
  | { kind: 'remove'; places: number[] }
  | { kind: 'flag'; place: number; flags: number; keywords: string };

const flags = fc.integer({ min: 0, max: 31 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), flags: fc.array(flags, { maxLength: 20 }) }),
  fc.record({ kind: fc.constant('remove' as const), places: fc.array(fc.nat(60), { maxLength: 8 }) }),
  fc.record({
    kind: fc.constant('flag' as const),
    place: fc.nat(60),
    flags,
    keywords: fc.constantFrom('', 'a', 'a b'),
  }),
);

test('whatever comes, goes and changes, the columns are those of the messages that are there', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const table = new MessageTable();
      let model: Row[] = [];
      let nextUid = 1;
      for (const each of steps) {
        if (each.kind === 'append') {
          const rows = each.flags.map((bits, at) => ({
            uid: nextUid + 2 * at,
            flags: bits,
            keywords: at % 3 ? '' : 'k',
          }));
          table.append(columnsOf(rows), Number.POSITIVE_INFINITY);
          model.push(...rows);
          nextUid += 2 * rows.length;
        } else if (each.kind === 'remove') {
          const gone = each.places.map((place) => 2 * place + 1);
          table.remove(gone);
          model = model.filter(({ uid }) => !gone.includes(uid));
        } else {
          const at = table.find(2 * each.place + 1);
          if (at < 0) continue;
          table.setFlags(at, each.flags, each.keywords, 7);
          Object.assign(model[at] as Row, { flags: each.flags, keywords: each.keywords });
        }
      }
      expect([...table.uids]).toEqual(model.map(({ uid }) => uid));
      for (const [at, row] of model.entries()) {
        expect(table.find(row.uid, at)).toBe(at);
        expect([table.flagsAt(at), table.keywordsAt(at)]).toEqual([row.flags, row.keywords]);
        expect([table.dateAt(at), table.sizeAt(at)]).toEqual([2000 + row.uid, 3000 + row.uid]);
        expect(table.contentIdAt(at)).toBe(contentIdOf(row.uid));
      }
      expect(table.find(nextUid)).toBe(-1);
    }),
  );
});

test('an array of UIDs that somebody holds never changes', () => {
  const table = new MessageTable();
  const rows = (from: number, count: number): MessageColumns =>
    columnsOf(Array.from({ length: count }, (_, at) => ({ uid: from + at, flags: 0, keywords: '' })));
  table.append(rows(1, 10), 11);
  const held = table.uids;
  table.append(rows(11, 3), 14);
  table.remove([2, 12]);
  table.append(rows(14, 20), 34);
  expect([...held]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test('what lies before the end, or at UIDNEXT and behind it, is not appended', () => {
  const table = new MessageTable();
  const rows = columnsOf([1, 2, 3, 4, 5].map((uid) => ({ uid, flags: 0, keywords: 'k' })));
  table.append(rows, 3);
  table.append(rows, 5);
  expect([...table.uids]).toEqual([1, 2, 3, 4]);
  expect(table.sizeAt(3)).toBe(3004);
});

test('where a body lies is kept until it is forgotten, and moves with its message', () => {
  const table = new MessageTable();
  table.append(columnsOf([1, 2, 3].map((uid) => ({ uid, flags: 0, keywords: '' }))), 4);
  const location = { id: '', packId: 'p', offset: 64, headerLength: 20, prefix: null, removed: null };
  table.setBody(1, { ...location, length: 3002 });
  table.setBody(2, { ...location, length: 2000, prefix: Buffer.from('A: b\r\n') });
  expect(table.bodyAt(0)).toBeNull();
  table.remove([1]);
  expect(table.bodyAt(0)).toEqual({
    stored: { blob: { packId: 'p', offset: 64, length: 3002 }, prefix: null, removed: null },
    headerLength: 20,
  });
  expect(table.bodyAt(1)?.stored).toMatchObject({ blob: { length: 2000 }, prefix: Buffer.from('A: b\r\n') });
  table.forgetBodies();
  expect([table.bodyAt(0), table.bodyAt(1)]).toEqual([null, null]);
});
