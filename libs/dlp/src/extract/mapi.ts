// Properties of messages as Outlook keeps them ([MS-OXPROPS]), in msg files and in winmail.dat alike: what people wrote, and
// what is attached. Every string of a message is read, the bodies in all their forms; other octets are of the program.
import { charsetOfPage, decodePage } from './code-page.ts';
import { decompressRtf } from './compressed-rtf.ts';
import { Damaged, type Into } from './extraction.ts';
import { textOf } from './plain.ts';

export const STRING = 0x001e;
export const WIDE_STRING = 0x001f;
export const BINARY = 0x0102;
export const OBJECT = 0x000d;
export const INTEGER = 0x0003;

/** PidTagMessageCodepage of the strings that are not of Unicode, PidTagInternetCodepage of the HTML. */
export const MESSAGE_PAGE = 0x3ffd;
export const INTERNET_PAGE = 0x3fde;
const HTML = 0x1013;
const COMPRESSED_RTF = 0x1009;
const ATTACHED = 0x3701;
/** From the one that is shown to the one of eight letters. */
const NAMES = [0x3707, 0x3001, 0x3704];

export interface Property {
  id: number;
  /** Without the flag of several values: each of them is one of these. */
  type: number;
  value: Buffer;
}

/** The code pages of strings and of HTML; null where the message does not say. */
export interface Pages {
  strings: number | null;
  html: number | null;
}

/** Its strings as one text, and its bodies as files of their own. */
export async function readProperties(
  properties: readonly Property[],
  pages: Pages,
  into: Into,
): Promise<void> {
  const strings = properties.flatMap((property) =>
    property.id === HTML ? [] : (textOfProperty(property, pages) ?? []),
  );
  into.text(strings.join('\n'));
  for (const { id, type, value } of properties) {
    if (id === HTML) {
      const page = type === STRING ? pages.strings : pages.html;
      const charset = type === WIDE_STRING ? 'utf-16le' : page === null ? null : charsetOfPage(page);
      await into.file({ name: '', bytes: value, charset, isHtml: true });
    }
    if (id === COMPRESSED_RTF && type === BINARY) await readRtfBody(value, into);
  }
}

async function readRtfBody(value: Buffer, into: Into): Promise<void> {
  try {
    await into.file({ name: '', bytes: decompressRtf(value, into) });
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    into.unread('damaged');
  }
}

/** Null for what is no string. */
function textOfProperty({ type, value }: Property, { strings }: Pages): string | null {
  if (type === WIDE_STRING) return value.toString('utf16le').replace(/\0+$/, '');
  if (type !== STRING) return null;
  const end = value.indexOf(0);
  const octets = end < 0 ? value : value.subarray(0, end);
  const charset = strings === null ? null : charsetOfPage(strings);
  return textOf(octets, charset) ?? decodePage(octets, strings ?? 1252);
}

/** What an attachment is called. */
export function nameOfAttachment(properties: readonly Property[], pages: Pages): string {
  for (const id of NAMES) {
    const property = properties.find((one) => one.id === id);
    const name = property === undefined ? null : textOfProperty(property, pages);
    if (name !== null && name !== '') return name.slice(0, 255);
  }
  return '';
}

/** What is attached, as octets or as an object. */
export function attachedBy(properties: readonly Property[]): Property[] {
  return properties.filter(({ id, type }) => id === ATTACHED && (type === BINARY || type === OBJECT));
}
