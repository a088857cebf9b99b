import { VolumeError } from '@pochtar/store/blob';
import { expect, test } from 'vitest';
import { BrokenMail, isTransient } from './transient.ts';

test.each([
  new VolumeError('the disk is full'),
  Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
  new Error('Connection terminated unexpectedly'),
  new Error('timeout exceeded when trying to connect'),
])('%s: trying again may help', (error) => expect(isTransient(error)).toBe(true));

test.each([
  new TypeError('x is undefined'),
  new BrokenMail('no content'),
  new Error('anything else'),
  'text',
  null,
])('%s: it does not', (error) => expect(isTransient(error)).toBe(false));
