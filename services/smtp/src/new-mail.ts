// The rows of a mail that has come in, as acceptance commits them.
import { type ContentFilter, firstStep } from '@pochtar/bus';
import { addressKey, formatAddress } from '@pochtar/mail';
import type { NewMail } from '@pochtar/store/queue';
import type { Session, Transaction } from './session.ts';
import { slipFor, slipSections } from './slip.ts';
import type { Tools } from './tools.ts';

export interface ArrivedMail {
  id: string;
  acceptedAt: Date;
  session: Session;
  transaction: Transaction;
  content: NewMail['content'];
}

export async function newMail(tools: Tools, arrived: ArrivedMail): Promise<NewMail> {
  const { id, acceptedAt, session, transaction, content } = arrived;
  const { reversePath, parameters, recipients } = transaction;
  const { login, clientAddress, helo, protocol } = session;
  const { revision } = tools;
  const origin = (await isSubmitted(tools, session, transaction)) ? 'submitted' : 'incoming';
  const slip = currentSlip(tools, origin);
  return {
    id,
    content,
    acceptedAt,
    reversePath: reversePath ? formatAddress(reversePath) : '',
    origin,
    accountId: login?.accountId ?? null,
    clientAddress,
    helo,
    protocol,
    iprev: origin === 'incoming' ? tools.reverseNames.resultOf(session) : null,
    spf: transaction.spf ?? null,
    body: parameters.body,
    smtpUtf8: parameters.smtpUtf8,
    dsnReturn: parameters.dsnReturn,
    dsnEnvelopeId: parameters.dsnEnvelopeId,
    slip,
    settingsRevision: Math.max(...slipSections.map((section) => revision(section))),
    step: firstStep(slip),
    recipients: [...recipients.values()],
  };
}

/** By the settings of this moment. */
export function currentSlip(
  { current }: Pick<Tools, 'current'>,
  origin: 'incoming' | 'submitted',
): ContentFilter[] {
  return slipFor(origin, {
    antivirus: current('antivirus'),
    dkim: current('dkim'),
    dlp: current('dlp'),
    misc: current('misc'),
  });
}

/** Mail of ours that is to be signed: from a login, or in the name of a local domain from a white-listed host. */
async function isSubmitted(tools: Tools, session: Session, { reversePath }: Transaction): Promise<boolean> {
  if (session.login) return true;
  if (session.listedAddress !== 'white' || !reversePath) return false;
  return (await tools.recipients.resolve(addressKey(reversePath))).kind !== 'remote';
}
