/** The pages of the settings: the three tabs of the manual, and what is ours beside them. */
import { text } from '../text.ts';
import { block, ours, type Page, row } from './row.ts';
import { settingsTab } from './settings-tab.ts';

const spamTab: Page = {
  id: 'spam',
  label: text('Защита от спама', 'Spam protection'),
  to: '/settings/spam',
  blocks: [
    block('dnsbl', {
      rows: [row('dnsbl.zones'), ours('dnsbl.onListed'), ours('dnsbl.onNoAnswer')],
      rare: [ours('dnsbl.timeoutMs')],
    }),
    block('reverseDns', { rows: [ours('reverseDns.mode')] }),
    block('greylist', {
      rows: [
        row('greylist.enabled'),
        row('greylist.minRetrySeconds'),
        row('greylist.maxRetryHours'),
        row('greylist.whitelistDays'),
      ],
    }),
  ],
};

const addressBookTab: Page = {
  id: 'addressBook',
  label: text('Адресная книга', 'Address book'),
  to: '/settings/address-book',
  blocks: [
    block('addressBook', {
      rows: [
        row('addressBook.port'),
        row('addressBook.baseDn'),
        row('addressBook.enabled'),
        row('addressBook.skipGroups'),
        {
          fields: [],
          link: { label: text('Внешние контакты', 'External contacts'), to: '/names/contacts' },
        },
      ],
      more: [
        ours('addressBook.publishToWebmail'),
        ours('addressBook.visibility'),
        ours('addressBook.access'),
      ],
    }),
  ],
};

const morePage: Page = {
  id: 'more',
  label: text('Дополнительно', 'More settings'),
  to: '/settings/more',
  blocks: [
    block('dlp', {
      rows: [ours('dlp.enabled'), ours('dlp.defaultAction'), ours('dlp.onUnscannable')],
      rare: [ours('dlp.maxFileSizeMb'), ours('dlp.thresholdPercent')],
    }),
    block('quarantine', { rows: [ours('quarantine.expiryDays'), ours('quarantine.ownerDigest')] }),
    block('trace', { rows: [ours('trace.keepDays')] }),
    block('dsn', { rows: [ours('dsn.delayNoticeHours')], rare: [ours('dsn.successToStrangers')] }),
    block('limits', {
      rows: [
        ours('limits.failedLogins', 'limits.banMinutes'),
        ours('limits.mailsPerAccountHour'),
        ours('limits.recipientsPerMail'),
      ],
      rare: [ours('limits.sessionsPerAddress', 'limits.sessionsTotal'), ours('limits.bareNewline')],
    }),
    block('retention', { rows: [ours('retention.folders'), ours('retention.undeleteDays')] }),
    block('alerts', { rows: [ours('alerts.address'), ours('alerts.diskLowWaterMb')] }),
  ],
};

export const pages: readonly Page[] = [settingsTab, spamTab, addressBookTab, morePage];
