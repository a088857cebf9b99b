// An address as a recipient row has it: the key of a local name, and for other servers the local part as it was
// written. RFC 5321 §2.4: the case of a local part means something to its own host only, which must get it as it is.
import { type Address, addressKey, domainKey, formatAddress } from '@pochtar/mail';
import type { Queryable } from '@pochtar/store/db';
import { resolveRecipients } from '@pochtar/store/directory';

export interface RecipientAddress {
  address: string;
  /** Set when it is an account's own. */
  accountId: number | null;
}

export async function recipientAddress(db: Queryable, address: Address): Promise<RecipientAddress> {
  const key = addressKey(address);
  const [name] = await resolveRecipients(db, [key]);
  if (name?.kind !== 'remote')
    return { address: key, accountId: name?.kind === 'account' ? name.accountId : null };
  const { localPart, domain } = address;
  return { address: formatAddress({ localPart, domain: domainKey(domain) }), accountId: null };
}
