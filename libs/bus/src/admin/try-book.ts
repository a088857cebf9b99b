// What a program would find in the address book; the settings process answers, and has the LDAP process look.
import { z } from 'zod';
import { bookPrograms, MAX_BOOK_TEXT, triedBookReply } from '../try-book.ts';
import { looksInScope } from './access.ts';
import { adminQuestion } from './question.ts';

export const tryBookFields = {
  /** The address of an account: as whom it is looked. */
  as: z.string().min(1).max(320),
  program: z.enum(bookPrograms),
  /** What is typed there. */
  text: z.string().trim().min(1).max(MAX_BOOK_TEXT),
};

export const adminTryBook = {
  book: adminQuestion(
    'settings',
    'test.book',
    'what a program finds in the address book by its own query, for a person in the scope of the asker',
    z.object(tryBookFields),
    triedBookReply,
    looksInScope,
  ),
};
