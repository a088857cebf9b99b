// admin.test.book: a program's own query of the address book, with the eyes of a person in the scope of the asker. The LDAP
// process answers it as it answers programs; what it tells of missing entries stays within the scope.
import { adminTryBook, answerAdmin, BusAway, done, refused, TRY_BOOK_MS, tryBook } from '@pochtar/bus';
import { findAccount, listDomains } from '@pochtar/store/directory';
import { notFound, readAddress } from '../addresses.ts';
import type { Context } from '../context.ts';

export function answerTriedBook(context: Context): { stop(): Promise<void> }[] {
  const { bus, db, log } = context;
  return [
    answerAdmin(context, adminTryBook.book, async ({ as, program, text }, { scope }) => {
      const read = readAddress('as', as);
      if (!read.ok) return read;
      const account = await findAccount(db, scope, read.key);
      if (account === null) return notFound('as', read.key);
      // Who may not log in would see nothing.
      if (!account.isEnabled) return switchedOff(account.address);
      const domains = scope === 'all' ? null : (await listDomains(db, scope)).map(({ name }) => name);
      const person = { address: account.address, domain: account.domain };
      try {
        return done(await bus.ask(tryBook, { program, text, person, domains }, TRY_BOOK_MS));
      } catch (error) {
        if (error instanceof BusAway) throw error;
        log.warn({ err: error }, 'the address book was not tried');
        return silent;
      }
    }),
  ];
}

function switchedOff(address: string) {
  return refused(
    'disabled',
    'as',
    `ящик ${address} отключён, войти с ним нельзя: включите его или выберите другой`,
    `the account ${address} is switched off and cannot log in: switch it on, or choose another`,
  );
}

const silent = refused(
  'unavailable',
  '',
  'процесс ldap не отвечает: проверьте, что он запущен, и повторите',
  'the process ldap does not answer: see that it runs, and try again',
);
