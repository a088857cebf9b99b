// UIDONLY (RFC 9586): a client that enabled it neither says nor hears a sequence number.
import type { Session } from './command.ts';
import { bad } from './reply.ts';
import type { SelectedMailbox } from './selected-mailbox.ts';

/** RFC 9586 §3.2, §3.3: commands that go by sequence numbers, and what names them in another. */
export const uidRequired = bad('only UIDs, as you have asked for', 'UIDREQUIRED');

const BY_NUMBER: ReadonlySet<string> = new Set([
  'COPY',
  'FETCH',
  'MOVE',
  'REPLACE',
  'SEARCH',
  'SORT',
  'STORE',
  'THREAD',
]);

export function isRefusedByUidOnly({ enabled }: Session, commandName: string): boolean {
  return enabled.has('UIDONLY') && BY_NUMBER.has(commandName);
}

/**
 * The beginning of what is told of a message, up to the bracket: `* 3 FETCH (`, or `* 8 UIDFETCH (` (RFC 9586 §3.4). Null for
 * one that the client does not know.
 */
export function fetchStart(session: Session, selected: SelectedMailbox, uid: number): string | null {
  const index = selected.indexOf(uid);
  return index < 0 ? null : fetchStartAt(session, uid, index);
}

/** The same, of a message that is at sequence number `index + 1`. */
export function fetchStartAt({ enabled }: Session, uid: number, index: number): string {
  return enabled.has('UIDONLY') ? `* ${uid} UIDFETCH (` : `* ${index + 1} FETCH (`;
}

/** The UID that goes with flags; of UIDFETCH it is the number. */
export function uidItem({ enabled }: Session, uid: number): string {
  return enabled.has('UIDONLY') ? '' : `UID ${uid} `;
}
