// Actions that put the mail somewhere, or away: RFC 5228 §4, RFC 3894, 5232 §5, 5490 §3.2, 8579 §4.
import { isAsciiAddress, parseAddress } from '@pochtar/mail';
import type { BoundArguments, Tag } from '../arguments.ts';
import type { CommandDefinition } from '../definition.ts';
import { SieveError } from '../error.ts';
import { checkFlags } from '../flags.ts';
import { valuesOf } from '../match.ts';
import type { Run } from '../run.ts';

export const FLAGS_TAG: Readonly<Record<string, Tag>> = { flags: { takes: 'strings', needs: 'imap4flags' } };
const COPY_TAG: Readonly<Record<string, Tag>> = { copy: { takes: 'nothing', needs: 'copy' } };

/** Those that are named, or else the internal variable as it is then. */
export function flagsOf(given: BoundArguments): (run: Run) => readonly string[] {
  const flags = given.texts('flags');
  return (run) => checkFlags(flags === null ? run.flags : valuesOf(flags, run));
}

export const keep: CommandDefinition = {
  name: 'keep',
  tags: FLAGS_TAG,
  compile(given) {
    const flags = flagsOf(given);
    return (run) => run.keep(flags(run));
  },
};

export const discard: CommandDefinition = {
  name: 'discard',
  compile: () => (run) => run.cancelKeep(),
};

/** RFC 5228 §2.7.2 leaves names to the server: what IMAP could not have is none. */
const MAX_NAME = 1000;
const NO_NAME = /[\u0000-\u001f\u007f]|^\/|\/\/|\/$/; // oxlint-disable-line no-control-regex

export function mailboxName(name: string, run: Run): string {
  if (name === '' || name.length > MAX_NAME || NO_NAME.test(name)) {
    throw run.fault(`${JSON.stringify(name.slice(0, 100))} is no name of a mailbox`);
  }
  // RFC 9051 §5.1: INBOX in any case.
  return /^inbox$/i.test(name) ? 'INBOX' : name;
}

export const fileInto: CommandDefinition = {
  name: 'fileinto',
  needs: 'fileinto',
  tags: {
    ...FLAGS_TAG,
    ...COPY_TAG,
    create: { takes: 'nothing', needs: 'mailbox' },
    specialuse: { takes: 'string', needs: 'special-use' },
  },
  positional: ['string'],
  compile(given) {
    const [mailbox, flags, specialUse] = [given.text(0), flagsOf(given), given.text('specialuse')];
    const [create, isCopy] = [given.has('create'), given.has('copy')];
    return (run) => {
      const name = mailboxName(mailbox?.(run) ?? '', run);
      run.fileInto({ mailbox: name, flags: flags(run), create, specialUse: specialUse?.(run) ?? null });
      if (!isCopy) run.cancelKeep();
    };
  },
};

export const redirect: CommandDefinition = {
  name: 'redirect',
  tags: COPY_TAG,
  positional: ['string'],
  compile(given) {
    const address = given.text(0);
    if (address?.constant !== undefined && !isUsable(address.constant)) {
      throw new SieveError(given.placeOf(0), `${JSON.stringify(address.constant)} is no address`);
    }
    const isCopy = given.has('copy');
    return (run) => {
      const to = address?.(run) ?? '';
      if (!isUsable(to)) throw run.fault(`${JSON.stringify(to.slice(0, 100))} is no address`);
      run.redirect(to);
      if (!isCopy) run.cancelKeep();
    };
  },
};

function isUsable(address: string): boolean {
  const read = parseAddress(address);
  return read !== null && isAsciiAddress(read);
}
