// A file of people in whichever of the three ways it is written.
import type { ReadCard } from './card.ts';
import { readCsvCards } from './csv-cards.ts';
import { readLdif } from './read-ldif.ts';
import { readVcards } from './read-vcards.ts';

export const cardFormats = ['vcard', 'ldif', 'csv'] as const;
export type CardFormat = (typeof cardFormats)[number];

const readers: Readonly<Record<CardFormat, (file: Buffer) => Generator<ReadCard>>> = {
  vcard: readVcards,
  ldif: readLdif,
  csv: readCsvCards,
};

/** By what it begins with, whatever it is called. */
export function cardFormatOf(file: Buffer): CardFormat {
  const start = file
    .subarray(0, 65_536)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .replace(/^(?:#.*\r?\n(?: .*\r?\n)*|[ \t\r\n]+)*/, '')
    .slice(0, 20)
    .toLowerCase();
  if (start.startsWith('begin:')) return 'vcard';
  return /^(?:dn::? ?|version: ?\d)/.test(start) ? 'ldif' : 'csv';
}

export function readCards(file: Buffer, format: CardFormat = cardFormatOf(file)): Generator<ReadCard> {
  return readers[format](file);
}
