// The sender as MAIL says it: as it came, as the relay demands it, or, of a stranger's mail that an alias here sends on, as an
// address of ours that leads back to him (SRS). RFC 5321 §3.9.1, RFC 7208 §D.
import {
  type Address,
  addressKey,
  addressOfKey,
  domainOfKey,
  formatAddress,
  isAsciiAddress,
  parseAddress,
  srsAddress,
} from '@pochtar/mail';
import type { ClaimedMail, ClaimedRecipient } from '@pochtar/store/queue';

export interface SenderRules {
  /** Replaces the sender in envelope and header; null: as it is. */
  sender: Address | null;
  /** Of the addresses that lead back. */
  srsKey: Buffer;
}

export function reversePathOf(
  mail: Pick<ClaimedMail, 'reversePath' | 'origin' | 'isOwnSender'>,
  { expandedFrom }: Pick<ClaimedRecipient, 'expandedFrom'>,
  { sender, srsKey }: SenderRules,
  now = new Date(),
): string {
  // RFC 5321 §4.5.5: a notification keeps its null reverse path, whoever it is relayed by.
  if (mail.reversePath === '') return '';
  if (sender !== null) return formatAddress(sender);
  const address = parseAddress(mail.reversePath);
  if (address === null) return mail.reversePath;
  const isForwarded = expandedFrom !== null && mail.origin === 'incoming' && !mail.isOwnSender;
  const rewritten = isForwarded ? srsAddress(address, domainOfKey(expandedFrom), srsKey, now) : null;
  if (rewritten !== null) return formatAddress(rewritten);
  if (!isAsciiAddress(address)) return mail.reversePath;
  // A domain in U-labels can be written for every server.
  const domain = addressOfKey(addressKey(address)).domain;
  return formatAddress({
    localPart: address.localPart,
    domain: /^[!-~]+$/.test(address.domain) ? address.domain : domain,
  });
}
