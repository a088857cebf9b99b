// The signature of a message (ADR 41): of its texts as a search reads them.
import { decodeParts } from '@pochtar/mail';
import {
  bodyTexts,
  ROW,
  searchedHeader,
  SignatureMaker,
  type SignatureRow,
  type TextSource,
} from '@pochtar/mail/search';
import type { Turn } from '@pochtar/runtime';
import { BlobMissing, type BlobStore } from '../../blob/index.ts';
import { headerShift, readDelivered, streamDelivered } from '../../content/index.ts';
import type { MessageContent } from '../fetch.ts';

/** @param content with its parts and where it is stored */
export async function signMessage(
  blobs: BlobStore,
  content: MessageContent,
  turn: Turn,
): Promise<SignatureRow[]> {
  const { stored, parts, headerLength } = content;
  if (stored === undefined || parts === undefined || headerLength === undefined)
    throw new TypeError('the content was fetched without its place');
  const shift = headerShift(stored);
  const source: TextSource = {
    parts: decodeParts(parts),
    shift,
    read: (range) => readDelivered(blobs, stored, range),
    stream: (range) => streamDelivered(blobs, stored, range),
  };
  const maker = new SignatureMaker();
  try {
    const header = await source.read({ start: 0, end: headerLength + shift });
    for (const text of searchedHeader(header)) maker.add(text, ROW.header);
    for await (const { text, place } of bodyTexts(source)) {
      maker.add(text, ROW.body, place === 'next');
      if (maker.isFull) break;
      if (turn.isOver) await turn.pass();
    }
  } catch (error) {
    if (!(error instanceof BlobMissing)) throw error;
    // It may be brought back: whoever searches looks at it then.
    maker.giveUp();
  }
  return maker.rows();
}
