// The parts of mailauth 7.1.0 that have no types.
declare module 'mailauth/lib/tools.js' {
  /** Relaxed alignment by the public suffix list; false: none of `domains`. */
  export function getAlignment(fromDomain: string, domains: string[]): { domain: string } | false;
}

declare module 'mailauth/lib/dkim/dkim-verifier.js' {
  import type { ARCData, DKIMResult, DKIMVerifyOptions } from 'mailauth';

  /** What the verifier asks of the hash of a body, and what it writes there. */
  export interface BodyHasher {
    readonly canonicalizedLength: number;
    readonly bodyHashedBytes: number;
    hash?: string;
    digest(encoding: 'base64'): string;
    setContentType(): void;
    getMimeStructureStart(): number | undefined;
  }

  /** A stream of the library; its parts are called one by one here. */
  export class DkimVerifier {
    constructor(options: DKIMVerifyOptions);
    readonly bodyHashes: Map<string, BodyHasher>;
    readonly headerFrom: string[];
    readonly fromFields: number;
    readonly results: DKIMResult[];
    readonly arc: ARCData;
    /** Reads the signatures; `header` is all of it. */
    emitHeaders(header: Buffer): Promise<void>;
    /** The key under which the hash is found; '' stands for the whole body. */
    addBodyHash(form: string, algorithm: string, most: number | ''): string;
    /** Checks the signatures. */
    finalChunk(): Promise<void>;
  }
}
