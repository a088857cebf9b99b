// A mail of the quarantine as a file: pieces of the bus one after the other, as fast as whoever downloads takes them. No
// browser shows it by itself: it is an attachment of a type that none renders.
import { Readable } from 'node:stream';
import { adminQuarantine, askAdmin, type Asker, type Bus } from '@pochtar/bus';
import type { Call, OwnHandlers } from '../app.ts';
import { problemOf, unauthorized } from '../problem.ts';
import { askerOf } from '../session/sessions.ts';

export function quarantineHandlers(bus: Bus): OwnHandlers {
  return { 'GET /quarantine/:mail/content': (call) => download(call, bus) };
}

async function download({ person, client, params, reply }: Call, bus: Bus): Promise<unknown> {
  if (person === null) throw unauthorized();
  const asker = askerOf(person.principal, client.address);
  const mail = params['mail'] ?? '';
  const first = await pieceOf(bus, asker, mail, 0);
  return reply
    .type('message/rfc822')
    .header('content-length', first.size)
    .header('content-disposition', `attachment; filename="${mail}.eml"`)
    .header('x-content-type-options', 'nosniff')
    .send(Readable.from(pieces(bus, asker, mail, first)));
}

interface Piece {
  bytes: Buffer;
  /** Of the whole mail. */
  size: number;
}

async function* pieces(bus: Bus, asker: Asker, mail: string, first: Piece): AsyncGenerator<Buffer> {
  let offset = first.bytes.length;
  yield first.bytes;
  while (offset < first.size) {
    const { bytes } = await pieceOf(bus, asker, mail, offset);
    // It has left the quarantine, and what is there now is something else.
    if (bytes.length === 0) throw new Error(`the mail ${mail} ended before its size`);
    offset += bytes.length;
    yield bytes;
  }
}

async function pieceOf(bus: Bus, asker: Asker, mail: string, offset: number): Promise<Piece> {
  const answered = await askAdmin(bus, adminQuarantine.content, asker, { mail, offset });
  if (!answered.ok) throw problemOf(answered.error);
  const { piece, size } = answered.result;
  return { bytes: Buffer.from(piece, 'base64'), size };
}
