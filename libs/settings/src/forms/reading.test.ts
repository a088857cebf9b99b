import { expect, test } from 'vitest';
import { days, mailsPerHour, megabytes, milliseconds, minutes, seconds } from '../units.ts';
import { readingOf } from './reading.ts';

test.each([
  [5760, minutes, '4 сут', '4 d'],
  [195, minutes, '3 ч 15 мин', '3 h 15 min'],
  [1500, minutes, '1 сут 1 ч', '1 d 1 h'],
  [3600, seconds, '1 ч', '1 h'],
  [5000, milliseconds, '5 с', '5 s'],
  [1536, megabytes, '1,5 Гб', '1.5 GB'],
])('%i %j reads %s, %s', (value, unit, ru, en) => {
  expect(readingOf(value, unit)).toEqual({ ru, en });
});

test.each([
  [30, minutes],
  [0, minutes],
  [14, days],
  [50, megabytes],
  [500, milliseconds],
  [1500, milliseconds],
  [60, mailsPerHour],
  [60, undefined],
  [Number.NaN, minutes],
  [-5, minutes],
])('%d %j says nothing new', (value, unit) => {
  expect(readingOf(value, unit)).toBeUndefined();
});
