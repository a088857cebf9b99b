// Sessions end when their person is gone, switched off, or has a new password. The book knows all three.
import type { Book } from './directory/book.ts';
import type { BoundPerson } from './operation.ts';

interface Watched {
  readonly person: BoundPerson | null;
  dismiss(why: string): void;
}

/** `since`: when the reading of the book began. Who logged in later is not judged by it. */
export function endOutdated(sessions: Iterable<Watched>, book: Pick<Book, 'find'>, since: number): void {
  for (const session of sessions) {
    const { person } = session;
    if (person === null || person.since >= since) continue;
    const entry = book.find(person.address);
    const isSame = entry?.kind === 'person' && entry.epoch === person.epoch;
    if (!isSame) session.dismiss('the account or its password has changed');
  }
}
