// A mail taken apart as the filter gets it: the header with its blank line, then the body.
import type { Message } from '../src/authentication/authenticate.ts';

export function messageOf(mail: Buffer, pieceLength = 64 * 1024): Message {
  const blank = /(?:^|\n)\r?\n/.exec(mail.toString('latin1'));
  const end = blank === null ? mail.length : blank.index + blank[0].length;
  async function* body(): AsyncGenerator<Buffer> {
    for (let at = end; at < mail.length; at += pieceLength) yield mail.subarray(at, at + pieceLength);
  }
  return { header: mail.subarray(0, end), body: body() };
}
