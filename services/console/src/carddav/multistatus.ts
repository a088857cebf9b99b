// Answers in XML (RFC 4918 §13): properties that are there and that are not, for one resource after another.
import { xmlText } from '@pochtar/settings/client-setup';

export const DAV = 'DAV:';
export const CARD = 'urn:ietf:params:xml:ns:carddav';
const CALENDAR_SERVER = 'http://calendarserver.org/ns/';
const prefixes: ReadonlyMap<string, string> = new Map([
  [DAV, 'D'],
  [CARD, 'C'],
  [CALENDAR_SERVER, 'CS'],
]);
const NAMESPACES = `xmlns:D="${DAV}" xmlns:C="${CARD}" xmlns:CS="${CALENDAR_SERVER}"`;
const HEAD = '<?xml version="1.0" encoding="utf-8"?>\n';

export const MULTISTATUS_BEGIN = `${HEAD}<D:multistatus ${NAMESPACES}>\n`;
export const MULTISTATUS_END = '</D:multistatus>\n';

/** What is inside of a property, as XML; undefined: it has no such property. */
export type PropertyValue = string | undefined;

/** `name`: as in `XmlElement`. */
function element(name: string, inner: string): string {
  const space = name.lastIndexOf(' ');
  const [uri, local] = [name.slice(0, space), name.slice(space + 1)];
  const prefix = prefixes.get(uri);
  const [tag, own] = prefix === undefined ? [local, ` xmlns="${xmlText(uri)}"`] : [`${prefix}:${local}`, ''];
  return inner === '' ? `<${tag}${own}/>` : `<${tag}${own}>${inner}</${tag}>`;
}

export function href(path: string): string {
  return `<D:href>${xmlText(path)}</D:href>`;
}

export interface AskedProperties {
  names: readonly string[];
  /** `DAV: propname`: without their values. */
  namesOnly: boolean;
  /** RFC 8144 §2.1: what is not there is not told. */
  isMinimal: boolean;
}

// RFC 4918 §9.1: what is there with its value, what is not with 404.
export function found(
  path: string,
  { names, namesOnly, isMinimal }: AskedProperties,
  valueOf: (name: string) => PropertyValue,
): string {
  const there: string[] = [];
  const absent: string[] = [];
  for (const name of names) {
    const value = valueOf(name);
    if (value === undefined) absent.push(element(name, ''));
    else there.push(element(name, namesOnly ? '' : value));
  }
  const parts = [
    ...(there.length > 0 || absent.length === 0 || isMinimal ? [propstat(there, '200 OK')] : []),
    ...(absent.length > 0 && !isMinimal ? [propstat(absent, '404 Not Found')] : []),
  ];
  return `<D:response>${href(path)}${parts.join('')}</D:response>\n`;
}

function propstat(properties: readonly string[], status: string): string {
  return `<D:propstat><D:prop>${properties.join('')}</D:prop><D:status>HTTP/1.1 ${status}</D:status></D:propstat>`;
}

/** A resource that is gone, or was never there. */
export function missing(path: string): string {
  return `<D:response>${href(path)}<D:status>HTTP/1.1 404 Not Found</D:status></D:response>\n`;
}

/** RFC 6352 §8.6.1: there would be more. */
export function truncated(path: string): string {
  return `<D:response>${href(path)}<D:status>HTTP/1.1 507 Insufficient Storage</D:status><D:error><D:number-of-matches-within-limits/></D:error></D:response>\n`;
}

/** A condition that does not hold (RFC 4918 §16), as the body of a refusal. */
export function davError(inner: string): string {
  return `${HEAD}<D:error ${NAMESPACES}>${inner}</D:error>\n`;
}
