import type { Mailbox } from '@pochtar/store/mailbox';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SelectedMailbox } from './selected-mailbox.ts';
import { parseSequenceSet } from './syntax/sequence-set.ts';

function selected(uids: readonly number[]): SelectedMailbox {
  const mailbox: Mailbox = {
    id: 1,
    accountId: 1,
    name: 'INBOX',
    uidValidity: 1,
    uidNext: 1000,
    modSeq: 1,
    exists: uids.length,
    unseen: 0,
    bytes: 0,
    recentUid: 1,
    specialUse: null,
    expungedFloor: 0,
    usedKeywords: [],
  };
  return new SelectedMailbox(mailbox, Uint32Array.from(uids), { isReadOnly: false, recentFrom: 5 });
}

describe('RFC 9051 §9: what a set names', () => {
  const mailbox = selected([2, 5, 9]);
  test.each<[string, boolean, number[] | null]>([
    ['1', false, [2]],
    ['2:3', false, [5, 9]],
    ['*', false, [9]],
    ['2:*', false, [5, 9]],
    ['7:*', false, [9]],
    ['3,1', false, [2, 9]],
    ['4', false, null],
    ['1:4', false, null],
    ['1', true, []],
    ['1:5', true, [2, 5]],
    ['6:*', true, [9]],
    ['100:*', true, [9]],
    ['100:200', true, []],
    ['1:4294967295', true, [2, 5, 9]],
    ['9,2', true, [2, 9]],
  ])('%s, by UID: %s', (text, isUid, uids) => {
    const found = mailbox.uidsOf(parseSequenceSet(text), isUid);
    expect(found === null ? null : [...found]).toEqual(uids);
  });

  test('nothing is in an empty mailbox; 1:* is no error there, 1 is', () => {
    const empty = selected([]);
    expect(empty.uidsOf(parseSequenceSet('1:*'), false)).toHaveLength(0);
    expect(empty.uidsOf(parseSequenceSet('*'), true)).toHaveLength(0);
    expect(empty.uidsOf(parseSequenceSet('1'), false)).toBeNull();
  });
});

test('RFC 3501 §2.3.2: how many are recent', () => {
  expect(selected([2, 5, 9]).recentCount).toBe(2);
});

test('RFC 3501 §2.3.2: what is claimed later joins what is recent, what another session claims does not', () => {
  const mailbox = selected([2, 5, 999, 1000, 1003, 1004]);
  mailbox.addRecent(1003, 1003);
  mailbox.addRecent(1004, 1004);
  mailbox.addRecent(1005, 1004);
  expect([...mailbox.uids].filter((uid) => mailbox.isRecent(uid))).toEqual([5, 999, 1003, 1004]);
  expect(mailbox.recentCount).toBe(4);
});

describe('RFC 7162 §6: from where a client may resume', () => {
  test('nothing is said while nothing is missing', () => {
    const mailbox = selected([2, 5]);
    mailbox.noteOwn(2);
    mailbox.noteTold(2);
    expect([mailbox.resumeModSeq, mailbox.isDirty]).toEqual([null, false]);
  });

  test('a MODSEQ beyond what is known asks for a look, and is not to be relied on before', () => {
    const mailbox = selected([2, 5]);
    mailbox.noteTold(4);
    expect([mailbox.resumeModSeq, mailbox.isDirty]).toEqual([1, true]);
    mailbox.modSeq = 4;
    expect(mailbox.resumeModSeq).toBeNull();
  });

  test('below the first expunge that waits, once something above it was told', () => {
    const mailbox = selected([2, 5]);
    mailbox.modSeq = 9;
    mailbox.gone.set(2, 7).set(5, 5);
    mailbox.noteTold(4);
    expect(mailbox.resumeModSeq).toBeNull();
    mailbox.noteTold(8);
    expect(mailbox.resumeModSeq).toBe(4);
    mailbox.removeGone();
    expect(mailbox.resumeModSeq).toBeNull();
  });
});

test('keywords are told once, in any case', () => {
  const mailbox = selected([]);
  expect(mailbox.meetKeywords('$Forwarded new')).toBe(true);
  expect(mailbox.meetKeywords('NEW $forwarded')).toBe(false);
  expect(mailbox.meetKeywords('')).toBe(false);
});

test('numbers told of expunges lead a client to what is left, whatever came and went', () => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ remove: fc.array(fc.nat({ max: 40 }), { maxLength: 5 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const mailbox = selected([1, 2, 3]);
      let believed = [1, 2, 3];
      let next = 4;
      for (const each of steps) {
        if ('add' in each) {
          const uids = Array.from({ length: each.add }, () => next++);
          mailbox.append(uids);
          believed = [...believed, ...uids];
        } else {
          for (const uid of each.remove) mailbox.gone.set(uid, 2);
          const { numbers, uids } = mailbox.removeGone();
          expect(uids).toEqual(believed.filter((uid) => each.remove.includes(uid)));
          for (const number of numbers) believed.splice(number - 1, 1);
        }
        expect([...mailbox.uids]).toEqual(believed);
        expect(believed.every((uid, index) => mailbox.indexOf(uid) === index)).toBe(true);
      }
    }),
  );
});
