// All Russian words of the pages. Plurals have four forms: one, few, many, other.
import { directory } from './ru/directory.ts';
import { dkim } from './ru/dkim.ts';
import { dns } from './ru/dns.ts';
import { dnsbl } from './ru/dnsbl.ts';
import { lists } from './ru/lists.ts';
import { mail } from './ru/mail.ts';
import { overview } from './ru/overview.ts';
import { search } from './ru/search.ts';
import { settings } from './ru/settings.ts';
import { shell } from './ru/shell.ts';
import { start } from './ru/start.ts';
import { system } from './ru/system.ts';

export const ru = {
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
