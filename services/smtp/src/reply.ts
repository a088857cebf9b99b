// Replies as values: RFC 5321 §4.2 with the enhanced codes of RFC 3463. What the server refuses with stands in replies.ts.

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
