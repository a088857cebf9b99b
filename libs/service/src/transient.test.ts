import { BlobMissing, VolumeError } from '@pochtar/store/blob';
import { TransactionAborted } from '@pochtar/store/db';
import { expect, test } from 'vitest';
import { isTransient } from './transient.ts';

const named = (name: string): Error => Object.assign(new Error('x'), { name });
const coded = (code: string): Error => Object.assign(new Error('x'), { code });

test.each([
  new VolumeError('the disk is full'),
  new TransactionAborted('rolled back'),
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EAI_AGAIN', 'ERR_STREAM_DESTROYED'].map(coded),
  new Error('Connection terminated unexpectedly'),
  new Error('Connection terminated due to connection timeout'),
  new Error('timeout exceeded when trying to connect'),
  new Error('Client has encountered a connection error and is not queryable'),
  ...['TimeoutError', 'NoResponders', 'DrainingConnectionError', 'JetStreamNotEnabled'].map(named),
])('%s: trying again may help', (error) => expect(isTransient(error)).toBe(true));

test.each([
  new TypeError('x is undefined'),
  coded('ERR_INVALID_ARG_TYPE'),
  new BlobMissing('nowhere'),
  new Error('anything else'),
  'text',
  null,
])('%s: it does not', (error) => expect(isTransient(error)).toBe(false));
