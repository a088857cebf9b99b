// Whether the sender of a mail is who the envelope says: before anybody is answered or refused by somebody's rules.
import { parseHeaderFields } from '@pochtar/mail';
import type { MailInHand } from '@pochtar/store/queue';

/** Of our own people, or SPF has said yes. */
export function isProven({ origin, spf, verdicts }: MailInHand): boolean {
  if (origin !== 'incoming' || spf?.result === 'pass') return true;
  return resultsIn(verdicts).some((value) => /;\s*(?:spf|dmarc)=pass\b/i.test(value));
}

/** The field of ours says so, not one that the mail brought: filter-dkim has put it in front. */
export function failsDmarc({ verdicts }: Pick<MailInHand, 'verdicts'>): boolean {
  return resultsIn(verdicts).some((value) => /;\s*dmarc=fail\b/i.test(value));
}

function resultsIn(verdicts: MailInHand['verdicts']): string[] {
  const prefix = verdicts.find(({ filter }) => filter === 'dkim')?.prefix ?? null;
  if (prefix === null) return [];
  return parseHeaderFields(prefix).flatMap(({ lower, value }) =>
    lower === 'authentication-results' ? [value] : [],
  );
}
