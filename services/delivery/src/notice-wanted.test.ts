import { expect, test } from 'vitest';
import { isNoticeWanted } from './notice-wanted.ts';

const kinds = ['failed', 'delayed', 'delivered', 'relayed', 'expanded'] as const;
const told = (reversePath: string, notify: string | null): string[] =>
  kinds.filter((kind) => isNoticeWanted(kind, reversePath, notify));

test.each([
  [null, ['failed', 'delayed']],
  ['NEVER', []],
  ['FAILURE', ['failed']],
  ['DELAY', ['delayed']],
  ['SUCCESS', ['delivered', 'relayed', 'expanded']],
  ['SUCCESS,FAILURE,DELAY', kinds],
])('RFC 3461 §4.1: NOTIFY=%s', (notify, expected) => {
  expect(told('a@b.test', notify)).toEqual(expected);
});

test('RFC 5321 §4.5.5: nobody is told of a mail with the null reverse path', () => {
  for (const notify of [null, 'SUCCESS,FAILURE,DELAY']) expect(told('', notify)).toEqual([]);
});
