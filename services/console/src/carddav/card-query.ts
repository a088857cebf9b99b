// The filter of addressbook-query (RFC 6352 §10.5): which properties of a card have which texts. What is not done here is
// refused by name, so that a client asks in another way instead of missing people.
import type { WrittenCard } from '@pochtar/mail/cards';
import { CARD } from './multistatus.ts';
import type { XmlElement } from './xml-tree.ts';

/** Refused, with the condition that does not hold. */
export class NotDone extends Error {
  override name = 'NotDone';
  readonly condition: string;

  constructor(condition: 'supported-filter' | 'supported-collation') {
    super(condition);
    this.condition = condition;
  }
}

export type CardTest = (card: Omit<WrittenCard, 'photo'> & { hasPhoto: boolean }) => boolean;

const MAX_FILTERS = 100;

/** Without a filter every card fits. */
export function readFilter(filter: XmlElement | undefined): CardTest {
  if (filter === undefined) return () => true;
  const tests = filter.children.filter(({ name }) => name === `${CARD} prop-filter`).map(propTest);
  if (tests.length > MAX_FILTERS) throw new NotDone('supported-filter');
  if (tests.length === 0) return () => true;
  // RFC 6352 §10.5: `anyof` unless told otherwise.
  return combined(filter, tests);
}

function combined<Value>(element: XmlElement, tests: readonly ((value: Value) => boolean)[]) {
  const isAll = element.attributes['test'] === 'allof';
  return (value: Value): boolean =>
    isAll ? tests.every((test) => test(value)) : tests.some((test) => test(value));
}

function propTest(element: XmlElement): CardTest {
  const property = (element.attributes['name'] ?? '').replace(/^.*\./, '').toUpperCase();
  if (element.children.some(({ name }) => name === `${CARD} is-not-defined`)) {
    return (card) => valuesOf(card, property).length === 0;
  }
  if (element.children.some(({ name }) => name === `${CARD} param-filter`))
    throw new NotDone('supported-filter');
  const texts = element.children.filter(({ name }) => name === `${CARD} text-match`).map(textTest);
  if (texts.length === 0) return (card) => valuesOf(card, property).length > 0;
  if (texts.length > MAX_FILTERS) throw new NotDone('supported-filter');
  const fits = combined(element, texts);
  return (card) => fits(valuesOf(card, property));
}

/** RFC 6352 §10.5.4. */
function textTest({ attributes, text }: XmlElement): (values: readonly string[]) => boolean {
  const collation = attributes['collation'] ?? 'i;unicode-casemap';
  const fold = folds[collation];
  if (fold === undefined) throw new NotDone('supported-collation');
  const match = matches[attributes['match-type'] ?? 'contains'];
  if (match === undefined) throw new NotDone('supported-filter');
  const sought = fold(text);
  const isNegated = attributes['negate-condition'] === 'yes';
  return (values) => values.some((value) => match(fold(value), sought)) !== isNegated;
}

const unicode = (text: string): string => text.normalize('NFKD').toLowerCase();
const folds: Readonly<Record<string, (text: string) => string>> = {
  'i;unicode-casemap': unicode,
  default: unicode,
  'i;ascii-casemap': (text) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
  'i;octet': (text) => text,
};
export const collations = ['i;ascii-casemap', 'i;octet', 'i;unicode-casemap'];

const matches: Readonly<Record<string, (value: string, sought: string) => boolean>> = {
  equals: (value, sought) => value === sought,
  contains: (value, sought) => value.includes(sought),
  'starts-with': (value, sought) => value.startsWith(sought),
  'ends-with': (value, sought) => value.endsWith(sought),
};

/** The texts of a property; none where the card has no such property. */
function valuesOf(card: Parameters<CardTest>[0], property: string): string[] {
  const { contact } = card;
  const of = (...texts: (string | undefined)[]): string[] =>
    texts.filter((text): text is string => text !== undefined && text !== '');
  switch (property) {
    case 'FN':
      return [card.name];
    case 'N':
      return of(`${contact.surname ?? ''};${contact.givenName ?? ''}`.replace(/^;$/, card.name));
    case 'EMAIL':
      return [card.address, ...(card.otherAddresses ?? [])];
    case 'TEL':
      return of(contact.workPhone, contact.mobilePhone, contact.homePhone, contact.fax);
    case 'TITLE':
      return of(contact.jobTitle);
    case 'ORG':
      return of([contact.organisation, contact.department].filter(Boolean).join(';'));
    case 'ADR':
      return of([contact.office, contact.postalAddress].filter(Boolean).join(';'));
    case 'UID':
      return [card.uid];
    case 'VERSION':
      return ['3.0'];
    case 'PHOTO':
      return card.hasPhoto ? [''] : [];
    default:
      return [];
  }
}
