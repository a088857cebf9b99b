// Replies of other servers, and what they mean for a recipient. RFC 5321 §4.2, RFC 3463.
import type { Failure } from '../failure.ts';

export interface Reply {
  /** Three digits, or 0 when what came is no reply. */
  code: number;
  /** RFC 3463, such as 5.1.1; null when none was given. */
  enhanced: string | null;
  /** As received, lines joined. */
  text: string;
}

const MAX_REPLY = 1000;

/** Reads a reply of one or more lines. */
export function parseReply(response: string): Reply {
  const text = response.replace(/\r?\n/g, ' ').trim().slice(0, MAX_REPLY);
  const code = /^([2-5]\d\d)(?:[ -]|$)/.exec(text)?.[1];
  const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})(?:\s|$)/.exec(text)?.[1];
  return { code: code === undefined ? 0 : Number(code), enhanced: enhanced ?? null, text };
}

export const isPositive = (reply: Reply): boolean => reply.code >= 200 && reply.code < 300;

// RFC 5321 §4.2.1: the first digit decides; what is neither 4yz nor 5yz is a far side in trouble.
export const isPermanent = (reply: Reply): boolean => reply.code >= 500;

/** RFC 5321 §4.5.3.1.10: too many recipients for one transaction; the rest may come in the next one. */
export function isTooManyRecipients(reply: Reply): boolean {
  return (
    reply.code === 452 || (reply.code === 552 && (reply.enhanced === null || reply.enhanced.endsWith('.5.3')))
  );
}

/** RFC 5321 §3.8, §4.2.2: the server closes the session; what it was given last it has not taken. */
export const isClosing = (reply: Reply): boolean => reply.code === 421;

/** What a refusing reply of `host` means. */
export function failureOf(reply: Reply, host: string): Failure & { kind: 'failed' | 'deferred' } {
  const kind = isPermanent(reply) ? 'failed' : 'deferred';
  const digit = kind === 'failed' ? '5' : '4';
  // RFC 3463 §2: the class of the code and that of the reply say the same; a contradiction is resolved by the reply.
  const status = reply.enhanced?.startsWith(digit) ? reply.enhanced : `${digit}.0.0`;
  return { kind, status, diagnostic: reply.text || 'the connection was closed', remoteMta: host };
}
