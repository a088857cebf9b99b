// What becomes of a mail, as a script has it. Whoever runs the script does it, or nothing of it.
import type { HeaderEdits } from './fields.ts';

export type Action = Keep | FileInto | Redirect | Reject | Vacation;

interface Stored {
  /** RFC 5232: system flags with their backslash, keywords without. */
  flags: readonly string[];
  /** The header of this copy; null: as it came. */
  edits: HeaderEdits | null;
}

export interface Keep extends Stored {
  kind: 'keep';
}

export interface FileInto extends Stored {
  kind: 'fileinto';
  mailbox: string;
  /** RFC 5490: made when it is missing. */
  create: boolean;
  /** RFC 8579: where a mailbox with this attribute is, there. */
  specialUse: string | null;
}

export interface Redirect {
  kind: 'redirect';
  address: string;
  edits: HeaderEdits | null;
}

export interface Reject {
  kind: 'reject';
  reason: string;
  /** RFC 5429 §2.1: by a reply of the protocol where that is still possible. */
  isExtended: boolean;
}

/** RFC 5230. Whether somebody is answered is not the script's business alone: §4.5 to §4.7. */
export interface Vacation {
  kind: 'vacation';
  reason: string;
  /** Between two answers to one person. 0: to each mail, RFC 6131. */
  seconds: number;
  subject: string | null;
  from: string | null;
  /** Further addresses of the owner. */
  addresses: readonly string[];
  /** `reason` is a MIME entity with its header. */
  isMime: boolean;
  /** What is remembered, so that a changed text is sent anew. */
  handle: string;
  /** RFC 8580: where a copy of the answer goes. */
  fcc: Omit<FileInto, 'kind' | 'edits'> | null;
}

/** RFC 7352: what is remembered when all has been done. */
export interface SeenMark {
  /** A digest of handle and value. */
  id: string;
  seconds: number;
}

export interface SieveResult {
  /** In the order of the script, each thing once; the implicit keep is one of them. Empty: the mail is thrown away. */
  actions: readonly Action[];
  /** The run broke off here: the actions are a keep and nothing else, RFC 5228 §2.10.6. */
  error: { message: string; line: number; column: number } | null;
  marks: readonly SeenMark[];
  /** What `wasSeen` has not told: the result is that of nothing seen, and the script is to be run again with the answers. */
  unknown: readonly string[];
}
