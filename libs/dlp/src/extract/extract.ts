// All texts of a mail or a file, with what they lie in and what could not be read. Which reader takes a file apart is
// decided by its content. Pure: octets in, texts out.
import { clean } from '../fold.ts';
import { readGzip, readZip, readZstd } from './archive.ts';
import { kindOfCompound, readCompound } from './compound.ts';
import {
  Damaged,
  DEFAULT_LIMITS,
  type FoundFile,
  type Into,
  LimitReached,
  type Limits,
  type Reader,
  type SeenFile,
  type Unread,
  type Unreadable,
} from './extraction.ts';
import { type Kind, kindByMagic, kindOfText, wordless } from './kind.ts';
import { textOfMarkup } from './markup.ts';
import { readMail } from './mime.ts';
import { kindOfZip, readOffice } from './office.ts';
import { readPdf } from './pdf.ts';
import { textOf } from './plain.ts';
import { readRtf } from './rtf.ts';
import { readTar } from './tar.ts';
import { readTnef } from './tnef.ts';
import { zipEntries } from './zip.ts';

export interface Extracted {
  files: SeenFile[];
  /** Clean, one for each file or piece of one; nothing is found over the end of one. */
  texts: string[];
  unread: Unread[];
}

/** More of these say nothing new. */
const MAX_UNREAD = 50;
/** Each is searched by itself, however short it is. */
const MAX_TEXTS = 20_000;

const readers: Partial<Record<Kind, Reader>> = {
  ...{ pdf: readPdf, rtf: readRtf, eml: readMail, tnef: readTnef },
  ...{ zip: readZip, gzip: readGzip, zstd: readZstd, tar: readTar },
  ...{ msg: readCompound, doc: readCompound, xls: readCompound, ppt: readCompound, ole: readCompound },
  ...{
    docx: readOffice,
    xlsx: readOffice,
    pptx: readOffice,
    odt: readOffice,
    ods: readOffice,
    odp: readOffice,
  },
};

/** A mail as it was sent. */
export async function extractMail(bytes: Buffer, limits: Partial<Limits> = {}): Promise<Extracted> {
  return new Extraction(limits).run({ name: '', bytes }, 'eml');
}

/** A file that somebody wants to be protected. */
export async function extractFile(file: FoundFile, limits: Partial<Limits> = {}): Promise<Extracted> {
  return new Extraction(limits).run(file);
}

class Extraction {
  readonly #limits: Limits;
  readonly #found: Extracted = { files: [], texts: [], unread: [] };
  #unpacked = 0;
  #characters = 0;

  constructor(limits: Partial<Limits>) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  async run(file: FoundFile, kind?: Kind): Promise<Extracted> {
    try {
      if (kind === undefined) await this.#file(file, 0);
      else await this.#read(file, kind, 0);
    } catch (error) {
      // A limit of the mail as a whole: what was read until then is kept.
      if (!(error instanceof LimitReached)) throw error;
      this.#unread(error.why, file.name);
    }
    return this.#found;
  }

  async #file(file: FoundFile, depth: number): Promise<void> {
    const { name, bytes } = file;
    const seen = this.#see({ name, kind: 'unknown', bytes: bytes.length });
    const { kind, text } = this.#kindOf(file);
    seen.kind = kind;
    if (wordless.has(kind)) return;
    if (bytes.length > this.#limits.fileBytes) return this.#unread('tooLarge', name);
    if (text !== null && kind === 'text') return this.#text(text);
    if (text !== null && kind === 'html') return this.#text(textOfMarkup(text, true));
    if (depth >= this.#limits.depth) return this.#unread('tooDeep', name);
    await this.#read(file, kind, depth);
  }

  #see(seen: SeenFile): SeenFile {
    if (this.#found.files.length >= this.#limits.files) throw new LimitReached('tooMany');
    this.#found.files.push(seen);
    return seen;
  }

  async #read(file: FoundFile, kind: Kind, depth: number): Promise<void> {
    const reader = readers[kind];
    if (reader === undefined) {
      return this.#unread(kind === 'encrypted' ? 'encrypted' : 'unknownFormat', file.name);
    }
    try {
      await reader(file, this.#into(file, depth));
    } catch (error) {
      if (error instanceof LimitReached) throw error;
      if (!(error instanceof Damaged || error instanceof RangeError)) throw error;
      this.#unread('damaged', file.name);
    }
  }

  #kindOf(file: FoundFile): { kind: Kind; text: string | null } {
    const { bytes, charset, isHtml = false } = file;
    const magic = kindByMagic(bytes);
    if (magic === 'zip') return { kind: zipKind(bytes), text: null };
    if (magic === 'ole') return { kind: kindOfCompound(bytes), text: null };
    if (magic !== null) return { kind: magic, text: null };
    if (bytes.length > this.#limits.fileBytes) return { kind: 'unknown', text: null };
    const text = textOf(bytes, charset);
    return text === null ? { kind: 'unknown', text } : { kind: kindOfText(text, isHtml), text };
  }

  #into({ name: within }: FoundFile, depth: number): Into {
    const left = (): number => this.#limits.unpackedBytes - this.#unpacked;
    const charactersLeft = (): number => this.#limits.characters - this.#characters;
    return {
      get unpackedBytesLeft() {
        return left();
      },
      get charactersLeft() {
        return charactersLeft();
      },
      seen: (file) => void this.#see(file),
      text: (text) => this.#text(text),
      file: async (file) => {
        if (within !== '' && file.name !== '') this.#text(file.name);
        await this.#file(file, depth + 1);
      },
      unread: (why, name) => this.#unread(why, name === undefined || name === '' ? within : name),
      unpacked: (bytes) => {
        this.#unpacked += bytes;
        if (this.#unpacked > this.#limits.unpackedBytes) throw new LimitReached('tooLarge');
      },
    };
  }

  #text(text: string): void {
    if (text.trim() === '') return;
    if (this.#found.texts.length === MAX_TEXTS) throw new LimitReached('tooMany');
    const left = this.#limits.characters - this.#characters;
    // A sign may become eighteen, or none.
    const readable = clean(text.slice(0, left));
    this.#characters += Math.max(Math.min(text.length, left), readable.length);
    this.#found.texts.push(readable.slice(0, left));
    if (text.length > left || readable.length > left) throw new LimitReached('tooLarge');
  }

  #unread(why: Unreadable, name: string): void {
    if (this.#found.unread.length < MAX_UNREAD) this.#found.unread.push({ name, why });
  }
}

function zipKind(bytes: Buffer): Kind {
  try {
    return kindOfZip(bytes, zipEntries(bytes));
  } catch {
    // Damaged, or too much of it: its reader says so.
    return 'zip';
  }
}
