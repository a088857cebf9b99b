// What is read out of a mail, and how much of it at most. Files lie in files (a document in a zip in a forwarded mail);
// each reader takes one apart and hands on what it finds. What cannot be read is said, never passed over: who asks for
// something that may stand in it is told that nobody could look.

/** Why something was not read. */
export type Unreadable =
  | 'encrypted'
  | 'tooLarge'
  | 'tooDeep'
  | 'tooMany'
  | 'damaged'
  | 'unknownFormat'
  | 'noText'
  | 'time'
  | 'memory';

export interface Limits {
  /** Octets of one file; the setting dlp.maxFileSizeMb. */
  fileBytes: number;
  /** Octets that archives and documents become when they are unpacked, of one mail in all. */
  unpackedBytes: number;
  /** Files and parts in all. */
  files: number;
  /** Files in files. */
  depth: number;
  /** Characters in all. */
  characters: number;
}

export const DEFAULT_LIMITS: Readonly<Limits> = {
  fileBytes: 25 * 1024 * 1024,
  unpackedBytes: 64 * 1024 * 1024,
  files: 1000,
  depth: 8,
  characters: 4_000_000,
};

export interface SeenFile {
  /** As its mail or archive names it; '' for what has no name. */
  name: string;
  /** By its content: see kind.ts. */
  kind: string;
  bytes: number;
}

export interface Unread {
  name: string;
  why: Unreadable;
}

export interface FoundFile {
  name: string;
  bytes: Buffer;
  /** What its mail says of it; used where the content does not tell. */
  charset?: string | null;
  isHtml?: boolean;
}

/** What a reader hands on. */
export interface Into {
  readonly unpackedBytesLeft: number;
  /** Of text that is still read; a reader that can make more out of less stops there. */
  readonly charactersLeft: number;
  text(text: string): void;
  /** Read next, one level deeper. */
  file(file: FoundFile): Promise<void>;
  /** Of a file that is read where it lies, such as a message in a message. */
  seen(file: SeenFile): void;
  unread(why: Unreadable, name?: string): void;
  /** Throws `LimitReached` when that is more than the mail has left. */
  unpacked(bytes: number): void;
}

export type Reader = (file: FoundFile, into: Into) => Promise<void> | void;

export class LimitReached extends Error {
  override name = 'LimitReached';
  readonly why: Unreadable;

  constructor(why: Unreadable) {
    super(why);
    this.why = why;
  }
}

/** A file that is not what it says. */
export class Damaged extends Error {
  override name = 'Damaged';
}
