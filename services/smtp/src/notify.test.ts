import { expect, test } from 'vitest';
import { notifyOf } from './notify.ts';

test.each([
  [null, null],
  ['NEVER', 'NEVER'],
  ['SUCCESS', 'NEVER'],
  ['SUCCESS,FAILURE', 'FAILURE'],
  ['SUCCESS,FAILURE,DELAY', 'FAILURE,DELAY'],
  ['FAILURE,DELAY', 'FAILURE,DELAY'],
])(
  'RFC 3461 §4.1: NOTIFY=%s is kept as %s where success is not told, and whole where it is',
  (given, kept) => {
    expect(notifyOf(given, false)).toBe(kept);
    expect(notifyOf(given, true)).toBe(given);
  },
);
