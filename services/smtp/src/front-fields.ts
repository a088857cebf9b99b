// The fields that this server puts in front of a mail: the trace, and for a login what its client left out.
import { asciiAddress, domainKey, parseAddress, receivedField, returnPathField } from '@pochtar/mail';
import type { Submission } from './complete-header.ts';
import { reverseResultsField } from './reverse-names.ts';
import type { ReverseResult } from './reverse-name.ts';
import type { Login, Session, Transaction } from './session.ts';

/** What is known before the payload comes. */
export interface Arrival {
  id: string;
  at: Date;
  /** Our name. */
  by: string;
}

export interface FrontFields {
  bytes: Buffer;
  fields: number;
}

/**
 * RFC 5321 §4.4: Received in front of all; Return-Path before it, as this server is the one that delivers.
 * `iprev`: to be told here, as nobody does it later.
 */
export function traceFields(
  session: Session,
  transaction: Transaction,
  { id, at, by }: Arrival,
  iprev: ReverseResult | null,
): FrontFields {
  const { helo, clientAddress, protocol, tls, login } = session;
  const { reversePath, recipients, firstRecipient } = transaction;
  const received = receivedField({
    helo,
    // Where its users are is told to nobody they write to.
    clientAddress: login ? null : clientAddress,
    reverseName: session.reverseFinding?.names[0] ?? null,
    by,
    protocol,
    id,
    tls,
    for: recipients.size === 1 ? firstRecipient : null,
    date: at,
  });
  // RFC 8601 §4: in front of the trace of this hop.
  const results = iprev === null ? [] : [reverseResultsField(by, clientAddress, iprev)];
  const pieces = [returnPathField(reversePath), ...results, received];
  return { bytes: Buffer.concat(pieces), fields: pieces.length };
}

/** How the header of a login is completed. */
export function submissionOf(
  login: Login,
  transaction: Transaction,
  { id, at, by }: Arrival,
  isSubjectRecoded: boolean,
): Submission {
  const { reversePath, parameters } = transaction;
  const sender = reversePath ?? parseAddress(login.address);
  // RFC 6532 §1: UTF-8 in a header only where the mail came by SMTPUTF8.
  const from = sender && !parameters.smtpUtf8 ? asciiAddress(sender) : sender;
  return { date: at, messageId: `${id}@${sender ? domainKey(sender.domain) : by}`, from, isSubjectRecoded };
}
