// All English words; the compiler sees that none is missing.
import { directory } from './en/directory.ts';
import { dkim } from './en/dkim.ts';
import { dns } from './en/dns.ts';
import { dnsbl } from './en/dnsbl.ts';
import { lists } from './en/lists.ts';
import { mail } from './en/mail.ts';
import { overview } from './en/overview.ts';
import { search } from './en/search.ts';
import { settings } from './en/settings.ts';
import { shell } from './en/shell.ts';
import { start } from './en/start.ts';
import { system } from './en/system.ts';
import type { English } from './keys.ts';

export const en: English = {
  ...directory,
  ...dkim,
  ...dns,
  ...dnsbl,
  ...lists,
  ...mail,
  ...search,
  ...overview,
  ...settings,
  ...shell,
  ...start,
  ...system,
};
