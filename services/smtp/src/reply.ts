// Replies as values: RFC 5321 §4.2 with the enhanced codes of RFC 3463, and the ones that several commands give.
// Texts are for strangers: generic, without foreign text, and with the remedy where the client's user can do something.

export interface Reply {
  code: number;
  /** RFC 2034 §3, RFC 3463; null where a reply has none (3yz, greetings, EHLO). */
  enhanced: string | null;
  text: string;
}

export function reply(code: number, enhanced: string | null, text: string): Reply {
  return { code, enhanced, text };
}

/** As it stands in logs, events and on the wire. */
export function replyText({ code, enhanced, text }: Reply): string {
  return enhanced === null ? `${code} ${text}` : `${code} ${enhanced} ${text}`;
}

export function isRefusal(answer: Reply): boolean {
  return answer.code >= 400;
}

/** Something of ours does not work; the client should come again. The reason is in the log. */
export const localTrouble = reply(451, '4.3.0', 'temporary trouble here, try again later');

/** RFC 5321 §4.5.3.1.10 and RFC 3463 §3.4. */
export const noSpace = reply(452, '4.3.1', 'no room for mail at the moment, try again later');

// RFC 5321 §3.8: 421 announces that the connection is closed.
export const shuttingDown = reply(421, '4.3.2', 'server is shutting down, try again later');

/** No scan, no pass: what a filter could not look at is not let through. */
export const filterAway = reply(451, '4.7.1', 'a check cannot be made at the moment, try again later');

/** Of the black list. */
export const blackClient = reply(554, '5.7.1', 'no mail is accepted from your address');
