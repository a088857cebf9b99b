// What was found of a mail's origin, as plain data: it crosses from a thread.
import type { AuthenticationResult } from '@pochtar/mail';

export interface SpfFinding {
  result: AuthenticationResult;
  /** RFC 7208 §2.4: the envelope's sender, or the HELO name of a mail without one. */
  identity: 'mailfrom' | 'helo';
  value: string;
  domain: string;
  /** Where the client comes from is not known (ADR 29), so nothing was asked about it. */
  isClientUnknown?: boolean | undefined;
}

/** Said in the field of results. */
export const CLIENT_UNKNOWN = 'the client is not known';

export interface DkimFinding {
  result: AuthenticationResult;
  domain: string | null;
  selector: string | null;
  algorithm: string | null;
  /** RFC 6008: the beginning of the signature, so that results of several keys of a domain can be told apart. */
  signature: string | null;
  comment: string | null;
  /** Its domain belongs to the author's. */
  isAligned: boolean;
}

export interface ArcFinding {
  result: AuthenticationResult;
  comment: string | null;
}

export interface DmarcFinding {
  result: AuthenticationResult;
  /** The author's domain. */
  from: string | null;
  /** What the author's domain asks for mail that fails; null where it says nothing. */
  policy: 'none' | 'quarantine' | 'reject' | null;
  comment: string | null;
}

export interface Findings {
  spf: SpfFinding | null;
  dkim: DkimFinding[];
  /** Null: no chain. */
  arc: ArcFinding | null;
  dmarc: DmarcFinding;
}
