// What a script is told of a mail and of the world. Everything is there before it runs: an interpreter reads no disk.
export interface SieveMail {
  /** The header at least; the whole mail when the script asks for the body (`Script.needsBody`). */
  octets: Buffer;
  /** Of the whole mail. */
  size: number;
  envelope: {
    /** Null: the null reverse path. */
    from: string | null;
    /** The recipient as it was given, before aliases. */
    to: string;
  };
}

export interface Surroundings {
  now: Date;
  /** Names as IMAP has them, hierarchy by `/`. */
  hasMailbox(name: string): boolean;
  /** The mailbox with one of RFC 6154's attributes (`\Junk`), or null. */
  specialUse(attribute: string): string | null;
  /** Of RFC 5183: domain, host, location, name, phase, remote-host, remote-ip, version. */
  environment: Readonly<Record<string, string>>;
  /** Minutes east of Greenwich of the clock on the wall. */
  zone(at: Date): number;
  /** What earlier mails of the same owner have left, RFC 7352; undefined: not known yet, and asked for in the result. */
  wasSeen(id: string): boolean | undefined;
}
