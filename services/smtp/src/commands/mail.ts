// MAIL: RFC 5321 §4.1.1.2. Begins a transaction.
import { type Address, addressKey, isAsciiAddress } from '@pochtar/mail';
import type { Deciding, SenderNames } from '@pochtar/service';
import { lookUpClient } from '../look-up-client.ts';
import { mailParameters } from '../parameters.ts';
import type { PathCommand } from '../path-command.ts';
import * as replies from '../replies.ts';
import { type Reply, reply } from '../reply.ts';
import { forLists } from '../sender-policy.ts';
import type { Session, Transaction } from '../session.ts';
import { maxMessageSize, type Tools } from '../tools.ts';

const taken = reply(250, '2.1.0', 'sender ok');

export async function mail(tools: Tools, session: Session, command: PathCommand): Promise<Reply> {
  if (session.transaction) return replies.nestedMail;
  // The lists may have changed since the client connected.
  const listed = lookUpClient(tools, session);
  if (listed?.list === 'black') {
    tools.countHit(listed);
    return replies.blackClient;
  }
  if (session.listener !== 'mx' && !session.isTrusted) return replies.loginRequired;
  const parameters = mailParameters(command.parameters, tools.current('misc').smtpUtf8);
  if ('code' in parameters) return parameters;
  const { address } = command;
  if (address && !parameters.smtpUtf8 && !isAsciiAddress(address)) return replies.needsUtf8;
  if (parameters.size !== null && parameters.size > maxMessageSize(tools)) return replies.tooLarge;
  if (!tools.disk.hasRoomFor(parameters.size ?? 0)) return replies.noSpace;
  if (session.login && !(await isOwnAddress(tools, session.login.accountId, address)))
    return replies.notYours;
  // Counted last: what is refused anyway is no mail.
  const overLimit = await tools.sendingLimit.refusal(session);
  if (overLimit) return overLimit;
  // What SPF says of the sender, if the lists have to know, is kept for the mail.
  const sender: Sender = { reversePath: address, spf: undefined };
  const listedName = session.login || listed ? null : await nameInLists(tools, session, sender);
  const deciding = listed ?? listedName;
  if (deciding) tools.countHit(deciding);
  if (address && !session.login) tools.foreignSenders.note(session, address.domain);
  session.transaction = {
    ...sender,
    parameters,
    listedName: listedName?.list ?? null,
    recipients: new Map(),
    firstRecipient: null,
  };
  return taken;
}

type Sender = Pick<Transaction, 'reversePath' | 'spf'>;

async function nameInLists(tools: Tools, session: Session, sender: Sender): Promise<Deciding | null> {
  const { whiteNamesNeedSpf } = tools.current('accessLists');
  const { reversePath } = sender;
  const names = { reversePath, reverseNames: await tools.reverseNames.confirmed(session), spf: null };
  const decide = (spf: SenderNames['spf'], rule = whiteNamesNeedSpf) =>
    tools.accessLists().names({ ...names, spf }, Date.now(), rule);
  // SPF is asked only where a white name could be lifted by it.
  if (whiteNamesNeedSpf === 'no' || decide(null, 'no')?.list !== 'white') return decide(null);
  return decide(forLists(await tools.senderPolicy.of(session, sender)));
}

// The empty path is nobody's: read receipts have it (RFC 8098 §2.1), and From is checked at the end of data.
async function isOwnAddress(tools: Tools, accountId: number, address: Address | null): Promise<boolean> {
  return address === null || (await tools.directory.senderAddresses(accountId)).has(addressKey(address));
}
