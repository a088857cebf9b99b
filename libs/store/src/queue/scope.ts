// How far an administrator's sight and hand reach into a mail.
//
// Of a mail, scope is by recipient: what goes to, or was expanded from, an address of one of its domains. The sender
// is anybody's claim and gives no right. A mail that was submitted with the log-in of an account is that account's
// domain's own, with all its recipients.
import type { Queryable } from '../db.ts';

/** 'all', or the ids of the domains that may be seen. */
export type MailScope = 'all' | readonly number[];

/** $1 of the conditions below: null, or domain ids. */
export function scopeIds(scope: MailScope): readonly number[] | null {
  return scope === 'all' ? null : scope;
}

/** Everything is in scope, or the account whose log-in submitted it is. */
export const isOwn = (account: string): string =>
  `($1::bigint[] is null or exists (select from directory.account a where a.id = ${account} and a.domain_id = any($1)))`;

const domainOf = (address: string): string => `lower(split_part(${address}, '@', -1))`;

/** One of the addresses (null: none) is of a domain in scope. */
export const isAddressInScope = (...addresses: string[]): string =>
  `exists (select from directory.domain d where d.id = any($1) and d.name in (${addresses.map(domainOf).join(', ')}))`;

/** Of queue.recipient `r` and queue.mail m. */
export const isRecipientInScope = (r: string): string =>
  `(${isOwn('m.account_id')} or ${isAddressInScope(`${r}.address`, `${r}.expanded_from`)})`;

/** Of queue.mail m: at least one of its recipients can be seen. */
export const isMailInScope = `(${isOwn('m.account_id')} or exists (
  select from queue.recipient s where s.mail_id = m.id and ${isAddressInScope('s.address', 's.expanded_from')}))`;

/** The same, where `range` narrows `f.mail_id` to the mails that are looked at: only theirs are read. */
export const isMailInScopeWithin = (range: string): string => `(${isOwn('m.account_id')} or m.id in (
  select f.mail_id from queue.recipient f where ${range} and ${isAddressInScope('f.address', 'f.expanded_from')}))`;

export interface Reach {
  /** No recipient is outside: what concerns the whole mail may be done. */
  isWhole: boolean;
  /** Those that are in scope. */
  addresses: ReadonlySet<string>;
}

/** Of a locked mail; null when the mail is outside of the scope, and so does not exist. */
export async function reachOf(
  tx: Queryable,
  scope: MailScope,
  mail: { id: string; recipients: readonly { address: string }[] },
): Promise<Reach | null> {
  if (scope === 'all')
    return { isWhole: true, addresses: new Set(mail.recipients.map((one) => one.address)) };
  const rows = await tx.query<{ address: string; isInScope: boolean }>({
    name: 'reach_of',
    text: `select r.address, ${isRecipientInScope('r')} as "isInScope"
      from queue.mail m join queue.recipient r on r.mail_id = m.id where m.id = $2`,
    values: [scopeIds(scope), mail.id],
  });
  const addresses = new Set(rows.filter(({ isInScope }) => isInScope).map(({ address }) => address));
  return addresses.size === 0 ? null : { isWhole: addresses.size === rows.length, addresses };
}
