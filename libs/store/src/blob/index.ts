// Bodies in packs on volumes: the only code that knows how a body is stored.
export {
  type BlobStore,
  type BlobStoreOptions,
  MAX_SHARED_BODY_BYTES,
  openBlobStore,
} from './blob-store.ts';
export {
  type Collected,
  collectDead,
  markEmptyPacks,
  type PackUsage,
  packUsage,
  removeEmptyPacks,
} from './dead.ts';
export { type BodyReads, JoinedReads, readTogether } from './joined-reads.ts';
export { findOrphanPacks, type OrphanSearch, type SealOutcome, sealOrphanPack } from './orphan-pack.ts';
export { ensureFirstVolume, markFirstVolume, type NewVolume } from './first-volume.ts';
export { BlobMissing, type ByteRange, MAX_READ_BYTES, partOf } from './pack-reader.ts';
export { type BlobReference, BlobWriteError, type Flush } from './pack-writer.ts';
export { readRecords, type StoredRecord, type VerifiedPack, verifyPack } from './verify-pack.ts';
export { PackMissing, type StoredPack, type Volume, VolumeError } from './volume.ts';
export type { SecretFor, VolumeSource } from './volumes.ts';
