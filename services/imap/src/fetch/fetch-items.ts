// The items of FETCH (RFC 9051 §6.4.5; RFC 3501 §6.4.5 for RFC822 and its kin; RFC 7162 for MODSEQ; RFC 8474
// for EMAILID and THREADID; RFC 8514 for SAVEDATE; RFC 8970 for PREVIEW).
import type { ContentColumn } from '@pochtar/store/mailbox';
import { BadSyntax, type Cursor } from '../syntax/cursor.ts';
import {
  parseBinarySection,
  parsePartial,
  parseSection,
  type Partial as PartialRange,
  type Section,
} from './section.ts';

export type SimpleItem =
  | 'BODY'
  | 'BODYSTRUCTURE'
  | 'EMAILID'
  | 'ENVELOPE'
  | 'FLAGS'
  | 'INTERNALDATE'
  | 'MODSEQ'
  | 'PREVIEW'
  | 'RFC822.SIZE'
  | 'SAVEDATE'
  | 'THREADID'
  | 'UID';

export interface SectionItem {
  kind: 'section' | 'binary' | 'binarySize';
  section: Section;
  partial: PartialRange | null;
  /** What the answer calls it. */
  label: string;
  /** Reading it sets \Seen. */
  setsSeen: boolean;
}

export type FetchItem = { kind: 'simple'; name: SimpleItem } | SectionItem;

const MAX_ITEMS = 100;
const SIMPLE: readonly string[] = [
  'BODYSTRUCTURE',
  'EMAILID',
  'ENVELOPE',
  'FLAGS',
  'INTERNALDATE',
  'MODSEQ',
  'RFC822.SIZE',
  'SAVEDATE',
  'THREADID',
  'UID',
] satisfies SimpleItem[];
const FAST: SimpleItem[] = ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'];
const MACROS: ReadonlyMap<string, SimpleItem[]> = new Map([
  ['FAST', FAST],
  ['ALL', [...FAST, 'ENVELOPE']],
  ['FULL', [...FAST, 'ENVELOPE', 'BODY']],
]);
const WHOLE: Section = { path: '', part: 'all', fields: [], text: '' };
// RFC 3501 §6.4.5: old names of sections.
const OLD_NAMES: ReadonlyMap<string, Omit<SectionItem, 'label'>> = new Map([
  ['RFC822', { kind: 'section', section: WHOLE, partial: null, setsSeen: true }],
  [
    'RFC822.HEADER',
    { kind: 'section', section: { ...WHOLE, part: 'header' }, partial: null, setsSeen: false },
  ],
  ['RFC822.TEXT', { kind: 'section', section: { ...WHOLE, part: 'text' }, partial: null, setsSeen: true }],
]);

/** One item, a macro, or a list of items. */
export function parseFetchItems(cursor: Cursor): FetchItem[] {
  if (cursor.next === '(') {
    const items = cursor.list(() => parseItem(cursor, cursor.until('[ ()').toUpperCase()));
    if (items.length === 0 || items.length > MAX_ITEMS) throw new BadSyntax('no or too many items');
    return items;
  }
  const name = cursor.until('[ ()').toUpperCase();
  const macro = MACROS.get(name);
  return macro ? macro.map((each) => ({ kind: 'simple', name: each })) : [parseItem(cursor, name)];
}

function parseItem(cursor: Cursor, name: string): FetchItem {
  if (SIMPLE.includes(name)) return { kind: 'simple', name: name as SimpleItem };
  if (name === 'PREVIEW') return parsePreview(cursor);
  const old = OLD_NAMES.get(name);
  if (old) return { ...old, label: name };
  if (name === 'BODY' && cursor.next !== '[') return { kind: 'simple', name: 'BODY' };
  const isBinary = name.startsWith('BINARY');
  if (!['BODY', 'BODY.PEEK', 'BINARY', 'BINARY.PEEK', 'BINARY.SIZE'].includes(name)) {
    throw new BadSyntax(name === '' ? 'missing item' : 'unknown item');
  }
  cursor.expect('[');
  const section = isBinary ? parseBinarySection(cursor) : parseSection(cursor);
  const partial = name === 'BINARY.SIZE' ? null : parsePartial(cursor);
  const kind = name === 'BINARY.SIZE' ? 'binarySize' : isBinary ? 'binary' : 'section';
  const shown = name.replace('.PEEK', '');
  // RFC 9051 §7.5.2: the origin of a part of it is repeated, its length is not.
  const label = `${shown}[${section.text}]${partial ? `<${partial.offset}>` : ''}`;
  return { kind, section, partial, label, setsSeen: name === 'BODY' || name === 'BINARY' };
}

/** RFC 8970 §3.1: `PREVIEW` or `PREVIEW (LAZY)`. What is made at once is there for the lazy, too. */
function parsePreview(cursor: Cursor): FetchItem {
  // Of a single item, what follows behind a blank may be modifiers of FETCH.
  if (cursor.takeWord(' (LAZY')) cursor.expect(')');
  return { kind: 'simple', name: 'PREVIEW' };
}

/** The columns of content rows that these items need; none means message rows are enough. */
export function neededColumns(items: readonly FetchItem[]): ContentColumn[] {
  const columns = new Set<ContentColumn>();
  for (const item of items) {
    if (item.kind === 'simple') {
      if (item.name === 'ENVELOPE') columns.add('envelope');
      if (item.name === 'EMAILID') columns.add('id');
      if (item.name === 'SAVEDATE') columns.add('savedAt');
      if (item.name === 'PREVIEW') columns.add('stored').add('parts');
      if (item.name === 'BODY' || item.name === 'BODYSTRUCTURE') columns.add('bodyStructure');
      continue;
    }
    columns.add('stored');
    if (item.section.path !== '') columns.add('parts');
    if (item.section.part === 'fields' && item.section.path === '') columns.add('header');
  }
  return [...columns];
}
