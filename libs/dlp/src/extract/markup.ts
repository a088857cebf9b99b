// The text of HTML and XML, in one pass: tags end words and lines where a reader sees an end, and are nothing where he sees
// none (`<b>ta</b>x` is one word). Comments, scripts and styles are text as well: nobody sees it, but it is sent.

/** Elements that begin a line or a cell, by their names without prefix: of HTML, Office Open XML and OpenDocument. */
const BREAKS = new Set(
  (
    'p h br cr tab tc tr td th si c row is s li ul ol dl dt dd div table h1 h2 h3 h4 h5 h6 hr pre blockquote title option ' +
    'body head html section article header footer line-break table-cell table-row list-item v script style textarea'
  ).split(' '),
);
/** Attributes that people read or follow. */
const READ_ATTRIBUTES =
  /\b(?:alt|title|href|value|content|placeholder)\s*=\s*(?:"([^"]{1,2000})"|'([^']{1,2000})')/gi;
const MAX_TAG = 16 * 1024;

export function textOfMarkup(source: string, isHtml: boolean): string {
  const pieces: string[] = [];
  const attributes: string[] = [];
  let at = 0;
  while (at < source.length) {
    const open = source.indexOf('<', at);
    if (open < 0) break;
    pieces.push(source.slice(at, open));
    if (source.startsWith('<!--', open)) {
      pieces.push('\n');
      at = open + 4;
      continue;
    }
    const close = source.indexOf('>', open);
    // What has no end is no tag.
    if (close < 0) {
      at = open;
      break;
    }
    const tag = source.slice(open + 1, Math.min(close, open + MAX_TAG));
    if (breaks(tag)) pieces.push('\n');
    if (isHtml && tag.includes('='))
      for (const match of tag.matchAll(READ_ATTRIBUTES)) attributes.push(match[1] ?? match[2] ?? '');
    at = close + 1;
  }
  pieces.push(source.slice(at));
  return withoutEntities([...pieces, ...attributes.map((value) => `\n${value}`)].join(''));
}

function breaks(tag: string): boolean {
  const name = /^\/?(?:[A-Za-z][\w-]*:)?([A-Za-z][\w-]*)/.exec(tag.slice(0, 64))?.[1];
  return name !== undefined && BREAKS.has(name.toLowerCase());
}

const NAMED: Readonly<Record<string, string>> = {
  ...{
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    nbsp: ' ',
    shy: '\u00ad',
    zwnj: '\u200c',
    zwj: '\u200d',
  },
  ...{ laquo: '«', raquo: '»', mdash: '—', ndash: '–', hellip: '…', bull: '•', middot: '·', numero: '№' },
  ...{
    ensp: ' ',
    emsp: ' ',
    thinsp: ' ',
    Tab: '\t',
    NewLine: '\n',
    num: '#',
    period: '.',
    comma: ',',
    hyphen: '-',
  },
};

function withoutEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z]{2,10}));?/g,
    (whole, decimal, hex, name) => {
      if (name !== undefined) return NAMED[name as string] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code).toWellFormed() : whole;
    },
  );
}
