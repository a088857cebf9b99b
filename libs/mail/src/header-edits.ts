// Edits of a stored header: fields put in front, ranges left out. The body behind it is never touched.
import { parseHeaderFields } from './header.ts';

/** Header bytes with the edits applied. `removed`: [start, end) pairs, ascending, without overlap. */
export function editedHeader(
  stored: Buffer,
  prefix: Buffer | null,
  removed: readonly number[] | null,
): Buffer {
  const pieces: Buffer[] = prefix === null ? [] : [prefix];
  let from = 0;
  const ranges = removed ?? [];
  for (let index = 0; index + 1 < ranges.length; index += 2) {
    pieces.push(stored.subarray(from, ranges[index]));
    from = ranges[index + 1] as number;
  }
  pieces.push(stored.subarray(from));
  return Buffer.concat(pieces);
}

/**
 * Edits that keep the Return-Path line where it is. RFC 5321 §4.4: it stands first; fields that are put in front of what
 * the sender's side wrote stand behind it. A prefix that has the line already is put in order.
 */
export function behindReturnPath(
  stored: Buffer,
  prefix: Buffer,
  removed: readonly number[] | null,
): { prefix: Buffer; removed: number[] | null } {
  const length = returnPathLength(stored);
  const ranges = mergeRanges([[0, length], removed ?? []]);
  return {
    prefix: Buffer.concat([stored.subarray(0, length), withoutReturnPath(stored, prefix)]),
    removed: ranges.length === 0 ? null : ranges,
  };
}

/** A prefix without the Return-Path line of the header that it belongs to. */
export function withoutReturnPath(stored: Buffer, prefix: Buffer): Buffer {
  const line = stored.subarray(0, returnPathLength(stored));
  const at = line.length === 0 ? -1 : prefix.indexOf(line);
  return at < 0 ? prefix : Buffer.concat([prefix.subarray(0, at), prefix.subarray(at + line.length)]);
}

/** The union of lists of [start, end) ranges, ascending and without overlap. */
export function mergeRanges(lists: readonly (readonly number[])[]): number[] {
  const pairs: [number, number][] = [];
  for (const list of lists) {
    for (let index = 0; index + 1 < list.length; index += 2) {
      const [start, end] = [list[index] as number, list[index + 1] as number];
      if (start < end) pairs.push([start, end]);
    }
  }
  pairs.sort(([first], [second]) => first - second);
  const merged: number[] = [];
  for (const [start, end] of pairs) {
    const last = merged.length - 1;
    if (last > 0 && start <= (merged[last] as number)) merged[last] = Math.max(merged[last] as number, end);
    else merged.push(start, end);
  }
  return merged;
}

/** Where the first field that the sender's side wrote begins: behind the Return-Path line that acceptance put in front. */
export function returnPathLength(header: Buffer): number {
  const [first] = parseHeaderFields(header.subarray(0, 4096));
  return first?.start === 0 && first.lower === 'return-path' ? first.end : 0;
}
