// Mail authentication (SPF, DKIM, DMARC, ARC) and signing. Only the seam is here: nothing is checked or signed
// yet, so nothing passes as if it had been. smtp puts this filter on no slip; a mail that has it there waits.
import type { ContentFilter } from '../filter.ts';

const REASON = 'mail authentication and signing are not part of this version: take dkim off the slip or wait';

export const dkim: ContentFilter = {
  kind: 'content',
  name: 'dkim',
  sections: ['dkim', 'misc', 'queue', 'general'],
  open: () => ({
    concurrency: 8,
    judge: () => Promise.resolve({ kind: 'wait', reason: REASON }),
    expire: (reason) => ({ kind: 'verdict', result: 'reject', reason: `it could not be checked: ${reason}` }),
  }),
};
