// The record: one body in a pack, behind a header that describes it.
//
// A pack is a plain sequence of records, so that it can be verified, and its bodies found again, without
// Postgres. The header carries a CRC of itself: a torn or zero-filled place is never taken for a record.
//
//   0  magic "PtrR"   4  version (u16)   6  header length (u16)   8  blob id (16 bytes)
//  24  body length (u64)   32  SHA-256 of the body   64  CRC-32 of the bytes before it (u32)
import { crc32 } from 'node:zlib';

const MAGIC = 0x50747252;
const VERSION = 1;
const CRC_AT = 64;

/** Bytes of a record in front of its body. */
export const RECORD_HEADER_LENGTH = 68;

export interface RecordHeader {
  blobId: string;
  /** Bytes of the body. */
  length: number;
  sha256: Buffer;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Throws `TypeError` when the id is no UUID in small letters or the hash has a wrong length. */
export function checkRecordHeader({ blobId, sha256 }: RecordHeader): void {
  if (!UUID.test(blobId))
    throw new TypeError(`blob id ${JSON.stringify(blobId)} is not a UUID in small letters`);
  if (sha256.length !== 32) throw new TypeError(`sha256 has ${sha256.length} bytes; 32 are needed`);
}

/** Writes the header at `at`; throws as `checkRecordHeader`. */
export function writeRecordHeader(target: Buffer, at: number, header: RecordHeader): void {
  checkRecordHeader(header);
  const { blobId, length, sha256 } = header;
  target.writeUInt32BE(MAGIC, at);
  target.writeUInt16BE(VERSION, at + 4);
  target.writeUInt16BE(RECORD_HEADER_LENGTH, at + 6);
  target.write(blobId.replaceAll('-', ''), at + 8, 'hex');
  target.writeUInt32BE(Math.floor(length / 0x1_0000_0000), at + 24);
  target.writeUInt32BE(length % 0x1_0000_0000, at + 28);
  sha256.copy(target, at + 32);
  target.writeUInt32BE(crc32(target.subarray(at, at + CRC_AT)), at + CRC_AT);
}

/** The header at the start of `bytes`, or null when no whole header of this version stands there. */
export function readRecordHeader(bytes: Buffer): RecordHeader | null {
  if (bytes.length < RECORD_HEADER_LENGTH || bytes.readUInt32BE(0) !== MAGIC) return null;
  if (bytes.readUInt16BE(4) !== VERSION || bytes.readUInt16BE(6) !== RECORD_HEADER_LENGTH) return null;
  if (bytes.readUInt32BE(CRC_AT) !== crc32(bytes.subarray(0, CRC_AT))) return null;
  const length = bytes.readUInt32BE(24) * 0x1_0000_0000 + bytes.readUInt32BE(28);
  if (!Number.isSafeInteger(length)) return null;
  const hex = bytes.toString('hex', 8, 24);
  const blobId = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
  return { blobId, length, sha256: Buffer.from(bytes.subarray(32, CRC_AT)) };
}
