// Rich Text Format (1.9.1): control words, groups, octets of a code page and characters of Unicode. Read in one pass.
import { decodeRun } from './code-page.ts';
import type { FoundFile, Into } from './extraction.ts';
import { textOfMarkup } from './markup.ts';

/** Groups that hold no text: fonts, colours, styles, pictures. */
const NO_TEXT = new Set(
  'fonttbl colortbl stylesheet pict listtable listoverridetable rsidtbl generator themedata colorschememapping latentstyles datastore xmlnstbl'.split(
    ' ',
  ),
);
/** Text within groups that readers may leave out: comments, text boxes, addresses of links. */
const TEXT_AGAIN = new Set(['annotation', 'shptxt', 'fldinst', 'footnote']);
const BREAKS: Readonly<Record<string, string>> = {
  ...{
    par: '\n',
    line: '\n',
    sect: '\n',
    page: '\n',
    row: '\n',
    cell: '\t',
    tab: '\t',
    emspace: ' ',
    enspace: ' ',
  },
  ...{ emdash: '—', endash: '–', bullet: '•', lquote: '‘', rquote: '’', ldblquote: '“', rdblquote: '”' },
};
/** Windows code pages of the charsets of fonts. */
const CODE_PAGES: Readonly<Record<number, number>> = {
  204: 1251,
  238: 1250,
  161: 1253,
  162: 1254,
  186: 1257,
};
const MAX_GROUPS = 1000;

interface Group {
  isText: boolean;
  /** A tag of the HTML that the RTF was made of. */
  isTag: boolean;
  /** Stands for a tag where HTML is not known. */
  isInsteadOfTag: boolean;
  /** Characters behind one of Unicode that stand for it where Unicode is not known. */
  fallback: number;
  font: number;
}

const CONTROL = /\\(?:([a-zA-Z]{1,32})(-?\d{1,10})? ?|'([0-9a-fA-F]{2})|([\s\S]))/y;

export function readRtf({ bytes }: FoundFile, into: Into): void {
  const reading = new RtfReading(bytes.toString('latin1'), into.charactersLeft);
  into.text(reading.read());
  const { html } = reading;
  if (html !== '') into.text(textOfMarkup(html, true));
  if (reading.hasObject) into.unread('unknownFormat', 'an embedded object');
}

class RtfReading {
  hasObject = false;
  readonly #source: string;
  /** Characters: of more text nobody reads the rest. */
  readonly #most: number;
  #characters = 0;
  readonly #groups: Group[] = [];
  #group: Group = { isText: true, isTag: false, isInsteadOfTag: false, fallback: 1, font: 0 };
  #codePage = 1252;
  readonly #fontPages = new Map<number, number>();
  #definedFont = 0;
  #toSkip = 0;
  /** Octets of the code page that wait to be decoded together. */
  #octets: number[] = [];
  readonly #pieces: string[] = [];
  #isFromHtml = false;
  readonly #html: string[] = [];

  constructor(source: string, most: number) {
    this.#source = source;
    this.#most = most;
  }

  /** [MS-OXRTFEX]: the HTML that a mail program made the RTF of, with what only its tags say. */
  get html(): string {
    return this.#html.join('');
  }

  read(): string {
    const source = this.#source;
    let at = 0;
    while (at < source.length && this.#characters <= this.#most) {
      const char = source[at];
      if (char === '\\') at = this.#control(at);
      else {
        if (char === '{') this.#open();
        else if (char === '}') this.#close();
        else if (char !== '\r' && char !== '\n') this.#octet(source.charCodeAt(at));
        at++;
      }
    }
    this.#flush();
    return this.#pieces.join('');
  }

  /** The group within is as this one until something in it says otherwise. */
  #open(): void {
    if (this.#groups.length < MAX_GROUPS) this.#groups.push(this.#group);
  }

  #close(): void {
    const outer = this.#groups.pop() ?? this.#group;
    if (outer !== this.#group) this.#flush();
    this.#group = outer;
    this.#toSkip = 0;
  }

  /** From here on to the end of the group; what was read before is as it was. */
  #change(by: Partial<Group>): void {
    this.#flush();
    this.#group = { ...this.#group, ...by };
  }

  #control(at: number): number {
    CONTROL.lastIndex = at;
    const match = CONTROL.exec(this.#source);
    if (match === null) return at + 1;
    const [whole, word, number, hex, sign] = match;
    if (hex !== undefined) this.#octet(Number.parseInt(hex, 16));
    else if (sign !== undefined) this.#sign(sign);
    else if (word === 'bin') return at + whole.length + Math.max(0, Number(number ?? 0));
    else if (word !== undefined) this.#word(word, number === undefined ? null : Number(number));
    return at + whole.length;
  }

  #sign(sign: string): void {
    // What begins with a star may be left out by readers; text stands in none of them.
    if (sign === '*') this.#change({ isText: false });
    else if (sign === '~') this.#text(' ');
    else if (sign === '_') this.#text('-');
    else if (sign === '\r' || sign === '\n') this.#text('\n');
    else if (sign === '\\' || sign === '{' || sign === '}') this.#octet(sign.charCodeAt(0));
  }

  #word(word: string, number: number | null): void {
    if (NO_TEXT.has(word)) this.#change({ isText: false });
    else if (TEXT_AGAIN.has(word)) this.#change({ isText: true });
    else if (word === 'objdata') {
      this.hasObject = true;
      this.#change({ isText: false });
    } else if (word === 'fromhtml') {
      this.#flush();
      this.#isFromHtml = true;
    } else if (word === 'htmltag') this.#change({ isTag: this.#isFromHtml });
    else if (word === 'htmlrtf') this.#change({ isInsteadOfTag: number !== 0 });
    else if (word === 'u' && number !== null) {
      this.#text(String.fromCharCode(number & 0xffff));
      this.#toSkip = this.#group.fallback;
    } else if (word === 'uc') this.#change({ fallback: Math.min(8, Math.max(0, number ?? 1)) });
    else if (word === 'ansicpg' && number !== null) {
      this.#flush();
      this.#codePage = number;
    } else if (word === 'f' && number !== null) {
      this.#change({ font: number });
      this.#definedFont = number;
    } else if (word === 'fcharset' && number !== null) {
      const page = CODE_PAGES[number];
      if (page === undefined) return;
      this.#flush();
      this.#fontPages.set(this.#definedFont, page);
    } else {
      const text = BREAKS[word];
      if (text !== undefined) this.#text(text);
    }
  }

  #octet(octet: number): void {
    if (this.#toSkip > 0) this.#toSkip--;
    else if (this.#group.isText || this.#group.isTag) {
      this.#octets.push(octet);
      if (this.#group.isText) this.#characters++;
    }
  }

  #text(text: string): void {
    this.#flush();
    if (this.#group.isText) this.#characters += text.length;
    this.#add(text);
  }

  #add(text: string): void {
    const { isText, isTag, isInsteadOfTag } = this.#group;
    if (isText) this.#pieces.push(text);
    if (this.#isFromHtml && (isTag || (isText && !isInsteadOfTag))) this.#html.push(text);
  }

  #flush(): void {
    if (this.#octets.length === 0) return;
    const page = this.#fontPages.get(this.#group.font) ?? this.#codePage;
    this.#add(decodeRun(this.#octets, page));
    this.#octets = [];
  }
}
