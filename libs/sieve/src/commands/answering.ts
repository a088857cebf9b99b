// Actions that tell the sender something: RFC 5429; RFC 5230 with the seconds of RFC 6131 and the copy of RFC 8580.
import { parseAddress, listedAddresses } from '@pochtar/mail';
import type { BoundArguments } from '../arguments.ts';
import type { CommandDefinition } from '../definition.ts';
import { SieveError } from '../error.ts';
import { valuesOf } from '../match.ts';
import type { Run } from '../run.ts';
import { FLAGS_TAG, flagsOf, mailboxName } from './storing.ts';

const MAX_REASON = 16_384;

function refusing(name: 'reject' | 'ereject'): CommandDefinition {
  return {
    name,
    needs: name,
    positional: ['string'],
    compile(given) {
      const reason = given.text(0);
      return (run) => {
        run.cancelKeep();
        const text = reason?.(run).slice(0, MAX_REASON) ?? '';
        run.once({ kind: 'reject', reason: text, isExtended: name === 'ereject' });
      };
    },
  };
}

export const reject = refusing('reject');
export const ereject = refusing('ereject');

const DAY_SECONDS = 86_400;
const DEFAULT_DAYS = 7;
// RFC 5230 §4.1: a server sets bounds; below one day only by RFC 6131, whose zero answers each mail.
const MOST_DAYS = 365;

function secondsOf(given: BoundArguments): number {
  given.oneOf(['days', 'seconds']);
  const seconds = given.number('seconds');
  if (seconds !== null) return Math.min(seconds, MOST_DAYS * DAY_SECONDS);
  return Math.min(Math.max(given.number('days') ?? DEFAULT_DAYS, 1), MOST_DAYS) * DAY_SECONDS;
}

function senderOf(given: BoundArguments): string | null {
  const from = given.constant('from');
  if (from !== null && listedAddresses(from).filter(({ address }) => address !== null).length !== 1) {
    throw new SieveError(given.placeOf('from'), `:from takes one address, not ${JSON.stringify(from)}`);
  }
  return from;
}

function copyOf(given: BoundArguments): (run: Run) => { fcc: ReturnType<typeof placeOfCopy> | null } {
  const mailbox = given.text('fcc');
  const extra = ['create', 'flags', 'specialuse'].find((tag) => given.has(tag));
  if (mailbox === null && extra !== undefined)
    throw new SieveError(given.place, `:${extra} goes with :fcc only`);
  return (run) => ({ fcc: mailbox === null ? null : placeOfCopy(given, mailbox(run), run) });
}

function placeOfCopy(given: BoundArguments, mailbox: string, run: Run) {
  const flags = given.has('flags') ? flagsOf(given)(run) : [];
  const specialUse = given.text('specialuse')?.(run) ?? null;
  return { mailbox: mailboxName(mailbox, run), flags, create: given.has('create'), specialUse };
}

export const vacation: CommandDefinition = {
  name: 'vacation',
  needs: 'vacation',
  tags: {
    days: { takes: 'number' },
    seconds: { takes: 'number', needs: 'vacation-seconds' },
    subject: { takes: 'string' },
    from: { takes: 'string' },
    addresses: { takes: 'strings' },
    mime: { takes: 'nothing' },
    handle: { takes: 'string' },
    ...FLAGS_TAG,
    fcc: { takes: 'string', needs: 'fcc' },
    create: { takes: 'nothing', needs: 'mailbox' },
    specialuse: { takes: 'string', needs: 'special-use' },
  },
  positional: ['string'],
  compile(given) {
    const [reason, subject, handle] = [given.text(0), given.text('subject'), given.text('handle')];
    const [seconds, from, addresses] = [secondsOf(given), senderOf(given), given.texts('addresses') ?? []];
    const isMime = given.has('mime');
    const copy = copyOf(given);
    return (run) => {
      const text = reason?.(run) ?? '';
      const title = subject?.(run) ?? null;
      // RFC 5230 §4.2: without a handle the answer is told by what it says.
      const told = handle?.(run) ?? JSON.stringify([text, title, from, isMime]);
      run.once({
        ...{ kind: 'vacation', reason: text, seconds, subject: title, from, isMime, handle: told },
        addresses: valuesOf(addresses, run).filter((address) => parseAddress(address) !== null),
        ...copy(run),
      });
    };
  },
};
