// The controls for sorting on the server (RFC 2891).
import { BerReader, booleanOf } from '../../ber/reader.ts';
import { MalformedBer } from '../../ber/malformed.ts';
import { BerWriter } from '../../ber/writer.ts';
import { context } from '../../ber/tags.ts';
import type { Control } from '../message.ts';

export const SORTING = '1.2.840.113556.1.4.473';
const SORTED = '1.2.840.113556.1.4.474';
const MAX_KEYS = 8;

export interface SortKey {
  attribute: string;
  /** A matching rule; null: that of the attribute. */
  rule: string | null;
  isReversed: boolean;
}

export function readSortKeys(value: Buffer): SortKey[] {
  const list = new BerReader(value).inside();
  const keys: SortKey[] = [];
  while (!list.isAtEnd) {
    const key = list.inside();
    const attribute = key.text();
    const rule = key.nextTag === context(0) ? key.text(context(0)) : null;
    const reversed = key.optional(context(1));
    keys.push({ attribute, rule, isReversed: reversed !== null && booleanOf(reversed) });
    if (keys.length > MAX_KEYS) throw new MalformedBer('too many sort keys');
  }
  if (keys.length === 0) throw new MalformedBer('no sort key');
  return keys;
}

/** As a client asks for the order of one attribute. */
export function sortRequest(attribute: string): Control {
  const writer = new BerWriter();
  writer.sequence(() => {
    writer.sequence(() => {
      writer.string(attribute);
    });
  });
  return { oid: SORTING, isCritical: true, value: writer.octets };
}

/** RFC 2891 §1.2: how it went, and which attribute it was that stood in the way. */
export function sortControl(code: number, attribute?: string): Control {
  const writer = new BerWriter();
  writer.sequence(() => {
    writer.enumerated(code);
    if (attribute !== undefined) writer.string(attribute, context(0));
  });
  return { oid: SORTED, isCritical: false, value: writer.octets };
}
