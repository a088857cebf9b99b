// The control for paged results (RFC 2696).
import { BerReader } from '../../ber/reader.ts';
import { BerWriter } from '../../ber/writer.ts';
import { tags } from '../../ber/tags.ts';
import type { Control } from '../message.ts';

export const PAGING = '1.2.840.113556.1.4.319';

export interface PageRequest {
  size: number;
  /** Empty: the first page. */
  cookie: string;
}

export function readPageRequest(value: Buffer): PageRequest {
  const reader = new BerReader(value).inside();
  const size = reader.integer();
  const cookie = reader.content(tags.octetString).toString('latin1');
  return { size, cookie };
}

/** RFC 2696 §3: an empty cookie says that there is no more; the estimate may be 0. */
export function pageControl(cookie: string, estimate: number): Control {
  const writer = new BerWriter();
  writer.sequence(() => {
    writer.integer(estimate).string(Buffer.from(cookie, 'latin1'));
  });
  return { oid: PAGING, isCritical: false, value: writer.octets };
}
