// What a program would find in the address book: its own query, put by the LDAP process to itself, with the eyes of a person
// whose password nobody needs. The settings process is asked by people (admin.test.book), and asks here.
import { z } from 'zod';
import type { Question } from './subjects.ts';

/** Programs with queries of their own; `outlookList` is Outlook's list for browsing. */
export const bookPrograms = ['thunderbird', 'outlook', 'outlookList', 'apple', 'roundcube'] as const;
export type BookProgram = (typeof bookPrograms)[number];

/** Entries and missing ones that are told of. */
const MAX_TOLD = 20;
export const MAX_BOOK_TEXT = 200;
export const TRY_BOOK_MS = 20_000;

const shown = z.string().max(1000);

/** Why an entry with such a text is not among those that were found. */
export const absences = ['hidden', 'otherDomain', 'skipGroups', 'notAskedFor'] as const;

const triedBook = z.object({
  /** As it is written on a command line (RFC 4515). */
  filter: z.string().max(4000),
  base: shown,
  attributes: z.array(shown).max(50),
  /** Milliseconds of the search. */
  ms: z.number().nonnegative(),
  /** Entries of the answer. */
  count: z.int().nonnegative(),
  /** Of a list for browsing: the place of the first entry that is shown among so many. */
  list: z.object({ position: z.int(), count: z.int() }).nullable(),
  /** The first of them. */
  entries: z
    .array(z.object({ kind: z.enum(['person', 'group']), address: shown, name: shown }))
    .max(MAX_TOLD),
  /** Of the domains that may be told of. */
  absent: z.array(z.object({ address: shown, name: shown, why: z.enum(absences) })).max(MAX_TOLD),
  /** Why nothing is found, whatever is asked: the book is off, or is not for the web mail, or the answer was an error. */
  fault: z.enum(['switchedOff', 'notForWebmail', 'refused']).nullable(),
  /** What the answer said, where it was an error. */
  refusal: shown,
});
export type TriedBook = z.infer<typeof triedBook>;
export const triedBookReply = triedBook;

const request = z.object({
  program: z.enum(bookPrograms),
  text: z.string().min(1).max(MAX_BOOK_TEXT),
  person: z.object({ address: z.string().max(400), domain: z.string().max(255) }),
  /** Whose missing entries may be told of; null: those of all domains. */
  domains: z.array(z.string().max(255)).max(10_000).nullable(),
});
export type TryBookRequest = z.infer<typeof request>;

/** Asked by the settings process alone. */
export const tryBook: Question<TryBookRequest, TriedBook> = {
  name: 'try.ldap',
  queueGroup: 'ldap',
  request,
  reply: triedBook,
  purpose: 'what a program would find in the address book, seen with the eyes of a person',
};
