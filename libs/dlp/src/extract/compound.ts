// What lies in compound files: a message of Outlook, a document of Office 97 to 2003, or both in one another. Whatever else
// lies in it (a table in a text, a file, something that somebody hid there) is read as if it was attached.
import { CompoundFile, type Storage, type Stream, type Within } from './compound-file.ts';
import { Damaged, type FoundFile, type Into } from './extraction.ts';
import type { Kind } from './kind.ts';
import { readMessage } from './message.ts';
import { Octets } from './octets.ts';
import { readWorkbook } from './old-excel.ts';
import { readPresentation } from './old-powerpoint.ts';
import { readWordDocument } from './old-word.ts';
import { textOf } from './plain.ts';
import { stringsOfProperties } from './property-set.ts';

/** What a storage is told by: [MS-OFFCRYPTO] §2.3 for what has a password, [MS-OXMSG] §2.4, [MS-DOC], [MS-XLS], [MS-PPT] §2.1. */
const KINDS: readonly (readonly [stream: string, kind: Kind])[] = [
  ['encryptedpackage', 'encrypted'],
  ['__properties_version1.0', 'msg'],
  ['worddocument', 'doc'],
  ['workbook', 'xls'],
  ['book', 'xls'],
  ['powerpoint document', 'ppt'],
];
const MAX_DEPTH = 8;

/** Of the program that wrote it: how it looks, how it is printed, pictures. The documents themselves have readers. */
const OF_THE_PROGRAM =
  /^(?:\u0001compobj|\u0001ole|\u0002olepres\d+|\u0003(?:objinfo|linkinfo|eprint|print|mailstream)|richeditflags|[01]table|data|worddocument|workbook|book|current user|powerpoint document|pictures|user names|revision log|ctls|encryptioninfo|encryptedpackage)$/; // oxlint-disable-line no-control-regex
const SUMMARY = /^\u0005(?:document)?summaryinformation$/; // oxlint-disable-line no-control-regex
const PACKAGE = '\u0001ole10native';
/** Programs in documents: nobody here reads them. */
const MACROS = /^(?:macros|_vba_project_cur|vba)$/;
const OF_ENCRYPTION = '\u0006dataspaces';

export function kindOfCompound(bytes: Buffer): Kind {
  try {
    return kindsOf(new CompoundFile(bytes).root)[0] ?? 'ole';
  } catch {
    // Damaged, or too much of it: its reader says so.
    return 'ole';
  }
}

export async function readCompound({ bytes, name }: FoundFile, into: Into): Promise<void> {
  const file = new CompoundFile(bytes);
  const { streams, storages } = file.root;
  // Whatever its octets are, nothing leads to them.
  if (streams.length + storages.length === 0) return into.unread('unknownFormat');
  await new CompoundReading(file, into).read(file.root, name, 0);
}

/** One, or several where somebody put them together: each program sees its own. */
function kindsOf({ streams }: Storage): Kind[] {
  const names = new Set(streams.map(({ name }) => name.toLowerCase()));
  return [...new Set(KINDS.filter(([stream]) => names.has(stream)).map(([, kind]) => kind))];
}

class CompoundReading {
  readonly #file: CompoundFile;
  readonly #into: Into;

  constructor(file: CompoundFile, into: Into) {
    this.#file = file;
    this.#into = into;
  }

  async read(storage: Storage, name: string, depth: number): Promise<void> {
    if (depth > MAX_DEPTH) return this.#into.unread('tooDeep', name);
    const kinds = kindsOf(storage);
    const [kind] = kinds;
    if (depth > 0 && kind !== undefined) this.#into.seen({ name, kind, bytes: bytesOf(storage) });
    const within = this.#within(storage, depth);
    if (kinds.includes('encrypted')) this.#into.unread('encrypted', name);
    const parts = [
      ['doc', readWordDocument],
      ['xls', readWorkbook],
      ['ppt', readPresentation],
    ] as const;
    for (const [own, reader] of parts) {
      if (kinds.includes(own)) await this.#tolerant(name, () => reader(within));
    }
    if (kinds.includes('msg')) return readMessage(storage, within);
    for (const stream of storage.streams) await this.#tolerant(name, () => this.#stream(stream));
    for (const inner of storage.storages) {
      const lower = inner.name.toLowerCase();
      if (MACROS.test(lower)) this.#into.unread('unknownFormat', inner.name);
      else if (lower !== OF_ENCRYPTION) await this.read(inner, inner.name, depth + 1);
    }
  }

  /** Damage of a part is not that of the others. */
  async #tolerant(name: string, work: () => Promise<void> | void): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Damaged || error instanceof RangeError)) throw error;
      this.#into.unread('damaged', name);
    }
  }

  #within(storage: Storage, depth: number): Within {
    const octets = (stream: Stream): Buffer => this.#file.read(stream, this.#into);
    return {
      into: this.#into,
      octets,
      stream: (name) => {
        const found = storage.streams.find((one) => one.name.toLowerCase() === name);
        return found === undefined ? null : octets(found);
      },
      storage: (inner, name) => this.read(inner, name, depth + 1),
    };
  }

  async #stream(stream: Stream): Promise<void> {
    const lower = stream.name.toLowerCase();
    if (stream.bytes === 0 || OF_THE_PROGRAM.test(lower)) return;
    const bytes = this.#file.read(stream, this.#into);
    if (SUMMARY.test(lower)) this.#into.text(stringsOfProperties(bytes).join('\n'));
    else await this.#into.file(lower === PACKAGE ? packed(bytes) : { name: stream.name, bytes });
  }
}

function bytesOf({ streams }: Storage): number {
  return streams.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** [MS-OLEDS] §2.3.6: a file that was put into a document, by the packager of Windows. */
function packed(bytes: Buffer): FoundFile {
  try {
    const octets = new Octets(bytes);
    // Its length, and flags.
    octets.take(6);
    const label = octets.takeToZero();
    const name = textOf(label) ?? label.toString('latin1');
    // Where it was.
    octets.takeToZero();
    octets.take(4);
    // Where it was while it was put in.
    octets.take(octets.u32());
    return { name, bytes: octets.take(octets.u32()) };
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    // Of another program than the packager: as it is.
    return { name: '', bytes: bytes.subarray(4) };
  }
}
