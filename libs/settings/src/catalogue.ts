/**
 * The catalogue: every section of the settings, in the order in which the console shows them. The one list
 * that validation, the console, the command line and the generated reference are made from.
 */
import type * as z from 'zod';
import { accessEncryption } from './sections/access-encryption.ts';
import { accessLists } from './sections/access-lists.ts';
import { addressBook } from './sections/address-book.ts';
import { alerts } from './sections/alerts.ts';
import { antivirus } from './sections/antivirus.ts';
import { dkim } from './sections/dkim.ts';
import { dlp } from './sections/dlp.ts';
import { dnsbl } from './sections/dnsbl.ts';
import { dsn } from './sections/dsn.ts';
import { general } from './sections/general.ts';
import { greylist } from './sections/greylist.ts';
import { limits } from './sections/limits.ts';
import { misc } from './sections/misc.ts';
import { network } from './sections/network.ts';
import { quarantine } from './sections/quarantine.ts';
import { queue } from './sections/queue.ts';
import { relay } from './sections/relay.ts';
import { retention } from './sections/retention.ts';
import { reverseDns } from './sections/reverse-dns.ts';
import { sending } from './sections/sending.ts';
import { smtpEncryption } from './sections/smtp-encryption.ts';
import { trace } from './sections/trace.ts';

export const catalogue = {
  network,
  smtpEncryption,
  accessEncryption,
  sending,
  queue,
  relay,
  accessLists,
  general,
  antivirus,
  dkim,
  misc,
  dnsbl,
  reverseDns,
  greylist,
  addressBook,
  dlp,
  quarantine,
  trace,
  dsn,
  limits,
  retention,
  alerts,
};

export type Catalogue = typeof catalogue;
export type SectionName = keyof Catalogue;

/** The document of every section, with all defaults filled in. */
export type Settings = { [N in SectionName]: z.output<Catalogue[N]['schema']> };

export type NetworkSettings = Settings['network'];
export type SmtpEncryptionSettings = Settings['smtpEncryption'];
export type AccessEncryptionSettings = Settings['accessEncryption'];
export type SendingSettings = Settings['sending'];
export type QueueSettings = Settings['queue'];
export type RelaySettings = Settings['relay'];
export type AccessListsSettings = Settings['accessLists'];
export type GeneralSettings = Settings['general'];
export type AntivirusSettings = Settings['antivirus'];
export type DkimSettings = Settings['dkim'];
export type MiscSettings = Settings['misc'];
export type DnsblSettings = Settings['dnsbl'];
export type ReverseDnsSettings = Settings['reverseDns'];
export type GreylistSettings = Settings['greylist'];
export type AddressBookSettings = Settings['addressBook'];
export type DlpSettings = Settings['dlp'];
export type QuarantineSettings = Settings['quarantine'];
export type TraceSettings = Settings['trace'];
export type DsnSettings = Settings['dsn'];
export type LimitsSettings = Settings['limits'];
export type RetentionSettings = Settings['retention'];
export type AlertsSettings = Settings['alerts'];

export const sectionNames = Object.keys(catalogue) as SectionName[];

export function isSectionName(name: string): name is SectionName {
  return Object.hasOwn(catalogue, name);
}
