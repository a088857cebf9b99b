// What an operation comes to (RFC 4511 §4.1.9), and the error that carries it from wherever it is found to the session.

export const codes = {
  success: 0,
  operationsError: 1,
  protocolError: 2,
  timeLimitExceeded: 3,
  sizeLimitExceeded: 4,
  compareFalse: 5,
  compareTrue: 6,
  authMethodNotSupported: 7,
  adminLimitExceeded: 11,
  unavailableCriticalExtension: 12,
  confidentialityRequired: 13,
  saslBindInProgress: 14,
  noSuchAttribute: 16,
  undefinedAttributeType: 17,
  inappropriateMatching: 18,
  noSuchObject: 32,
  invalidDnSyntax: 34,
  invalidCredentials: 49,
  insufficientAccessRights: 50,
  busy: 51,
  unavailable: 52,
  unwillingToPerform: 53,
  sortControlMissing: 60,
  offsetRangeError: 61,
  other: 80,
  canceled: 118,
  noSuchOperation: 119,
  cannotCancel: 121,
} as const;

export interface Result {
  code: number;
  /** For a person who looks for what is wrong. */
  message: string;
  /** RFC 4511 §4.1.9: of a name that is not there, the longest part that is. */
  matchedDn: string;
}

export function result(code: number, message = '', matchedDn = ''): Result {
  return { code, message, matchedDn };
}

export const success: Result = result(codes.success);

/** An operation that comes to this instead of what was asked for. */
export class Refused extends Error {
  override name = 'Refused';
  readonly result: Result;

  constructor(code: keyof typeof codes, message: string, matchedDn = '') {
    super(message);
    this.result = result(codes[code], message, matchedDn);
  }
}
