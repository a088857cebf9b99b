// The mailboxes of an account as a client that asked for NOTIFY knows them, and what has changed since (RFC 5465 §5). It is
// found by comparing: whatever the bus loses, nothing is missed, and nothing is kept for a client that is slow.
import {
  listMailboxes,
  listSubscriptions,
  type Mailbox,
  readAnnotationMarks,
  superiorNames,
} from '@pochtar/store/mailbox';
import type { Queryable } from '@pochtar/store/db';

export interface AccountState {
  mailboxes: readonly Mailbox[];
  subscriptions: readonly string[];
  /** Of each annotation, by mailbox (0: the account's own) and name. */
  annotations: ReadonlyMap<number, ReadonlyMap<string, string>>;
}

export async function readAccountState(
  db: Queryable,
  accountId: number,
  needs: { annotations: boolean },
): Promise<AccountState> {
  const annotations = new Map<number, Map<string, string>>();
  const marks = needs.annotations ? await readAnnotationMarks(db, accountId) : [];
  for (const { mailboxId, entry, mark } of marks) {
    const own = annotations.get(mailboxId) ?? new Map<string, string>();
    annotations.set(mailboxId, own.set(entry, mark));
  }
  const [mailboxes, subscriptions] = [
    await listMailboxes(db, accountId),
    await listSubscriptions(db, accountId),
  ];
  return { mailboxes, subscriptions, annotations };
}

export type AccountChange =
  /** It was made, or it went, or what lies below it is another. */
  | { kind: 'name'; name: string; oldName: string | null }
  | { kind: 'subscription'; name: string }
  | { kind: 'messages'; mailbox: Mailbox; isFlagsOnly: boolean; isUnseenChanged: boolean }
  /** `mailbox` null: the account's own. */
  | { kind: 'annotations'; mailbox: Mailbox | null; entries: string[] };

export function changesBetween(before: AccountState, now: AccountState): AccountChange[] {
  return [
    ...nameChanges(before.mailboxes, now.mailboxes),
    ...subscriptionChanges(before.subscriptions, now.subscriptions),
    ...messageChanges(before.mailboxes, now.mailboxes),
    ...annotationChanges(before, now),
  ];
}

function nameChanges(before: readonly Mailbox[], now: readonly Mailbox[]): AccountChange[] {
  const [old, current] = [byId(before), byId(now)];
  const affected = new Set<string>();
  const renamed: { name: string; oldName: string }[] = [];
  const affect = (name: string): void => {
    affected.add(name);
    // RFC 5465 §5.4: its direct parent too, whether it exists or not.
    const parent = superiorNames(name).at(-1);
    if (parent !== undefined) affected.add(parent);
  };
  for (const { id, name } of now) {
    const known = old.get(id);
    if (known === undefined) affect(name);
    else if (known.name !== name) renamed.push({ name, oldName: known.name });
  }
  for (const { id, name } of before) if (!current.has(id)) affect(name);
  // RFC 5465 §5.4: what lies below is renamed with it, and not told.
  const isBelow = (one: (typeof renamed)[number]): boolean =>
    renamed.some(
      ({ name, oldName }) =>
        one.oldName.startsWith(`${oldName}/`) && one.name === name + one.oldName.slice(oldName.length),
    );
  const names: AccountChange[] = renamed
    .filter((one) => !isBelow(one))
    .map(({ name, oldName }) => ({ kind: 'name', name, oldName }));
  for (const name of affected) names.push({ kind: 'name', name, oldName: null });
  return names;
}

function subscriptionChanges(before: readonly string[], now: readonly string[]): AccountChange[] {
  const [old, current] = [new Set(before), new Set(now)];
  const changed = [...now.filter((name) => !old.has(name)), ...before.filter((name) => !current.has(name))];
  return changed.map((name) => ({ kind: 'subscription', name }));
}

function messageChanges(before: readonly Mailbox[], now: readonly Mailbox[]): AccountChange[] {
  const old = byId(before);
  const changes: AccountChange[] = [];
  for (const mailbox of now) {
    const known = old.get(mailbox.id);
    if (known === undefined || known.modSeq === mailbox.modSeq) continue;
    const isFlagsOnly = known.uidNext === mailbox.uidNext && known.exists === mailbox.exists;
    changes.push({
      ...{ kind: 'messages', mailbox, isFlagsOnly },
      isUnseenChanged: known.unseen !== mailbox.unseen,
    });
  }
  return changes;
}

function annotationChanges(before: AccountState, now: AccountState): AccountChange[] {
  const changes: AccountChange[] = [];
  const mailboxes = byId(now.mailboxes);
  for (const id of new Set([...before.annotations.keys(), ...now.annotations.keys()])) {
    const mailbox = mailboxes.get(id) ?? null;
    // Those of a mailbox went with it.
    if (id !== 0 && mailbox === null) continue;
    const [old, current] = [before.annotations.get(id) ?? NONE, now.annotations.get(id) ?? NONE];
    const names = new Set([...old.keys(), ...current.keys()]);
    const entries = [...names].filter((entry) => old.get(entry) !== current.get(entry));
    if (entries.length > 0) changes.push({ kind: 'annotations', mailbox, entries });
  }
  return changes;
}

const NONE: ReadonlyMap<string, string> = new Map();

function byId(mailboxes: readonly Mailbox[]): Map<number, Mailbox> {
  return new Map(mailboxes.map((mailbox) => [mailbox.id, mailbox]));
}
