// The hash of a canonical body, or of its first octets, with what mailauth tells of it. RFC 6376 §3.5 (l=), §3.7.
import { createHash } from 'node:crypto';

export class BodyDigest {
  /** Octets of the canonical form. */
  canonicalizedLength = 0;
  /** Of these, what is hashed. */
  bodyHashedBytes = 0;
  readonly #hash;
  readonly #most: number;

  /** `most`: octets that are hashed; none: all of them. */
  constructor(algorithm: string, most: number | null = null) {
    this.#hash = createHash(algorithm);
    this.#most = most ?? Number.POSITIVE_INFINITY;
  }

  update(canonical: Uint8Array): void {
    this.canonicalizedLength += canonical.length;
    const left = this.#most - this.bodyHashedBytes;
    if (left <= 0) return;
    const hashed = canonical.length > left ? canonical.subarray(0, left) : canonical;
    this.bodyHashedBytes += hashed.length;
    this.#hash.update(hashed);
  }

  digest(encoding: 'base64'): string {
    return this.#hash.digest(encoding);
  }
}
