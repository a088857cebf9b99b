// RCPT: RFC 5321 §4.1.1.3. The verdict of everything that is known about a stranger is given here.
import { type Address, addressKey, domainKey, formatAddress, isAsciiAddress, srsSender } from '@pochtar/mail';
import type { Resolved } from '@pochtar/store/directory';
import { verdictReply } from '../dialogue-filters.ts';
import { notifyOf } from '../notify.ts';
import { rcptParameters } from '../parameters.ts';
import type { PathCommand } from '../path-command.ts';
import { barePostmaster, roleHolder } from '../postmaster.ts';
import { endOf, isReachable } from '../recipient-end.ts';
import * as replies from '../replies.ts';
import { type Reply, reply } from '../reply.ts';
import type { Session, Transaction } from '../session.ts';
import type { Tools } from '../tools.ts';

const taken = reply(250, '2.1.5', 'recipient ok');

export async function rcpt(tools: Tools, session: Session, command: PathCommand): Promise<Reply> {
  const { transaction } = session;
  if (!transaction) return replies.noMail;
  const parameters = rcptParameters(command.parameters, transaction.parameters.smtpUtf8);
  if ('code' in parameters) return parameters;
  const address = command.isPostmaster ? await barePostmaster(tools) : command.address;
  if (!address) return command.isPostmaster ? replies.unknownMailbox : replies.badRecipient;
  if (!transaction.parameters.smtpUtf8 && !isAsciiAddress(address)) return replies.needsUtf8;
  const found = (await findForwarder(tools, address)) ?? (await findRecipient(tools, address));
  const refusal =
    placeRefusal(session, transaction, found, tools) ?? (await strangerRefusal(tools, session, found.key));
  if (refusal) return refusal;
  const overLimit = await limitRefusal(tools, session, transaction, found);
  if (overLimit) return overLimit;
  transaction.firstRecipient ??= address;
  // RFC 5321 §4.1.1.3: the same recipient twice is one; the later parameters stand.
  transaction.recipients.set(found.row, {
    address: found.row,
    accountId: accountOf(found.resolved),
    ...parameters,
    notify: notifyOf(parameters.notify, session.isTrusted || tools.current('dsn').successToStrangers),
  });
  return taken;
}

/** A recipient that was named before is no other one; the first was counted with MAIL. */
async function limitRefusal(
  tools: Tools,
  session: Session,
  { recipients }: Transaction,
  { row }: Found,
): Promise<Reply | null> {
  if (recipients.has(row)) return null;
  if (recipients.size >= tools.current('limits').recipientsPerMail) return replies.tooManyRecipients;
  return recipients.size === 0 ? null : tools.sendingLimit.recipientRefusal(session);
}

export interface Found {
  key: string;
  /** As the recipient row has it: the key, or, for other domains, with the local part as it was written. */
  row: string;
  resolved: Resolved;
  /** Where an alias leads. */
  end: Resolved;
  /** What we have forwarded comes back: it goes on to its sender, wherever that is. */
  isReturn?: boolean;
}

/**
 * Who stands behind an address that a forwarded mail had from us as its reverse path. Null: it is none, or nobody made it
 * here, or too long ago; then it is a name like any other.
 */
async function findForwarder(tools: Tools, address: Address): Promise<Found | null> {
  const behind = srsSender(address, tools.srsKey, new Date());
  if (behind?.kind !== 'sender') return null;
  return { ...(await findRecipient(tools, behind.address)), isReturn: true };
}

export async function findRecipient(tools: Tools, address: Address): Promise<Found> {
  const key = addressKey(address);
  const resolved = await tools.recipients.resolve(key);
  const end = await endOf(tools, resolved);
  if (resolved.kind !== 'remote' && !isReachable(end)) {
    const holder = await roleHolder(tools, key);
    if (holder) return { ...holder, row: holder.key, end: await endOf(tools, holder.resolved) };
  }
  // RFC 5321 §2.4: the case of a local part is the business of its own host only.
  const { localPart, domain } = address;
  const row = resolved.kind === 'remote' ? formatAddress({ localPart, domain: domainKey(domain) }) : key;
  return { key, row, resolved, end };
}

/** Whether this client may send there at all. */
export function placeRefusal(
  session: Pick<Session, 'isTrusted' | 'isTrustSuspended'>,
  transaction: Pick<Transaction, 'listedName' | 'reversePath'>,
  { resolved, end, isReturn = false }: Found,
  tools: Pick<Tools, 'current'>,
): Reply | null {
  if (transaction.listedName === 'black') return replies.blackName;
  if (end.kind === 'unknown') return replies.unknownMailbox;
  if (end.kind === 'account' && !end.isEnabled) return replies.disabledMailbox;
  if (end.kind === 'account' && end.isFull) return replies.fullMailbox;
  // RFC 5321 §4.5.5: what comes back are notices, and those have the null path: nobody else sends through us like that.
  const mayRelay =
    session.isTrusted ||
    (isReturn && transaction.reversePath === null) ||
    (transaction.listedName === 'white' && tools.current('accessLists').relayForWhitelistedSenders);
  if (resolved.kind !== 'remote' || mayRelay) return null;
  return session.isTrustSuspended ? replies.relayingSuspended : replies.noRelaying;
}

/** What DNS and the filters say of a stranger. A login, a white address or a white name lifts them. */
async function strangerRefusal(tools: Tools, session: Session, key: string): Promise<Reply | null> {
  if (session.isTrusted || session.isSpared || session.transaction?.listedName === 'white') return null;
  // Asked for while the others are, so that they wait together.
  const named = tools.reverseNames.refusal(session);
  const transaction = session.transaction as Transaction;
  const { reversePath, spf } = transaction;
  const listed = await session.dnsbl;
  if (listed?.result === 'reject' && listed.zone !== undefined)
    tools.dnsblRefusals.note(session.clientAddress, { zone: listed.zone, reversePath, recipient: key });
  const refusal = verdictReply(listed) ?? (await named);
  if (refusal) return refusal;
  // Behind such an address the first stranger that comes again would let all others through.
  if (session.isHidden) return null;
  const asked = {
    clientAddress: session.clientAddress,
    helo: session.helo,
    reversePath: reversePath ? formatAddress(reversePath) : '',
    recipient: key,
  };
  const verdict = await tools.filters.greylist({
    ...asked,
    ...(spf && { isPermitted: spf.result === 'pass' }),
  });
  if (verdict?.asksSpf !== true || (await tools.senderPolicy.of(session, transaction))?.result !== 'pass')
    return verdictReply(verdict);
  return verdictReply(await tools.filters.greylist({ ...asked, isPermitted: true }));
}

function accountOf(resolved: Resolved): number | null {
  return resolved.kind === 'account' ? resolved.accountId : null;
}
