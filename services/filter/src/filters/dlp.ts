// Data loss prevention. Only the seam is here: there are no rules to check yet, so nothing passes as if it had
// been checked. smtp puts this filter on no slip; a mail that has it there waits.
import type { ContentFilter } from '../filter.ts';

const REASON = 'DLP rules are not part of this version: take dlp off the slip or wait';

export const dlp: ContentFilter = {
  kind: 'content',
  name: 'dlp',
  sections: ['dlp', 'misc', 'queue', 'general'],
  open: () => ({
    concurrency: 8,
    judge: () => Promise.resolve({ kind: 'wait', reason: REASON }),
    expire: (reason) => ({ kind: 'verdict', result: 'reject', reason: `it could not be checked: ${reason}` }),
  }),
};
