/** The tab «Настройки», in the order and the words of the manual. */
import { text } from '../text.ts';
import { type Block, block, ours, type Page, row } from './row.ts';

const network = block('network', {
  rows: [
    row('network.smtpPort', 'network.pop3Port', 'network.imapPort'),
    row('network.submissionEnabled'),
    ours('network.submissionPort'),
    {
      fields: ['network.firewallRule'],
      link: {
        label: text('Доступ к почтовому серверу', 'Access to the mail server'),
        to: '/firewall',
        when: { path: 'network.firewallRule', is: true },
      },
    },
    row('network.smtpInterfaces', 'network.accessInterfaces'),
  ],
  rare: [ours('network.trustedProxies'), ours('network.webmailAddresses')],
});

const encryption: Block = {
  id: 'encryption',
  label: text('Шифрование', 'Encryption'),
  columns: [
    {
      section: 'smtpEncryption',
      label: text('SMTP', 'SMTP'),
      rows: [
        row('smtpEncryption.mode'),
        row('smtpEncryption.certificateId'),
        row('smtpEncryption.implicitTlsEnabled'),
        row('smtpEncryption.smtpsPort'),
        {
          fields: ['smtpEncryption.firewallRule'],
          link: {
            label: text('Доступ к почтовому серверу по SMTPS', 'Access to the mail server by SMTPS'),
            to: '/firewall',
            when: { path: 'smtpEncryption.firewallRule', is: true },
          },
        },
        ours('smtpEncryption.minTlsVersion'),
        ours('smtpEncryption.dhBits'),
      ],
    },
    {
      section: 'accessEncryption',
      label: text('POP3/IMAP', 'POP3/IMAP'),
      rows: [
        row('accessEncryption.mode'),
        row('accessEncryption.certificateId'),
        row('accessEncryption.implicitTlsEnabled'),
        row('accessEncryption.pop3sPort'),
        row('accessEncryption.imapsPort'),
        {
          fields: ['accessEncryption.firewallRule'],
          link: {
            label: text(
              'Доступ к почтовому серверу по POP3S/IMAPS',
              'Access to the mail server by POP3S/IMAPS',
            ),
            to: '/firewall',
            when: { path: 'accessEncryption.firewallRule', is: true },
          },
        },
        ours('accessEncryption.minTlsVersion'),
        row('accessEncryption.dhBits'),
      ],
    },
  ],
};

const sending = block('sending', {
  rows: [
    row('sending.maxMessageSizeMb'),
    row('sending.rateLimitEnabled'),
    row('sending.rateLimitPerMinute'),
    row('sending.rateLimitSkipWhitelist'),
  ],
});

const queue = block('queue', {
  rows: [
    row('queue.runIntervalMinutes'),
    {
      fields: ['queue.waitMinMinutes', 'queue.waitMaxMinutes'],
      label: text('Время ожидания в очереди', 'Waiting time'),
    },
    row('queue.maxLifetimeMinutes'),
    ours('queue.firstRetryMinutes'),
    ours('queue.connectionsPerDestination'),
    ours('queue.mailsPerConnection'),
  ],
});

const relay = block('relay', {
  rows: [
    row('relay.host', 'relay.port'),
    row('relay.smtps'),
    row('relay.authEnabled'),
    row('relay.username', 'relay.password'),
    row('relay.rewriteSender'),
    row('relay.senderAddress'),
    { fields: [], link: { label: text('Маршруты доменов', 'Routes of domains'), to: '/settings/routes' } },
  ],
});

const accessLists = block('accessLists', {
  rows: [
    { fields: [], link: { label: text('Белый список', 'White list'), to: '/lists/white' } },
    { fields: [], link: { label: text('Чёрный список', 'Black list'), to: '/lists/black' } },
    { fields: [], link: { label: text('Именованные сети', 'Named networks'), to: '/lists/networks' } },
  ],
  more: [ours('accessLists.relayForWhitelistedSenders'), ours('accessLists.whiteNamesNeedSpf')],
});

const general = block('general', {
  rows: [
    row('general.defaultDomain'),
    row('general.storageVolume'),
    row('general.heloName'),
    row('general.autoCreateFolders'),
  ],
  more: [ours('general.organisation')],
});

const antivirus = block('antivirus', {
  rows: [
    row('antivirus.clamavEnabled'),
    ours('antivirus.clamavAddress'),
    row('antivirus.kasperskyEnabled'),
    ours('antivirus.kasperskyAddress'),
    row('antivirus.drwebEnabled'),
    ours('antivirus.drwebAddress'),
  ],
  more: [
    ours('antivirus.maxScanSizeMb'),
    ours('antivirus.onUnscannable'),
    ours('antivirus.onInfectedOutgoing'),
    ours('antivirus.onScannerFailure'),
  ],
});

const dkim = block('dkim', {
  rows: [row('dkim.verify'), row('dkim.sign'), row('dkim.selector')],
  more: [ours('dkim.onDmarcFail')],
});

const misc = block('misc', {
  rows: [row('misc.useDlp'), row('misc.recodeSubjectUtf8'), row('misc.smtpUtf8')],
});

export const settingsTab: Page = {
  id: 'settings',
  label: text('Настройки', 'Settings'),
  to: '/settings/mail',
  blocks: [network, encryption, sending, queue, relay, accessLists, general, antivirus, dkim, misc],
};
