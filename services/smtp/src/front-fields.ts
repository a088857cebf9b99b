// The fields that this server puts in front of a mail: the trace, and for a login what its client left out.
import { asciiAddress, domainKey, parseAddress, receivedField, returnPathField } from '@pochtar/mail';
import type { Submission } from './complete-header.ts';
import type { Login, Session, Transaction } from './session.ts';

/** What is known before the payload comes. */
export interface Arrival {
  id: string;
  at: Date;
  /** Our name. */
  by: string;
}

/** Return-Path and Received. */
export const TRACE_FIELDS = 2;

// RFC 5321 §4.4: Received in front of all; Return-Path before it, as this server is the one that delivers.
export function traceFields(session: Session, transaction: Transaction, { id, at, by }: Arrival): Buffer {
  const { helo, clientAddress, protocol, tls, login } = session;
  const { reversePath, recipients, firstRecipient } = transaction;
  const received = receivedField({
    helo,
    // Where its users are is told to nobody they write to.
    clientAddress: login ? null : clientAddress,
    by,
    protocol,
    id,
    tls,
    for: recipients.size === 1 ? firstRecipient : null,
    date: at,
  });
  return Buffer.concat([returnPathField(reversePath), received]);
}

/** What is added to the header of a login where it is missing. */
export function submissionOf(login: Login, transaction: Transaction, { id, at, by }: Arrival): Submission {
  const { reversePath, parameters } = transaction;
  const sender = reversePath ?? parseAddress(login.address);
  // RFC 6532 §1: UTF-8 in a header only where the mail came by SMTPUTF8.
  const from = sender && !parameters.smtpUtf8 ? asciiAddress(sender) : sender;
  return { date: at, messageId: `${id}@${sender ? domainKey(sender.domain) : by}`, from };
}
