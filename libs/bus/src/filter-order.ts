// The routing slip: which content filters a mail passes and in which order (architecture §5.6).

/** Asked during the SMTP dialogue, by request/reply. */
export const dialogueFilters = ['dnsbl', 'greylist'] as const;
export type DialogueFilter = (typeof dialogueFilters)[number];

/** Incoming mail: authentication results are added after the scan, before the content rules. */
export const incomingFilters = ['antivirus', 'dkim', 'dlp'] as const;
/** Mail to be signed: signed last, over what the content rules left. */
export const signedFilters = ['antivirus', 'dlp', 'dkim'] as const;
export type ContentFilter = (typeof incomingFilters)[number];

/** Where a mail stands: a filter, delivery, or (no event owed) the schedule of its remote recipients. */
export type Step = ContentFilter | 'deliver';

/** Keeps only the filters that are on, in the order for this kind of mail. */
export function routingSlip(
  origin: 'incoming' | 'submitted',
  isOn: (filter: ContentFilter) => boolean,
): ContentFilter[] {
  return (origin === 'incoming' ? incomingFilters : signedFilters).filter(isOn);
}

/** The step after `filter` on a mail's own slip. */
export function nextStep(slip: readonly string[], filter: ContentFilter): Step {
  return (slip[slip.indexOf(filter) + 1] as ContentFilter | undefined) ?? 'deliver';
}

/** The first step of a new mail. */
export function firstStep(slip: readonly ContentFilter[]): Step {
  return slip[0] ?? 'deliver';
}
