// What a request asks for: PROPFIND (RFC 4918 §9.1) and the three reports (RFC 6352 §8.6, §8.7; RFC 6578 §3.2), out of their XML.
import type { VcardVersion } from '@pochtar/mail/cards';
import { type CardTest, readFilter } from './card-query.ts';
import { type AskedProperties, CARD, DAV } from './multistatus.ts';
import { placeOf } from './paths.ts';
import { REPORTS } from './properties.ts';
import { BadXml, childOf, type XmlElement } from './xml-tree.ts';

const ADDRESS_DATA = `${CARD} address-data`;
const MAX_PROPERTIES = 100;

export interface PropertyRequest extends AskedProperties {
  /** null: no card itself is asked for. */
  version: VcardVersion | null;
}

/** `all`: what `DAV: allprop` means here. */
export function readProperties(
  root: XmlElement | null,
  all: readonly string[],
  prefer: string | undefined,
): PropertyRequest {
  const isMinimal = /(?:^|[\s,])return=minimal/i.test(prefer ?? '');
  const prop = childOf(root, `${DAV} prop`);
  const namesOnly = childOf(root, `${DAV} propname`) !== undefined;
  if (prop === undefined) return { names: all, namesOnly, isMinimal, version: null };
  if (prop.children.length > MAX_PROPERTIES) throw new BadXml(`more than ${MAX_PROPERTIES} properties`);
  const data = childOf(prop, ADDRESS_DATA);
  const version = data === undefined ? null : data.attributes['version'] === '4.0' ? '4.0' : '3.0';
  return { names: prop.children.map(({ name }) => name), namesOnly, isMinimal, version };
}

export type Report =
  | { kind: 'query'; test: CardTest; limit: number }
  | { kind: 'multiget'; names: { path: string; name: string | null }[] }
  | { kind: 'sync'; token: string; limit: number; isDeep: boolean };

/** null: a report that is not done. */
export function readReport(root: XmlElement, owner: string | null): Report | null {
  switch (root.name) {
    case REPORTS.query: {
      const test = readFilter(childOf(root, `${CARD} filter`));
      return { kind: 'query', test, limit: limitOf(childOf(root, `${CARD} limit`), CARD) };
    }
    case REPORTS.multiget: {
      const paths = root.children.filter(({ name }) => name === `${DAV} href`).map(({ text }) => text.trim());
      return { kind: 'multiget', names: paths.map((path) => ({ path, name: nameOf(path, owner) })) };
    }
    case REPORTS.sync: {
      const token = childOf(root, `${DAV} sync-token`)?.text.trim() ?? '';
      const isDeep = childOf(root, `${DAV} sync-level`)?.text.trim() === 'infinite';
      return { kind: 'sync', token, limit: limitOf(childOf(root, `${DAV} limit`), DAV), isDeep };
    }
    default:
      return null;
  }
}

function limitOf(element: XmlElement | undefined, space: string): number {
  const written = Number(childOf(element ?? null, `${space} nresults`)?.text.trim() ?? Number.NaN);
  return written >= 1 ? written : Number.POSITIVE_INFINITY;
}

/** Of a card of this book; whole addresses and paths alike. */
function nameOf(written: string, owner: string | null): string | null {
  const path = URL.parse(written, 'http://x')?.pathname ?? '';
  const place = path.startsWith('/carddav/') ? placeOf(path) : null;
  return place?.kind === 'card' && place.owner === owner ? place.name : null;
}
