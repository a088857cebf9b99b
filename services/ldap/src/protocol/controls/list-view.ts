// The controls for a window of a sorted list, as an address book shows it (draft-ietf-ldapext-ldapv3-vlv-09).
import { BerReader, utf8 } from '../../ber/reader.ts';
import { MalformedBer } from '../../ber/malformed.ts';
import { BerWriter } from '../../ber/writer.ts';
import { context, contextParts } from '../../ber/tags.ts';
import type { Control } from '../message.ts';

export const LIST_VIEW = '2.16.840.1.113730.3.4.9';
export const LIST_VIEW_ANSWER = '2.16.840.1.113730.3.4.10';

export interface ListViewRequest {
  before: number;
  after: number;
  /** The place that is looked for: by its number among so many, or as the first that is not below a value. */
  target: { offset: number; count: number } | { value: string };
}

export function readListViewRequest(value: Buffer): ListViewRequest {
  const reader = new BerReader(value).inside();
  const [before, after] = [reader.integer(), reader.integer()];
  const { tag, content } = reader.element();
  if (before < 0 || after < 0) throw new MalformedBer('no window');
  if (tag === context(1)) return { before, after, target: { value: utf8(content) } };
  if (tag !== contextParts(0)) throw new MalformedBer('no target of a list view');
  const place = new BerReader(content);
  const [offset, count] = [place.integer(), place.integer()];
  if (offset < 0 || count < 0) throw new MalformedBer('no target of a list view');
  return { before, after, target: { offset, count } };
}

/** As a client asks for the entries around the first that is not below a value. */
export function listViewRequest(before: number, after: number, value: string): Control {
  const writer = new BerWriter();
  writer.sequence(() => {
    writer.integer(before).integer(after).string(value, context(1));
  });
  return { oid: LIST_VIEW, isCritical: true, value: writer.octets };
}

/** What `listViewControl` wrote, as a client reads it. */
export function readListViewAnswer(value: Buffer): { position: number; count: number } {
  const reader = new BerReader(value).inside();
  return { position: reader.integer(), count: reader.integer() };
}

export function listViewControl(position: number, count: number, code: number): Control {
  const writer = new BerWriter();
  writer.sequence(() => {
    writer.integer(position).integer(count).enumerated(code);
  });
  return { oid: LIST_VIEW_ANSWER, isCritical: false, value: writer.octets };
}
