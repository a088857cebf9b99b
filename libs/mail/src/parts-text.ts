// The byte ranges of a mail's parts as compact text, kept beside the mail and read for BODY[1.2], BODY[1.MIME],
// BODY[1.HEADER], BODY[1.TEXT] and BINARY (RFC 9051 §6.4.5), so that a part is one range read.

import { parameterOctets } from './content-type.ts';
import { emptyPart, type Part } from './structure.ts';
import { shownType } from './imap-text.ts';

export interface PartRange {
  /** IMAP part number; '' is the whole mail. A mail that is no multipart also has a part '1', its body. */
  path: string;
  /** Start of the MIME header: BODY[path.MIME] is headerStart–bodyStart. */
  headerStart: number;
  bodyStart: number;
  end: number;
  type: string;
  subtype: string;
  /** Content-Transfer-Encoding, lower case. */
  encoding: string;
  charset: string | null;
  /** An embedded message: BODY[path.HEADER] is bodyStart–textStart, BODY[path.TEXT] textStart–end. */
  isMessage: boolean;
  /** End of the header of the embedded message; for the whole mail the end of its own. Null for other parts. */
  textStart: number | null;
}

export function encodeParts(root: Part): string {
  const rows: (string | number | null)[][] = [];
  addRow(rows, '', root, root.bodyStart);
  // RFC 9051 §6.4.5: every mail has at least one part number.
  if (root.kind !== 'multipart') addRow(rows, '1', root, embeddedTextStart(root));
  addChildren(rows, root);
  return JSON.stringify(rows);
}

function addChildren(rows: (string | number | null)[][], part: Part): void {
  // BODYSTRUCTURE shows an empty text in a multipart without parts; it can be fetched.
  if (part.kind === 'multipart' && part.children.length === 0) {
    addRow(rows, part.path === '' ? '1' : `${part.path}.1`, emptyPart(part.bodyStart), null);
  }
  for (const child of part.children) {
    // The multipart inside an embedded message has no number: it is the TEXT of the message.
    const isNumbered = !(part.kind === 'message' && child.kind === 'multipart');
    if (isNumbered) addRow(rows, child.path, child, embeddedTextStart(child));
    addChildren(rows, child);
  }
}

function embeddedTextStart(part: Part): number | null {
  return part.kind === 'message' ? (part.children[0]?.bodyStart ?? part.bodyStart) : null;
}

function addRow(
  rows: (string | number | null)[][],
  path: string,
  part: Part,
  textStart: number | null,
): void {
  const { type, subtype } = shownType(part);
  // Longer than any charset's name: damage, which would be repeated in every row.
  const named = parameterOctets(part.parameters, 'charset')?.slice(0, 65) ?? '';
  const charset = named !== '' && named.length <= 64 ? named : null;
  rows.push([
    path,
    part.headerStart,
    part.bodyStart,
    part.end,
    type,
    subtype,
    part.encoding,
    charset,
    textStart,
  ]);
}

/** Reads what encodeParts wrote; throws on anything else, because only our own rows hold it. */
export function decodeParts(text: string): PartRange[] {
  const rows = parseJson(text);
  if (!Array.isArray(rows)) throw new Error('Part ranges are damaged: not a list. Rebuild the content row.');
  return rows.map(decodeRow);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error('Part ranges are damaged: no JSON. Rebuild the content row.', { cause: error });
  }
}

function decodeRow(row: unknown): PartRange {
  if (!Array.isArray(row) || row.length !== 9) {
    throw new Error('Part ranges are damaged: a row has not nine members. Rebuild the content row.');
  }
  const [path, headerStart, bodyStart, end, type, subtype, encoding, charset, textStart] = row as [
    string,
    number,
    number,
    number,
    string,
    string,
    string,
    string | null,
    number | null,
  ];
  const isMessage = textStart !== null && path !== '';
  return { path, headerStart, bodyStart, end, type, subtype, encoding, charset, isMessage, textStart };
}
