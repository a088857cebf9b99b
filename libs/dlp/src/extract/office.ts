// Documents that are zip archives of XML: Office Open XML (docx, xlsx, pptx) and OpenDocument (odt, ods, odp).
import type { FoundFile, Into } from './extraction.ts';
import type { Kind } from './kind.ts';
import { textOfMarkup } from './markup.ts';
import { textOf } from './plain.ts';
import { unzip, type ZipEntry, zipEntries } from './zip.ts';

/** Of the program that wrote it: fonts that are scrambled, the state of a printer, names of styles. Nobody writes in these. */
const OF_THE_PROGRAM =
  /^mimetype$|\.odttf$|\/printerSettings[^/]*\.bin$|\.rels$|^(?:word|xl|ppt)\/theme\/|^word\/(?:styles|settings|fontTable|webSettings|numbering)\.xml$/i;

/** What a zip archive is by the names in it. */
export function kindOfZip(bytes: Buffer, entries: readonly ZipEntry[]): Kind {
  const has = (start: string): boolean => entries.some(({ name }) => name.startsWith(start));
  if (has('[Content_Types].xml')) {
    if (has('word/')) return 'docx';
    if (has('xl/')) return 'xlsx';
    if (has('ppt/')) return 'pptx';
  }
  const [first] = entries;
  if (first?.name !== 'mimetype' || first.method !== 0) return 'zip';
  const type = bytes.toString('latin1', first.headerAt, first.headerAt + 128);
  if (type.includes('opendocument.text')) return 'odt';
  if (type.includes('opendocument.spreadsheet')) return 'ods';
  return type.includes('opendocument.presentation') ? 'odp' : 'zip';
}

export async function readOffice({ bytes }: FoundFile, into: Into): Promise<void> {
  const entries = zipEntries(bytes);
  if (isLocked(bytes, entries, into)) return into.unread('encrypted');
  for (const entry of entries) {
    const { name } = entry;
    if (name.endsWith('/') || OF_THE_PROGRAM.test(name)) continue;
    const part = unzip(bytes, entry, into);
    if (part === null) continue;
    // Whatever else lies in it (pictures, documents, a file that somebody hid there) is read as if it was attached.
    const source = name.endsWith('.xml') ? textOf(part) : null;
    if (source !== null) into.text(textOfMarkup(source, false));
    else await into.file({ name, bytes: part });
  }
}

/** OpenDocument 1.3 part 2 §3.4: the manifest says which entries are encrypted; the zip archive does not. */
function isLocked(bytes: Buffer, entries: readonly ZipEntry[], into: Into): boolean {
  const manifest = entries.find(({ name }) => name === 'META-INF/manifest.xml');
  return manifest !== undefined && (unzip(bytes, manifest, into)?.includes('encryption-data') ?? false);
}
