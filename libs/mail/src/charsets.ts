// What knows charsets and encoded words, loaded when a mail needs it first: its tables are 4 MiB, and the programs that
// never read a header value (the console, settings) do without.
import { createRequire } from 'node:module';
import type Iconv from 'iconv-lite';
import type Libmime from 'libmime';

const load = createRequire(import.meta.url);
let tables: { iconv: typeof Iconv; libmime: typeof Libmime } | undefined;

export function charsets(): { iconv: typeof Iconv; libmime: typeof Libmime } {
  tables ??= {
    iconv: load('iconv-lite') as typeof Iconv,
    libmime: load('libmime') as typeof Libmime,
  };
  return tables;
}
