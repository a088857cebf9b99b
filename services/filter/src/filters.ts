// The filters of this program. A new one is a file in filters/ and a line here.
import type { ContentFilter, DialogueFilter, FilterName } from './filter.ts';
import { antivirus } from './filters/antivirus.ts';
import { dkim } from './filters/dkim.ts';
import { dlp } from './filters/dlp.ts';
import { dnsbl } from './filters/dnsbl.ts';
import { greylist } from './filters/greylist.ts';

export const filters: Record<FilterName, DialogueFilter | ContentFilter> = {
  dnsbl,
  greylist,
  antivirus,
  dkim,
  dlp,
};
