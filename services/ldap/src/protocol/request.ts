// What a client asks (RFC 4511 §4.2 to §4.12). Of what would change the directory only the kind is looked at: none of it is
// done.
import { BerReader, integerOf, utf8 } from '../ber/reader.ts';
import { MalformedBer } from '../ber/malformed.ts';
import { context, contextParts, tags } from '../ber/tags.ts';
import { type Filter, readFilter } from './filter.ts';
import { requestTags } from './operation-tags.ts';
import { Refused } from './result.ts';

export type Request =
  | BindRequest
  | SearchRequest
  | CompareRequest
  | ExtendedRequest
  | { kind: 'unbind' }
  | { kind: 'write' }
  | { kind: 'abandon'; messageId: number };

export interface BindRequest {
  kind: 'bind';
  version: number;
  name: string;
  credentials: { kind: 'simple'; password: string } | SaslCredentials | { kind: 'unknown' };
}

export interface SaslCredentials {
  kind: 'sasl';
  mechanism: string;
  response: Buffer | null;
}

export type Scope = 'base' | 'one' | 'sub';

export interface SearchRequest {
  kind: 'search';
  base: string;
  scope: Scope;
  /** 0: none of the client's */
  sizeLimit: number;
  /** Seconds; 0: none of the client's */
  timeLimit: number;
  typesOnly: boolean;
  filter: Filter;
  attributes: readonly string[];
}

export interface CompareRequest {
  kind: 'compare';
  name: string;
  attribute: string;
  value: Buffer;
}

export interface ExtendedRequest {
  kind: 'extended';
  oid: string;
  value: Buffer | null;
}

const MAX_ATTRIBUTES = 200;
const scopes: readonly Scope[] = ['base', 'one', 'sub'];
const MAX_INTEGER = 2 ** 31 - 1;

/** `content` is that of the element with this tag. Throws `MalformedBer`, or `Refused` when it is understood and too much. */
export function readRequest(tag: number, content: Buffer): Request {
  const reader = new BerReader(content);
  switch (tag) {
    case requestTags.bind:
      return readBind(reader);
    case requestTags.search:
      return readSearch(reader);
    case requestTags.compare:
      return readCompare(reader);
    case requestTags.extended:
      return readExtended(reader);
    case requestTags.unbind:
      return { kind: 'unbind' };
    case requestTags.abandon:
      return { kind: 'abandon', messageId: integerOf(content) };
    case requestTags.modify:
    case requestTags.add:
    case requestTags.delete:
    case requestTags.modifyDn:
      return { kind: 'write' };
    default:
      // RFC 4511 §4.1.1: a request that is none ends the session.
      throw new MalformedBer('an operation that is none of LDAP');
  }
}

function readBind(reader: BerReader): BindRequest {
  const version = reader.integer();
  const name = reader.text();
  const { tag, content } = reader.element();
  if (tag === context(0)) {
    const credentials = { kind: 'simple', password: utf8(content) } as const;
    return { kind: 'bind', version, name, credentials };
  }
  // RFC 4511 §4.2: a choice that is not known is one of the methods that are not supported.
  if (tag !== contextParts(3)) return { kind: 'bind', version, name, credentials: { kind: 'unknown' } };
  const sasl = new BerReader(content);
  const mechanism = sasl.text();
  const response = sasl.optional(tags.octetString);
  return { kind: 'bind', version, name, credentials: { kind: 'sasl', mechanism, response } };
}

function readSearch(reader: BerReader): SearchRequest {
  const base = reader.text();
  const scope = scopes[reader.integer(tags.enumerated)];
  // Aliases of LDAP do not exist here, so that how they are followed does not matter.
  reader.integer(tags.enumerated);
  const [sizeLimit, timeLimit] = [limit(reader), limit(reader)];
  const typesOnly = reader.boolean();
  const filter = readFilter(reader);
  const attributes = readAttributes(reader.content(tags.sequence));
  reader.end();
  if (scope === undefined) throw new Refused('protocolError', 'the scope is one of 0, 1 and 2');
  return { kind: 'search', base, scope, sizeLimit, timeLimit, typesOnly, filter, attributes };
}

/** Programs ask for the same few lists again and again. */
const knownLists = new Map<string, readonly string[]>();
const MAX_LISTS = 256;
const MAX_KNOWN_OCTETS = 512;

/** Of the same octets the same list, as long as it is kept. */
function readAttributes(content: Buffer): readonly string[] {
  const key = content.length <= MAX_KNOWN_OCTETS ? content.toString('latin1') : null;
  const known = key === null ? undefined : knownLists.get(key);
  if (known !== undefined) return known;
  const list = new BerReader(content);
  const attributes: string[] = [];
  while (!list.isAtEnd) {
    attributes.push(list.text());
    if (attributes.length > MAX_ATTRIBUTES) {
      throw new Refused('adminLimitExceeded', `${MAX_ATTRIBUTES} attributes may be asked for`);
    }
  }
  if (key === null) return attributes;
  if (knownLists.size >= MAX_LISTS) knownLists.clear();
  knownLists.set(key, attributes);
  return attributes;
}

function limit(reader: BerReader): number {
  const value = reader.integer();
  if (value < 0 || value > MAX_INTEGER) throw new MalformedBer('no limit');
  return value;
}

function readCompare(reader: BerReader): CompareRequest {
  const name = reader.text();
  const assertion = reader.inside();
  const attribute = assertion.text();
  const value = assertion.content(tags.octetString);
  assertion.end();
  return { kind: 'compare', name, attribute, value };
}

function readExtended(reader: BerReader): ExtendedRequest {
  const oid = reader.text(context(0));
  return { kind: 'extended', oid, value: reader.optional(context(1)) };
}
