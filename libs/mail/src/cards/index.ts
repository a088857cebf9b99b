// Files of an address book: vCard (RFC 6350), LDIF (RFC 2849) and tables, read and written.
export { cardUid } from './card-uid.ts';
export type { Card, CardNote, CardProblem, ReadCard } from './card.ts';
export { csvHead, writeCsvCard } from './csv-cards.ts';
export { type CardFormat, cardFormatOf, cardFormats, readCards } from './read-cards.ts';
export { LDIF_HEAD, writeLdif } from './write-ldif.ts';
export { type VcardVersion, type WrittenCard, writeVcard } from './write-vcard.ts';
