// The answers to PROPFIND, REPORT and GET, as they are made.
import type { ShownCard, ViewedBook } from './book.ts';
import {
  type AskedProperties,
  found,
  missing,
  MULTISTATUS_BEGIN,
  MULTISTATUS_END,
  truncated,
} from './multistatus.ts';
import { bookPath, principalPath, ROOT } from './paths.ts';
import {
  bookProperties,
  CARD_PROPERTIES,
  cardPath,
  cardProperty,
  principalProperties,
  rootProperties,
} from './properties.ts';
import { type PropertyRequest, readProperties, readReport } from './requests.ts';
import type { Asked, Refusal } from './asked.ts';
import { horizonOf } from './sync-token.ts';
import type { XmlElement } from './xml-tree.ts';

type Answered = AsyncIterable<string> | Refusal;

export async function propfind(asked: Asked, root: XmlElement | null): Promise<Answered> {
  const { request, place } = asked;
  const depth = String(request.headers['depth'] ?? 'infinity').toLowerCase();
  // RFC 4918 §9.1: a server may refuse to tell everything at once.
  if (depth !== '0' && depth !== '1') return { status: 403, inner: '<D:propfind-finite-depth/>' };
  const isDeep = depth === '1';
  const properties = (all: readonly string[]) => readProperties(root, all, preferOf(asked));
  if (place.kind === 'card') {
    const shown = (await asked.book.named([place.name])).get(place.name);
    return shown === undefined
      ? { status: 404, inner: '' }
      : whole([cardPart(asked, shown, properties(CARD_PROPERTIES))]);
  }
  const owner = asked.viewer.address;
  const parts: string[] = [];
  const tell = (path: string, own: Readonly<Record<string, string>>): void => {
    parts.push(found(path, properties(Object.keys(own)), (name) => own[name]));
  };
  if (place.kind === 'root') tell(ROOT, rootProperties(owner ?? ''));
  if (place.kind === 'principal' || (place.kind === 'root' && isDeep))
    tell(principalPath(owner), principalProperties(owner));
  if (place.kind === 'book' || (place.kind === 'principal' && isDeep)) {
    tell(bookPath(owner), bookProperties(await bookOf(asked)));
  }
  if (place.kind !== 'book' || !isDeep) return whole(parts);
  return listed(asked, parts, properties(CARD_PROPERTIES));
}

function preferOf({ request }: Asked): string | undefined {
  const { prefer } = request.headers;
  return Array.isArray(prefer) ? prefer.join(',') : prefer;
}

async function bookOf({ viewer, displayName, tokens, view, book }: Asked) {
  return { owner: viewer.address, displayName, syncToken: tokens.of(await book.state(), view) };
}

async function* whole(parts: readonly string[]): AsyncGenerator<string> {
  yield MULTISTATUS_BEGIN + parts.join('') + MULTISTATUS_END;
}

async function* listed(
  asked: Asked,
  before: readonly string[],
  asking: AskedProperties,
): AsyncGenerator<string> {
  yield MULTISTATUS_BEGIN + before.join('');
  for await (const page of asked.book.pages()) {
    yield page.map((shown) => cardPart(asked, shown, asking)).join('');
  }
  yield MULTISTATUS_END;
}

function cardPart({ viewer }: Asked, shown: ShownCard, asking: AskedProperties, vcard?: string): string {
  const { address } = viewer;
  return found(cardPath(address, shown.name), asking, (name) => cardProperty(name, shown, address, vcard));
}

export async function report(asked: Asked, root: XmlElement | null): Promise<Answered> {
  const { place, viewer } = asked;
  const wanted = root === null ? null : readReport(root, viewer.address);
  const isKnown =
    wanted !== null && (place.kind === 'book' || (place.kind === 'card' && wanted.kind === 'multiget'));
  if (!isKnown) return { status: 403, inner: '<D:supported-report/>' };
  const asking = readProperties(root, CARD_PROPERTIES, preferOf(asked));
  switch (wanted.kind) {
    case 'query':
      return queried(asked, asking, wanted);
    case 'multiget':
      return gotten(asked, asking, wanted.names);
    case 'sync':
      return synced(asked, asking, wanted);
  }
}

/** Cards as they were asked for, with the vCards where those were. */
async function* cardParts(
  asked: Asked,
  cards: readonly ShownCard[],
  asking: PropertyRequest,
): AsyncGenerator<string> {
  if (asking.version === null) {
    yield cards.map((shown) => cardPart(asked, shown, asking)).join('');
    return;
  }
  for await (const { shown, vcard } of asked.book.written(cards, asking.version)) {
    yield cardPart(asked, shown, asking, vcard);
  }
}

async function* queried(
  asked: Asked,
  asking: PropertyRequest,
  { test, limit }: { test: (card: ShownCard['card']) => boolean; limit: number },
): AsyncGenerator<string> {
  yield MULTISTATUS_BEGIN;
  let left = limit;
  for await (const page of asked.book.pages()) {
    const fitting = page.filter(({ card }) => test(card));
    yield* cardParts(asked, fitting.slice(0, left), asking);
    if (fitting.length > left) {
      yield truncated(bookPath(asked.viewer.address));
      break;
    }
    left -= fitting.length;
  }
  yield MULTISTATUS_END;
}

/** Names at a time. */
const PIECE = 500;

async function* gotten(
  asked: Asked,
  asking: PropertyRequest,
  names: readonly { path: string; name: string | null }[],
): AsyncGenerator<string> {
  yield MULTISTATUS_BEGIN;
  for (let at = 0; at < names.length; at += PIECE) {
    const piece = names.slice(at, at + PIECE);
    const there = await asked.book.named(piece.flatMap(({ name }) => name ?? []));
    yield* cardParts(asked, [...there.values()], asking);
    yield piece
      .filter(({ name }) => name === null || !there.has(name))
      .map(({ path }) => missing(path))
      .join('');
  }
  yield MULTISTATUS_END;
}

async function synced(
  asked: Asked,
  asking: PropertyRequest,
  { token, limit, isDeep }: { token: string; limit: number; isDeep: boolean },
): Promise<Answered> {
  const { book, view, tokens } = asked;
  if (isDeep) return { status: 403, inner: '<D:sync-traversal-supported/>' };
  // What comes after this is told next time.
  const next = tokens.of(await book.state(), view);
  if (token === '') return syncedParts(asked, asking, everything(book), next, limit);
  const horizon = horizonOf(token, view);
  const changes = horizon === null ? null : await book.changedSince(horizon);
  // RFC 6578 §3.2: the client asks for all again.
  if (changes === null) return { status: 403, inner: '<D:valid-sync-token/>' };
  return syncedParts(asked, asking, changes, next, limit);
}

async function* everything(book: ViewedBook): AsyncGenerator<{ there: ShownCard[]; gone: string[] }> {
  for await (const there of book.pages()) yield { there, gone: [] };
}

/** RFC 6578 §3.6: no part of a list is told that the client could not go on from. */
async function syncedParts(
  asked: Asked,
  asking: PropertyRequest,
  pages: AsyncGenerator<{ there: ShownCard[]; gone: string[] }>,
  next: string,
  limit: number,
): Promise<Answered> {
  if (limit === Number.POSITIVE_INFINITY) return syncedStream(asked, asking, pages, next);
  const held: { there: ShownCard[]; gone: string[] }[] = [];
  let count = 0;
  for await (const page of pages) {
    count += page.there.length + page.gone.length;
    if (count > limit) return { status: 507, inner: '<D:number-of-matches-within-limits/>' };
    held.push(page);
  }
  return syncedStream(asked, asking, held, next);
}

async function* syncedStream(
  asked: Asked,
  asking: PropertyRequest,
  pages:
    | AsyncIterable<{ there: ShownCard[]; gone: string[] }>
    | Iterable<{ there: ShownCard[]; gone: string[] }>,
  next: string,
): AsyncGenerator<string> {
  yield MULTISTATUS_BEGIN;
  for await (const { there, gone } of pages) {
    yield* cardParts(asked, there, asking);
    yield gone.map((name) => missing(cardPath(asked.viewer.address, name))).join('');
  }
  yield `<D:sync-token>${next}</D:sync-token>${MULTISTATUS_END}`;
}

/** One card; of a collection a word of what it is. */
export async function getCard(asked: Asked): Promise<unknown> {
  const { request, reply, place, book } = asked;
  if (place.kind !== 'card') {
    return reply
      .type('text/plain; charset=utf-8')
      .send('This is the address book: open it with a program that speaks CardDAV.\n');
  }
  const shown = (await book.named([place.name])).get(place.name);
  if (shown === undefined) return reply.status(404).send();
  reply.header('etag', shown.etag);
  if (request.headers['if-none-match'] === shown.etag) return reply.status(304).send();
  // RFC 6352 §5.1.1: 3.0 unless 4.0 is asked for.
  const version = /version="?4\.0/i.test(request.headers.accept ?? '') ? '4.0' : '3.0';
  const { value } = await book.written([shown], version).next();
  return reply
    .type(`text/vcard; charset=utf-8; version=${version}`)
    .send((value as { vcard: string } | undefined)?.vcard ?? '');
}
