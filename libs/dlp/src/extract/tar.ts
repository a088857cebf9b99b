// Tape archives (POSIX ustar, with the extensions of pax and GNU): blocks of 512 octets, a header before each file. Nothing
// is unpacked: files are read where they lie.
import { Damaged, type FoundFile, type Into } from './extraction.ts';

const BLOCK = 512;
const MAGIC = 'ustar';
const MAGIC_AT = 257;
const CHECKSUM_AT = 148;
/** Regular files; links, folders and devices have no content. */
const FILES = new Set(['0', '\0', '7']);
/** What is said of the next file: attributes of pax, and names that are too long for their field. */
const SAYS = new Set(['x', 'g', 'X', 'L', 'K']);
const MAX_SAID = 64 * 1024;

/** Also of before POSIX, when a header had no mark but the sum of its octets. */
export function isTar(bytes: Buffer): boolean {
  if (bytes.length < BLOCK) return false;
  if (bytes.toString('latin1', MAGIC_AT, MAGIC_AT + MAGIC.length) === MAGIC) return true;
  const written = Number.parseInt(bytes.toString('latin1', CHECKSUM_AT, CHECKSUM_AT + 8), 8);
  let sum = 0;
  for (let at = 0; at < BLOCK; at++) {
    sum += at >= CHECKSUM_AT && at < CHECKSUM_AT + 8 ? 0x20 : (bytes[at] ?? 0);
  }
  return sum === written;
}

export async function readTar({ bytes }: FoundFile, into: Into): Promise<void> {
  /** Of the file that comes next. */
  let longName: string | null = null;
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    // The end, and not of everybody: some programs go on behind it.
    if (bytes[at] === 0) {
      at += BLOCK;
      continue;
    }
    const size = sizeAt(bytes, at);
    const start = at + BLOCK;
    if (start + size > bytes.length) throw new Damaged('it ends too early');
    const content = bytes.subarray(start, start + size);
    const type = bytes.toString('latin1', at + 156, at + 157);
    at = start + Math.ceil(size / BLOCK) * BLOCK;
    if (SAYS.has(type)) {
      const said = content.toString('utf8', 0, MAX_SAID);
      into.text(said.replaceAll('\0', '\n'));
      longName = nameSaid(type, said) ?? longName;
      continue;
    }
    const name: string = longName ?? nameAt(bytes, start - BLOCK);
    longName = null;
    // Whatever a program may make of another type, somebody may have put octets there.
    if (!FILES.has(type)) into.text(name);
    if (size > 0) await into.file({ name, bytes: content });
  }
}

function nameSaid(type: string, said: string): string | null {
  if (type === 'L') return said.replace(/\0.*$/s, '').slice(-255);
  return type === 'x' ? (/(?:^|\n)\d+ path=([^\n]*)/.exec(said)?.[1]?.slice(-255) ?? null) : null;
}

function nameAt(bytes: Buffer, at: number): string {
  return bytes.toString('utf8', at, at + 100).replace(/\0.*$/s, '');
}

/** Octal digits; GNU writes the number itself where they do not suffice, with the first bit set. */
function sizeAt(bytes: Buffer, at: number): number {
  const field = bytes.subarray(at + 124, at + 136);
  if (((field[0] ?? 0) & 0x80) !== 0) {
    // Nothing that comes here has more than four octets can tell.
    if (field.subarray(1, 8).some((octet) => octet !== 0)) throw new Damaged('a size is none');
    return field.readUInt32BE(8);
  }
  const size = Number.parseInt(field.toString('latin1').replace(/\0.*$/s, '').trim() || '0', 8);
  if (!Number.isSafeInteger(size) || size < 0) throw new Damaged('a size is none');
  return size;
}
