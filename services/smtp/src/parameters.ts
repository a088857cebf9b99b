// The parameters of MAIL and RCPT: SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 (RFC 6531), AUTH (RFC 4954 §5),
// RET, ENVID, NOTIFY, ORCPT (RFC 3461). What is not announced is refused, so that nobody relies on a promise
// that was never made.
import { parseOriginalRecipient } from '@pochtar/mail';
import { badValue, unknownParameter } from './replies.ts';
import type { Reply } from './reply.ts';

export interface MailParameters {
  /** Octets that the client says it will send. */
  size: number | null;
  body: '7BIT' | '8BITMIME' | null;
  smtpUtf8: boolean;
  dsnReturn: 'FULL' | 'HDRS' | null;
  /** xtext, as given. */
  dsnEnvelopeId: string | null;
}

export interface RcptParameters {
  /** NEVER or a list of SUCCESS,FAILURE,DELAY. */
  notify: string | null;
  /** addr-type;xtext, as given. */
  originalRecipient: string | null;
}

// RFC 3461 §4: xtext is printable US-ASCII without `+` and `=`, or `+` and two upper-case hexadecimal digits.
const XTEXT = /^(?:[!-*,-<>-~]|\+[0-9A-F]{2})+$/;
const MAX_ENVELOPE_ID = 100;

/** `isUtf8Offered`: SMTPUTF8 was announced. */
export function mailParameters(
  given: ReadonlyMap<string, string>,
  isUtf8Offered: boolean,
): MailParameters | Reply {
  const parameters: MailParameters = {
    size: null,
    body: null,
    smtpUtf8: false,
    dsnReturn: null,
    dsnEnvelopeId: null,
  };
  for (const [keyword, value] of given) {
    const fault = takeMailParameter(parameters, keyword, value, isUtf8Offered);
    if (fault) return fault;
  }
  return parameters;
}

function takeMailParameter(
  parameters: MailParameters,
  keyword: string,
  value: string,
  isUtf8Offered: boolean,
): Reply | null {
  switch (keyword) {
    case 'SIZE':
      // RFC 1870 §4: up to 20 digits.
      if (!/^\d{1,20}$/.test(value)) return badValue(keyword);
      parameters.size = Number(value);
      return null;
    case 'BODY': {
      // RFC 6152 §3; BINARYMIME (RFC 3030) is not announced.
      const body = value.toUpperCase();
      if (body !== '7BIT' && body !== '8BITMIME') return badValue(keyword);
      parameters.body = body;
      return null;
    }
    case 'SMTPUTF8':
      if (!isUtf8Offered) return unknownParameter;
      // RFC 6531 §3.4: no value.
      if (value !== '') return badValue(keyword);
      parameters.smtpUtf8 = true;
      return null;
    case 'RET': {
      const dsnReturn = value.toUpperCase();
      if (dsnReturn !== 'FULL' && dsnReturn !== 'HDRS') return badValue(keyword);
      parameters.dsnReturn = dsnReturn;
      return null;
    }
    case 'ENVID':
      // RFC 3461 §4.4: at most 100 characters.
      if (!XTEXT.test(value) || value.length > MAX_ENVELOPE_ID) return badValue(keyword);
      parameters.dsnEnvelopeId = value;
      return null;
    case 'AUTH':
      // RFC 4954 §5: taken wherever AUTH is announced; the identity of strangers is not believed.
      return XTEXT.test(value) ? null : badValue(keyword);
    default:
      return unknownParameter;
  }
}

export function rcptParameters(
  given: ReadonlyMap<string, string>,
  isUtf8Mail: boolean,
): RcptParameters | Reply {
  const parameters: RcptParameters = { notify: null, originalRecipient: null };
  for (const [keyword, value] of given) {
    if (keyword === 'NOTIFY') {
      parameters.notify = notifyValue(value);
      if (parameters.notify === null) return badValue(keyword);
    } else if (keyword === 'ORCPT') {
      if (!isOriginalRecipient(value, isUtf8Mail)) return badValue(keyword);
      parameters.originalRecipient = value;
    } else return unknownParameter;
  }
  return parameters;
}

// RFC 3461 §4.1: NEVER stands alone, the others may be combined.
function notifyValue(value: string): string | null {
  const wanted = new Set(value.toUpperCase().split(','));
  if (wanted.has('NEVER')) return wanted.size === 1 ? 'NEVER' : null;
  const known = ['SUCCESS', 'FAILURE', 'DELAY'].filter((word) => wanted.has(word));
  return known.length === wanted.size ? known.join(',') : null;
}

// RFC 3461 §4.2: addr-type ";" xtext, at most 500 characters; RFC 6533 §3: raw UTF-8 only in an SMTPUTF8 mail.
function isOriginalRecipient(value: string, isUtf8Mail: boolean): boolean {
  return parseOriginalRecipient(value) !== null && (isUtf8Mail || /^[!-~]+$/.test(value));
}
