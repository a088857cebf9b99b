// What of a mail may go back to its sender. A reverse path is anybody's claim: what goes back goes to whom a stranger
// names, from our address. Pure.
//
// The content goes back only if every filter on the slip has looked at it and found nothing: not what was replaced,
// refused, quarantined (released or not), let through without a look, or is still waiting for its filter.
import { parseHeaderFields } from '@pochtar/mail';
import type { MailInHand } from '@pochtar/store/queue';

export function isReturnable({ slip, verdicts }: Pick<MailInHand, 'slip' | 'verdicts'>): boolean {
  const given = verdicts.filter(({ filter }) => slip.includes(filter));
  const isCovered = slip.every((filter) =>
    given.some((verdict) => verdict.filter === filter && verdict.recipient === ''),
  );
  return isCovered && given.every((verdict) => verdict.result === 'accept' && isSeen(verdict));
}

function isSeen({ replacementContentId, isUnseen }: MailInHand['verdicts'][number]): boolean {
  return replacementContentId === null && !isUnseen;
}

/** What a sender needs to know its mail by. */
const IDENTIFYING = new Set([
  ...['received', 'date', 'from', 'sender', 'reply-to', 'to', 'cc', 'subject', 'message-id'],
  ...['in-reply-to', 'references', 'auto-submitted'],
]);
const MAX_FIELD = 2000;

/** The fields of a header that identify the mail, whole ones only, and an empty line. */
export function identifyingHeader(header: Buffer): Buffer {
  const kept = parseHeaderFields(header).filter(
    ({ lower, start, end }) => IDENTIFYING.has(lower) && end - start <= MAX_FIELD,
  );
  // A line of nothing but blanks ends the header for some readers: the field that has one is left out.
  const fields = kept
    .map(({ start, end }) => header.subarray(start, end))
    .filter((bytes) => !/\n[ \t\r]*\n/.test(bytes.toString('latin1')));
  return Buffer.concat([...fields, Buffer.from('\r\n')]);
}
