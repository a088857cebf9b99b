// Octets in a code page of Windows, by the number that files and messages give of it.

const NAMES: Readonly<Record<number, string>> = {
  ...{ 866: 'ibm866', 874: 'windows-874', 932: 'shift_jis', 936: 'gbk', 949: 'euc-kr', 950: 'big5' },
  ...{ 1200: 'utf-16le', 1201: 'utf-16be', 10007: 'x-mac-cyrillic', 20866: 'koi8-r', 21866: 'koi8-u' },
  ...{ 28591: 'iso-8859-1', 28592: 'iso-8859-2', 28595: 'iso-8859-5', 54936: 'gb18030', 65001: 'utf-8' },
};

/** As a TextDecoder calls it; null for one that nobody here knows. */
export function charsetOfPage(page: number): string | null {
  return NAMES[page] ?? (page >= 1250 && page <= 1258 ? `windows-${page}` : null);
}

const decoders = new Map<string, { decode(octets: Buffer): string }>();

/** What is in no code page that is known is read as that of Western Europe. */
export function decodePage(octets: Buffer, page: number): string {
  const charset = charsetOfPage(page) ?? 'windows-1252';
  let decoder = decoders.get(charset);
  // Kept: documents change their code page with every few words.
  if (decoder === undefined) decoders.set(charset, (decoder = new TextDecoder(charset)));
  return decoder.decode(octets);
}

/** A letter may be several octets of these. */
const WIDE = new Set([932, 936, 949, 950, 1200, 1201, 54936, 65001]);
const ALL_OCTETS = Buffer.from(Array.from({ length: 256 }, (_, octet) => octet));
const letters = new Map<number, string>();
/** Longer runs are decoded faster at once. */
const SHORT = 32;

/** A run of octets, of which documents have millions: no decoder is begun for a few that are letters by themselves. */
export function decodeRun(octets: readonly number[], page: number): string {
  if (WIDE.has(page) || octets.length > SHORT) return decodePage(Buffer.from(octets), page);
  let table = letters.get(page);
  if (table === undefined) letters.set(page, (table = decodePage(ALL_OCTETS, page)));
  let text = '';
  for (const octet of octets) text += table[octet];
  return text;
}
