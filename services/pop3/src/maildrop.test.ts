import { expect, test } from 'vitest';
import { Maildrop } from './maildrop.ts';

function maildrop(): Maildrop {
  return new Maildrop({
    mailboxId: 7,
    uidValidity: 1_764_000_000,
    uids: Uint32Array.from([3, 5, 4_294_967_295]),
    sizes: Float64Array.from([100, 5_000_000_000, 1]),
  });
}

test('messages are numbered from 1 in the order of their UIDs', () => {
  expect([...maildrop().messages()].map(({ number, uid }) => [number, uid])).toEqual([
    [1, 3],
    [2, 5],
    [3, 4_294_967_295],
  ]);
  expect(maildrop().octets).toBe(5_000_000_101);
  for (const number of [0, 4, -1, 1.5, Number.NaN]) expect(maildrop().message(number)).toBeNull();
});

test('a deleted message is counted no more, keeps its number, and comes back with RSET', () => {
  const drop = maildrop();
  const second = drop.message(2);
  if (second === null) throw new Error('there is no message 2');
  drop.delete(second);
  expect([drop.count, drop.octets, drop.total]).toEqual([2, 101, 3]);
  expect(drop.message(2)).toBeNull();
  expect(drop.message(3)?.uid).toBe(4_294_967_295);
  expect(drop.deletedUids()).toEqual([5]);
  drop.keepAll();
  expect([drop.count, drop.octets, drop.deletedUids()]).toEqual([3, 5_000_000_101, []]);
});

test('UIDs of what is deleted are ascending, whatever the order of the DELEs', () => {
  const drop = maildrop();
  for (const number of [3, 1]) drop.delete(drop.message(number) ?? { number: 0, uid: 0, size: 0 });
  expect(drop.deletedUids()).toEqual([3, 4_294_967_295]);
});

test('RFC 1939 §7: a unique-id is 1 to 70 characters of 0x21 to 0x7E', () => {
  const drop = maildrop();
  for (const message of drop.messages()) expect(drop.uniqueId(message)).toMatch(/^[\x21-\x7e]{1,70}$/);
});

test('an account without INBOX has an empty maildrop', () => {
  const drop = new Maildrop(null);
  expect([drop.count, drop.octets, drop.mailboxId]).toEqual([0, 0, null]);
});
