// The texts of PowerPoint presentations of 97 to 2003 ([MS-PPT]): records in records, of which those that hold others are
// entered and all others passed. Tables and documents that lie in a slide are files of their own.
import { inflateSync } from 'node:zlib';
import type { Within } from './compound-file.ts';
import { Damaged, type Into } from './extraction.ts';
import { inflated, most } from './zip.ts';

const HEADER = 8;
const HOLDS_OTHERS = 0x0f;
/** [MS-PPT] §2.13.24: texts in UTF-16, its lower octets alone, names and comments; objects. */
const WIDE_TEXT = 0x0fa0;
const NARROW_TEXT = 0x0fa8;
const STRING = 0x0fba;
const OBJECT = 0x1011;
const ENCRYPTION = 0x2f14;
/** [MS-PPT] §2.3.2: what the stream `Current User` says of an encrypted presentation. */
const IS_ENCRYPTED = 0xf3d1c4df;
const TOKEN_AT = 12;

export async function readPresentation({ into, stream }: Within): Promise<void> {
  const user = stream('current user');
  if (user !== null && user.length >= TOKEN_AT + 4 && user.readUInt32LE(TOKEN_AT) === IS_ENCRYPTED) {
    return into.unread('encrypted');
  }
  const bytes = stream('powerpoint document') ?? Buffer.alloc(0);
  const texts: string[] = [];
  const objects: Buffer[] = [];
  try {
    for (let at = 0; at + HEADER <= bytes.length; ) {
      const flags = bytes.readUInt16LE(at);
      const kind = bytes.readUInt16LE(at + 2);
      if (kind === ENCRYPTION) return into.unread('encrypted');
      const start = at + HEADER;
      const end = start + bytes.readUInt32LE(at + 4);
      if (end > bytes.length) throw new Damaged('a record ends too early');
      const body = bytes.subarray(start, end);
      if (kind === WIDE_TEXT || kind === STRING) texts.push(body.toString('utf16le'));
      else if (kind === NARROW_TEXT) texts.push(body.toString('latin1'));
      // Where it is packed its number says so.
      else if (kind === OBJECT) objects.push(flags >> 4 === 1 ? unpacked(body, into) : body);
      at = (flags & HOLDS_OTHERS) === HOLDS_OTHERS ? start : end;
    }
  } finally {
    into.text(texts.join('\n').replaceAll('\r', '\n').replaceAll('\u000b', '\n'));
  }
  for (const object of objects) await into.file({ name: '', bytes: object });
}

/** Its length stands in front; what it becomes is counted. */
function unpacked(body: Buffer, into: Into): Buffer {
  return inflated(() => inflateSync(body.subarray(4), most(into)), into);
}
