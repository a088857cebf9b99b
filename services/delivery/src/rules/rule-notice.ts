// What rules have to say, as a mail: the answer of somebody who is away, and to the owner that the rules have broken off.
import { absenceAnswer, brokenRules, listedAddresses, type ReportFrame } from '@pochtar/mail';
import type { OwnersNotice } from '@pochtar/store/queue';

/** The whole mail. */
export function ruleNotice(notice: OwnersNotice, frame: ReportFrame): Buffer {
  if (notice.kind === 'brokenRules') return brokenRules({ ...frame, ...notice, language: 'both' });
  const [author] = listedAddresses(notice.from);
  const from = { name: author?.name ?? '', address: author?.address ?? frame.from };
  return absenceAnswer({ ...frame, ...notice, from });
}
