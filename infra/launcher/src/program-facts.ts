// What is known of a program that runs: the launcher's own record in var/run, which nobody else may write, with its
// number, its start and where it can be asked. Where it can be asked the program says itself, in a file that it may
// write and that is therefore only believed for that, once, and only when it is an address of this machine.
import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity, readFacts, writeWhole } from '@pochtar/runtime';

/** An announcement takes 200 octets. */
const maxAnnouncement = 4_096;

export interface FactsOptions {
  name: string;
  /** The launcher's record. */
  record: string;
  /** The directory in which the program announces itself. */
  announcements: string;
}

export class ProgramFacts {
  /** Where this start of the program announces itself; a name of its own, so that none of before is read for it. */
  readonly announcement: string;
  readonly #options: FactsOptions;
  #pid = 0;

  constructor(options: FactsOptions) {
    this.#options = options;
    const unique = randomBytes(6).toString('hex');
    this.announcement = join(options.announcements, `${options.name}.${unique}.json`);
    rmSync(options.record, { force: true });
  }

  /** The child exists. */
  started(pid: number): void {
    this.#pid = pid;
    this.#write();
  }

  /** Reads the announcement until there is one; from then on the record has the address. */
  health(): string | undefined {
    const known = healthAddress(this.#options.record);
    if (known) return known;
    const health = announcedAddress(this.announcement);
    if (health) this.#write(health);
    return health;
  }

  ended(): void {
    rmSync(this.#options.record, { force: true });
    try {
      unlinkSync(this.announcement);
    } catch {
      // The program has taken it back itself, or has put there what is no file.
    }
  }

  #write(health?: string): void {
    const identity = processIdentity(this.#pid);
    const facts = { name: this.#options.name, pid: this.#pid, identity, isProgram: true };
    writeWhole(this.#options.record, JSON.stringify({ ...facts, ...(health && { health }) }));
  }
}

/** Where a process that has announced itself can be asked, http://host:port; undefined when it has not yet. */
export function healthAddress(record: string): string | undefined {
  return readFacts(record, ({ health }) => (typeof health === 'string' ? health : undefined));
}

/** Undefined for what is not there, is no plain small file, or names no port of this machine. */
export function announcedAddress(file: string): string | undefined {
  let descriptor: number;
  try {
    // A link would lead anywhere, and a pipe would hold up whoever opens it.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    if (!fstatSync(descriptor).isFile()) return undefined;
    const octets = Buffer.alloc(maxAnnouncement);
    const length = readSync(descriptor, octets, 0, octets.length, 0);
    const facts = JSON.parse(octets.toString('utf8', 0, length)) as { health?: unknown } | null;
    const health = facts?.health;
    return typeof health === 'string' && isLoopback(health) ? health : undefined;
  } catch {
    return undefined;
  } finally {
    closeSync(descriptor);
  }
}

function isLoopback(address: string): boolean {
  const port = /^http:\/\/(?:127\.0\.0\.1|\[::1\]):([1-9]\d{0,4})$/.exec(address)?.[1];
  return port !== undefined && Number(port) <= 65_535;
}
