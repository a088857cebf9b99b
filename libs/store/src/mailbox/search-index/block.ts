// Signatures of some messages turned on their side: a slice has one bit of all rows, so that a search reads the few slices of
// what it looks for and not the signature of every message (ADR 41).
import { ROW, SIGNATURE_BITS, type SignatureRow } from '@pochtar/mail/search';

export interface SignedMessage {
  uid: number;
  rows: readonly SignatureRow[];
}

/** What is stored of a block, in one piece. */
export interface Block {
  firstUid: number;
  lastUid: number;
  /** Of the messages, ascending: pairs of a first UID and how many follow each other from there. */
  uids: Buffer;
  /** One octet a row: ROW, and FIRST where a message begins. As many as make whole octets of a slice. */
  rowKinds: Buffer;
  /** One after the other, each with a bit a row. */
  slices: Buffer;
}

/** Of a row: the first one of its message. */
const FIRST = 128;
/** Rows that are in no message fill the last octet of each slice. */
const ROWS_AN_OCTET = 8;

/** `messages` ascend; `lastUid` may be beyond the last of them, where the ones between are gone. */
export function makeBlock(firstUid: number, lastUid: number, messages: readonly SignedMessage[]): Block {
  const rows = messages.flatMap(({ rows: own }) => (own.length === 0 ? [NO_TEXT] : own));
  const octets = Math.ceil(rows.length / ROWS_AN_OCTET);
  const rowKinds = Buffer.alloc(octets * ROWS_AN_OCTET);
  const slices = Buffer.alloc(SIGNATURE_BITS * octets);
  let at = 0;
  for (const message of messages) {
    rowKinds[at] = FIRST;
    for (const { kinds, bits } of message.rows.length === 0 ? [NO_TEXT] : message.rows) {
      rowKinds[at] = (rowKinds[at] as number) | kinds;
      for (const bit of bits) {
        const place = bit * octets + (at >> 3);
        slices[place] = (slices[place] as number) | (1 << (at & 7));
      }
      at++;
    }
  }
  return { firstUid, lastUid, uids: packUids(messages.map(({ uid }) => uid)), rowKinds, slices };
}

const NO_TEXT: SignatureRow = { kinds: 0, bits: new Uint16Array(0) };

/** Neighbours, in order, as one. */
export function joinBlocks(blocks: readonly Block[]): Block {
  const widths = blocks.map(({ rowKinds }) => rowKinds.length / ROWS_AN_OCTET);
  const width = widths.reduce((sum, each) => sum + each, 0);
  const slices = Buffer.alloc(SIGNATURE_BITS * width);
  let before = 0;
  for (const [index, { slices: own }] of blocks.entries()) {
    const octets = widths[index] as number;
    for (let bit = 0; bit < SIGNATURE_BITS; bit++) {
      own.copy(slices, bit * width + before, bit * octets, (bit + 1) * octets);
    }
    before += octets;
  }
  return {
    firstUid: (blocks[0] as Block).firstUid,
    lastUid: (blocks.at(-1) as Block).lastUid,
    uids: Buffer.concat(blocks.map(({ uids }) => uids)),
    rowKinds: Buffer.concat(blocks.map(({ rowKinds }) => rowKinds)),
    slices,
  };
}

/** Octets of a slice. */
export function sliceWidth(rowKinds: Buffer): number {
  return rowKinds.length / ROWS_AN_OCTET;
}

function packUids(uids: readonly number[]): Buffer {
  const runs: number[] = [];
  let last = -1;
  for (const uid of uids) {
    if (uid === last + 1 && runs.length > 0) runs[runs.length - 1] = (runs.at(-1) as number) + 1;
    else runs.push(uid, 1);
    last = uid;
  }
  const packed = Buffer.alloc(runs.length * 4);
  for (const [index, number] of runs.entries()) packed.writeUInt32LE(number, index * 4);
  return packed;
}

function unpackUids(packed: Buffer): number[] {
  const uids: number[] = [];
  for (let at = 0; at + 8 <= packed.length; at += 8) {
    const first = packed.readUInt32LE(at);
    for (let index = 0; index < packed.readUInt32LE(at + 4); index++) uids.push(first + index);
  }
  return uids;
}

/** What messages have to have: texts, of which some or all. */
export type Narrowing =
  /** `slices` are places in what was read; `kinds` are bits of ROW, of which a row has to be one. */
  | { kind: 'text'; kinds: number; slices: readonly number[] }
  | { kind: 'all' | 'some'; of: readonly Narrowing[] };

/** What a search reads of a block: the slices that it asked for, one after the other. */
export type ReadBlock = Omit<Block, 'slices'> & { slices: Buffer };

/** UIDs of the messages that may be meant; null: the block is damaged, and tells nothing. */
export function mayBeMeant(block: ReadBlock, count: number, narrowing: Narrowing): number[] | null {
  const width = sliceWidth(block.rowKinds);
  const uids = unpackUids(block.uids);
  const messages = messageOfRows(block.rowKinds);
  if (block.slices.length !== count * width || messages.count !== uids.length) return null;
  const isMeant = look(block, narrowing, messages);
  return uids.filter((_, index) => isMeant[index] === 1);
}

interface Rows {
  count: number;
  /** Of each row; -1 for what only fills up. */
  messages: Int32Array;
}

function messageOfRows(rowKinds: Buffer): Rows {
  const messages = new Int32Array(rowKinds.length).fill(-1);
  let count = 0;
  for (const [row, kinds] of rowKinds.entries()) {
    if ((kinds & FIRST) !== 0) count++;
    if (kinds !== 0) messages[row] = count - 1;
  }
  return { count, messages };
}

/** One octet a message. */
function look(block: ReadBlock, narrowing: Narrowing, rows: Rows): Uint8Array {
  if (narrowing.kind === 'text') return lookForText(block, narrowing, rows);
  const isAll = narrowing.kind === 'all';
  const found = new Uint8Array(rows.count).fill(isAll ? 1 : 0);
  for (const each of narrowing.of) {
    const own = look(block, each, rows);
    for (let at = 0; at < found.length; at++) {
      found[at] = isAll
        ? (found[at] as number) & (own[at] as number)
        : (found[at] as number) | (own[at] as number);
    }
  }
  return found;
}

function lookForText(
  { rowKinds, slices }: ReadBlock,
  { kinds, slices: places }: Extract<Narrowing, { kind: 'text' }>,
  { count, messages }: Rows,
): Uint8Array {
  const width = sliceWidth(rowKinds);
  const together = Buffer.alloc(width, 0xff);
  for (const place of places) {
    for (let at = 0; at < width; at++) {
      together[at] = (together[at] as number) & (slices[place * width + at] as number);
    }
  }
  const found = new Uint8Array(count);
  for (const [row, own] of rowKinds.entries()) {
    const has = (own & kinds) !== 0 && ((together[row >> 3] as number) & (1 << (row & 7))) !== 0;
    const message = messages[row] as number;
    if (message >= 0 && (has || (own & ROW.always) !== 0)) found[message] = 1;
  }
  return found;
}
