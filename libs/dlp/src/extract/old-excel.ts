// The texts and numbers of Excel workbooks of 5.0 to 2003 ([MS-XLS]): records one after the other, a long one going on in the
// records behind it. Texts of cells stand once in a table of the workbook, and are read there.
import { decodePage } from './code-page.ts';
import type { Within } from './compound-file.ts';
import { Damaged, type Into } from './extraction.ts';
import { textOf } from './plain.ts';
import { Records } from './records.ts';

/** [MS-XLS] §2.3 */
const R = {
  ...{ formula: 0x0006, header: 0x0014, footer: 0x0015, encrypted: 0x002f, goesOn: 0x003c, codePage: 0x0042 },
  ...{ sheet: 0x0085, numbers: 0x00bd, richLabel: 0x00d6, strings: 0x00fc, textBox: 0x01b6 },
  ...{
    number: 0x0203,
    label: 0x0204,
    string: 0x0207,
    shortNumber: 0x027e,
    begins: 0x0809,
    chartText: 0x100d,
  },
} as const;
const UNICODE = 0x0600;

export function readWorkbook({ into, stream }: Within): void {
  for (const name of ['workbook', 'book']) {
    const bytes = stream(name);
    if (bytes !== null) new Workbook(bytes, into).read();
  }
}

class Workbook {
  readonly #bytes: Buffer;
  readonly #into: Into;
  readonly #found: string[] = [];
  #characters = 0;
  #isUnicode = true;
  #isDamaged = false;
  #codePage: number | null = null;

  constructor(bytes: Buffer, into: Into) {
    this.#bytes = bytes;
    this.#into = into;
  }

  read(): void {
    try {
      this.#records();
    } finally {
      this.#into.text(this.#found.join('\n'));
    }
    if (this.#isDamaged) throw new Damaged('a record is damaged');
  }

  #records(): void {
    const bytes = this.#bytes;
    for (let at = 0; at + 4 <= bytes.length && this.#characters <= this.#into.charactersLeft; ) {
      const kind = bytes.readUInt16LE(at);
      if (kind === R.encrypted) return this.#into.unread('encrypted');
      const parts = [this.#part(at)];
      at += 4 + (parts[0]?.length ?? 0);
      // Only texts go on.
      while (GOES_ON.has(kind) && at + 4 <= bytes.length && bytes.readUInt16LE(at) === R.goesOn) {
        const part = this.#part(at);
        parts.push(part);
        at += 4 + part.length;
      }
      this.#tolerant(kind, new Records(parts));
    }
  }

  #part(at: number): Buffer {
    const end = at + 4 + this.#bytes.readUInt16LE(at + 2);
    if (end > this.#bytes.length) throw new Damaged('a record ends too early');
    return this.#bytes.subarray(at + 4, end);
  }

  /** Damage of one record is not that of the others. */
  #tolerant(kind: number, record: Records): void {
    try {
      this.#record(kind, record);
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      this.#isDamaged = true;
    }
  }

  #record(kind: number, record: Records): void {
    if (kind === R.begins) this.#isUnicode = record.u16() === UNICODE;
    else if (kind === R.codePage) this.#codePage = record.u16();
    else if (kind === R.strings) this.#strings(record);
    else if (kind === R.label || kind === R.richLabel) this.#string(record.skip(6), 2);
    else if (kind === R.string) this.#string(record, 2);
    else if (kind === R.header || kind === R.footer) {
      if (record.left > 0) this.#string(record, this.#isUnicode ? 2 : 1);
    } else if (kind === R.sheet) this.#string(record.skip(6), 1);
    else if (kind === R.chartText) this.#string(record.skip(2), 1);
    else if (kind === R.textBox) this.#textBox(record);
    else this.#numbers(kind, record);
  }

  #numbers(kind: number, record: Records): void {
    if (kind === R.number) this.#number(record.skip(6).double());
    else if (kind === R.shortNumber) this.#number(short(record.skip(6).u32()));
    else if (kind === R.numbers) {
      record.skip(4);
      // Two octets of looks before each, and at the end the last column.
      while (record.left >= 8) this.#number(short(record.skip(2).u32()));
    } else if (kind === R.formula) {
      const result = record.skip(6).take(8);
      // [MS-XLS] §2.5.133: no number but a text, which follows, or a word of the program.
      if (result.readUInt16LE(6) !== 0xffff) this.#number(result.readDoubleLE());
    }
  }

  /** [MS-XLS] §2.4.265: the numbers of strings in front are not needed: they end where the record does. */
  #strings(record: Records): void {
    record.skip(8);
    while (record.left > 0 && this.#characters <= this.#into.charactersLeft) this.#add(record.unicode(2));
  }

  #string(record: Records, lengthOctets: 1 | 2): void {
    if (this.#isUnicode) return this.#add(record.unicode(lengthOctets));
    const octets = record.take(lengthOctets === 1 ? record.u8() : record.u16());
    const page = this.#codePage;
    this.#add(page === null ? (textOf(octets) ?? decodePage(octets, 1251)) : decodePage(octets, page));
  }

  #textBox(record: Records): void {
    const length = record.skip(10).u16();
    if (length > 0) this.#add(record.nextPart().characters(length));
  }

  #number(value: number): void {
    if (Number.isFinite(value)) this.#add(String(value));
  }

  #add(text: string): void {
    if (text === '') return;
    this.#found.push(text);
    this.#characters += text.length + 1;
  }
}

const GOES_ON: ReadonlySet<number> = new Set([R.strings, R.string, R.textBox, R.label, R.richLabel]);

const numberOctets = Buffer.alloc(8);

/** [MS-XLS] §2.5.217: an integer or the upper half of a number, and a hundred times of it or not. */
function short(written: number): number {
  let value = (written | 0) >> 2;
  if ((written & 2) === 0) {
    numberOctets.writeUInt32LE((written & 0xfffffffc) >>> 0, 4);
    value = numberOctets.readDoubleLE();
  }
  return (written & 1) === 0 ? value : value / 100;
}
