// The bytes of a message, from the volume to the client. No connection to Postgres is held meanwhile, and no more is
// read than the client takes.
import { CrlfLines, textToBytes } from '@pochtar/mail';
import { headerShift, streamDelivered } from '@pochtar/store/content';
import { dotStuffed } from './dot-stuffing.ts';
import { localized } from './languages.ts';
import type { NumberedMessage } from './maildrop.ts';
import { withPlainHeader } from './plain-header.ts';
import { err, firstLine, ok, type Reply, SessionEnd } from './reply.ts';
import type { Session } from './command.ts';

export interface OpenMessage {
  bytes: AsyncIterable<Buffer>;
  /** Octets up to and including the blank line, as they are sent. */
  headerLength: number;
  size: number;
}

export async function openMessage(
  session: Session,
  { number }: NumberedMessage,
): Promise<OpenMessage | { refusal: Reply }> {
  const { server, openMaildrop } = session;
  const found = await session.ahead.of(server.db, openMaildrop, number);
  // Another protocol may have removed it: POP3 has the maildrop to itself among POP3 sessions only.
  if (found === null) return { refusal: err(`message ${number} is gone`) };
  const { stored, headerLength, size } = found;
  const message = {
    bytes: streamDelivered(session.ahead.readsOf(server.blobs, openMaildrop, number), stored),
    headerLength: headerLength + headerShift(stored),
  };
  // RFC 6856 §5: without UTF8 a header is in US-ASCII; LIST tells the size that is stored.
  const shown = session.isUtf8 ? message : await withPlainHeader(message);
  if (shown === null) return { refusal: err('the header is in UTF-8, use UTF8 before the log-in', 'UTF8') };
  return { ...shown, size };
}

/** RFC 1939 §3: every line ends with CRLF, whatever the stored message has. */
async function* withCrlf(message: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const lines = new CrlfLines();
  for await (const chunk of message) yield lines.convert(chunk);
}

/** Answers with a multi-line response. What fails before the first byte is an error reply; later it ends the session. */
export async function sendMessage(
  session: Session,
  text: string,
  message: AsyncIterable<Buffer>,
): Promise<null> {
  const { output } = session;
  const chunks = dotStuffed(withCrlf(message));
  const first = await chunks.next();
  output.text(textToBytes(firstLine(ok(localized(text, session.language)))));
  try {
    if (!first.done) await output.octets(first.value);
    for await (const chunk of chunks) await output.octets(chunk);
    await output.flush();
  } catch (error) {
    // Half a message without its end: a client must not take it for the whole.
    if (!session.socket.destroyed)
      session.log.error({ err: error }, 'a message could not be sent to its end');
    session.socket.destroy();
    throw new SessionEnd('a message could not be sent to its end');
  }
  return null;
}
