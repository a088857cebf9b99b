// The rows of a mail that has come in, as acceptance commits them.
import { firstStep } from '@pochtar/bus';
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
  const { current, revision } = tools;
  const origin = (await isSubmitted(tools, session, transaction)) ? 'submitted' : 'incoming';
  const slip = slipFor(origin, {
    antivirus: current('antivirus'),
    dkim: current('dkim'),
    misc: current('misc'),
  });
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

/** Mail of ours that is to be signed: from a login, or in the name of a local domain from a white-listed host. */
async function isSubmitted(tools: Tools, session: Session, { reversePath }: Transaction): Promise<boolean> {
  if (session.login) return true;
  if (session.listedAddress !== 'white' || !reversePath) return false;
  return (await tools.recipients.resolve(addressKey(reversePath))).kind !== 'remote';
}
