// Which content filters a new mail must pass, decided from the settings of this moment and stored with the mail.
import { type ContentFilter, routingSlip } from '@pochtar/bus';
import type { Settings } from '@pochtar/settings';

/** The sections a slip is decided from. */
export const slipSections = ['antivirus', 'dkim', 'dlp', 'misc'] as const;
export type SlipSettings = Pick<Settings, (typeof slipSections)[number]>;

/**
 * The content filters that exist as processes. A filter that nobody runs must not be on a slip: the mail would wait
 * for its verdict for ever (no scan, no pass). A new filter is added here together with its process.
 */
export const runningFilters: readonly ContentFilter[] = ['antivirus', 'dkim', 'dlp'];

/** The filters of a mail in the order in which it passes them. */
export function slipFor(origin: 'incoming' | 'submitted', settings: SlipSettings): ContentFilter[] {
  return routingSlip(origin, (filter) => runningFilters.includes(filter) && isOn(filter, origin, settings));
}

function isOn(filter: ContentFilter, origin: 'incoming' | 'submitted', settings: SlipSettings): boolean {
  const { antivirus, dkim, dlp, misc } = settings;
  const on: Record<ContentFilter, boolean> = {
    antivirus: antivirus.clamavEnabled || antivirus.kasperskyEnabled || antivirus.drwebEnabled,
    dkim: origin === 'incoming' ? dkim.verify : dkim.sign,
    dlp: misc.useDlp && dlp.enabled,
  };
  return on[filter];
}
