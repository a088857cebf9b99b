// The header of a record, against what can stand in its place.
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RECORD_HEADER_LENGTH, readRecordHeader, writeRecordHeader } from './record.ts';

const header = {
  blobId: '0190a5f0-1c2d-7e3f-8a4b-5c6d7e8f9a0b',
  length: 4096,
  sha256: createHash('sha256').update('x').digest(),
};

function written(): Buffer {
  const bytes = Buffer.alloc(RECORD_HEADER_LENGTH);
  writeRecordHeader(bytes, 0, header);
  return bytes;
}

describe('a header', () => {
  test('is read as it was written, lengths beyond 4 GiB as well', () => {
    const ids = fc.uuid();
    const lengths = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    const hashes = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(ids, lengths, hashes, fc.nat(100), (blobId, length, sha256, at) => {
        const bytes = Buffer.alloc(at + RECORD_HEADER_LENGTH);
        writeRecordHeader(bytes, at, { blobId, length, sha256: Buffer.from(sha256) });
        expect(readRecordHeader(bytes.subarray(at))).toEqual({ blobId, length, sha256: Buffer.from(sha256) });
      }),
    );
  });

  test('with any bit changed is none', () => {
    for (let bit = 0; bit < RECORD_HEADER_LENGTH * 8; bit++) {
      const bytes = written();
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(readRecordHeader(bytes)).toBeNull();
    }
  });

  test('cut short, zeros and foreign bytes are none', () => {
    for (let length = 0; length < RECORD_HEADER_LENGTH; length++) {
      expect(readRecordHeader(written().subarray(0, length))).toBeNull();
    }
    expect(readRecordHeader(Buffer.alloc(4096))).toBeNull();
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        (bytes) => readRecordHeader(Buffer.from(bytes)) === null,
      ),
    );
  });

  test('is not written for what is no UUID or no SHA-256', () => {
    const bytes = Buffer.alloc(RECORD_HEADER_LENGTH);
    for (const blobId of ['', 'x', header.blobId.toUpperCase(), `${header.blobId}0`]) {
      expect(() => writeRecordHeader(bytes, 0, { ...header, blobId })).toThrow('is not a UUID');
    }
    expect(() => writeRecordHeader(bytes, 0, { ...header, sha256: Buffer.alloc(20) })).toThrow('20 bytes');
  });
});
