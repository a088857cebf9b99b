// A small installation: domains, mailboxes, mail on its way, with texts that strangers write.
import type { Answers } from '../../src/contract/index.ts';
import { bookSetUp } from './fake-book.ts';
import { accounts, peopleRoutes } from './fake-accounts.ts';

const at = '2026-01-01T10:00:00.000Z';
const domains = [
  {
    id: 1,
    name: 'firma.test',
    accounts: 2,
    aliases: 1,
    groups: 1,
    createdAt: at,
    dns: { checkedAt: at, problems: 1 },
    dkim: 'active' as const,
  },
  {
    id: 2,
    name: 'ochen-dlinnoe-imya-domena-organizatsii.test',
    accounts: 0,
    aliases: 0,
    groups: 0,
    createdAt: at,
    dns: null,
    dkim: 'none' as const,
  },
];
const megabyte = 1024 * 1024;
const aliases = [{ address: 'postmaster@firma.test', targets: ['anna@firma.test'], createdAt: at }];
const groups = [
  {
    address: 'all@firma.test',
    name: 'Все',
    members: ['anna@firma.test', 'x@else.test'],
    memberCount: 2,
    createdAt: at,
  },
];
const certificate = (id: string, name: string, notAfter: string, origin: 'generated' | 'imported') => ({
  id,
  name,
  origin,
  isCa: false,
  subject: `CN=${name}`,
  issuer: 'CN=Pochtar CA',
  hosts: ['mail.firma.test'],
  notBefore: at,
  notAfter,
  fingerprint: 'AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89',
  keyType: 'EC prime256v1',
  state: origin === 'generated' ? ('valid' as const) : ('warning' as const),
  daysLeft: origin === 'generated' ? 800 : 11,
  usedBy: origin === 'generated' ? ['smtpEncryption', 'accessEncryption'] : [],
});
const certificates = [
  certificate('generated', 'mail.firma.test', '2099-01-01T00:00:00.000Z', 'generated'),
  certificate('old', 'old.firma.test', '2026-01-02T00:00:00.000Z', 'imported'),
];

const inspected = {
  certificate: certificates[1],
  chain: [{ subject: 'CN=old.firma.test', issuer: 'CN=R3', notAfter: '2099-01-01T00:00:00.000Z' }],
  authority: 'unknown',
  keyFits: true,
  heloName: 'mail.firma.test',
  coversHeloName: true,
  replaces: null,
  problems: [],
  cautions: [],
};

const dnsRecord = { isOptional: false, found: [] as string[], remark: null, state: 'ok' as const };
const domainDns: Answers<'GET /domains/:name/dns'> = {
  domain: 'firma.test',
  checkedAt: at,
  source: 'authoritative',
  addresses: ['203.0.113.5'],
  isGiven: true,
  problems: 1,
  records: [
    { ...dnsRecord, purpose: 'mx', name: 'firma.test', type: 'MX', value: '10 mail.firma.test' },
    {
      ...dnsRecord,
      purpose: 'spf',
      name: 'firma.test',
      type: 'TXT',
      value: 'v=spf1 mx ~all',
      state: 'wrong',
      found: ['v=spf1 include:_spf.else.test <script>alert(1)</script> -all'],
      remark: { ru: 'не разрешает отправку с 203.0.113.5', en: 'does not let 203.0.113.5 send' },
    },
    {
      ...dnsRecord,
      purpose: 'dkim',
      name: 'mail._domainkey.firma.test',
      type: 'TXT',
      value: null,
      isOptional: true,
      state: 'later',
    },
    {
      ...dnsRecord,
      purpose: 'srv',
      name: '_imaps._tcp.firma.test',
      type: 'SRV',
      value: '0 1 993 mail.firma.test',
      isOptional: true,
      state: 'missing',
    },
  ],
  zoneFile: '; firma.test\nfirma.test. 3600 IN MX 10 mail.firma.test.\n',
};

const dkimKey = (selector: string, more: Partial<Answers<'GET /domains/:name/dkim'>['keys'][number]>) => {
  const name = `${selector}._domainkey.firma.test`;
  const value = `v=DKIM1; k=rsa; p=${'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A'.repeat(12)}`;
  const chunks = value.match(/.{1,255}/g) ?? [];
  const zone = `${name}. 3600 IN TXT ${chunks.map((chunk) => `"${chunk}"`).join(' ')}`;
  return {
    ...{ domain: 'firma.test', selector, algorithm: 'rsa' as const, bits: 2048, isAutomatic: true },
    ...{ state: 'active' as const, createdAt: at, checkedAt: at, found: 'ok' as const },
    ...{ activatedAt: at, keepUntil: null, record: { name, value, chunks, zone } },
    ...more,
  };
};
const dkimKeys: Answers<'GET /domains/:name/dkim'> = {
  ...{ isSigning: true, next: null },
  keys: [
    dkimKey('default', {}),
    dkimKey('default-2', { state: 'prepared', found: 'missing', activatedAt: null }),
    dkimKey('old', { state: 'retired', keepUntil: '2100-01-01T00:00:00.000Z' }),
  ],
};

/** Routes of the directory and of what belongs to it. */
export function directory(isNew: () => boolean) {
  const unless = <Value>(value: Value[]): Value[] => (isNew() ? [] : value);
  return {
    'GET /domains': () => ({ domains: unless(domains) }),
    'GET /domains/:name/dkim': () => dkimKeys,
    'GET /domains/:name/dns': () => domainDns,
    'POST /domains/:name/dns': () => domainDns,
    'GET /accounts': () => ({ accounts: unless(accounts), next: null }),
    'GET /accounts/:address': () => ({
      account: accounts[0],
      aliases: ['postmaster@firma.test'],
      groups: [],
    }),
    ...peopleRoutes(isNew),
    'GET /aliases': () => ({ aliases: unless(aliases), next: null }),
    'GET /groups': () => ({ groups: unless(groups), next: null }),
    'GET /certificates': () => ({ certificates: unless(certificates) }),
    'POST /certificates/inspect': () => inspected,
    'GET /admins': () => ({
      administrators: [
        {
          login: 'admin',
          role: 'admin',
          domains: null,
          createdAt: at,
          lastLoginAt: at,
          displayName: '',
          isEnabled: true,
        },
        {
          login: 'petr',
          role: 'domainAdmin',
          domains: ['firma.test'],
          createdAt: at,
          lastLoginAt: null,
          displayName: '',
          isEnabled: true,
        },
      ],
    }),
    'GET /tokens': () => ({
      tokens: unless([
        {
          id: '1',
          name: 'monitoring',
          role: 'auditor',
          domains: null,
          createdAt: at,
          expiresAt: null,
          lastUsedAt: null,
        },
      ]),
    }),
    'GET /audit': () => ({
      entries: unless([
        {
          id: '1',
          at,
          author: 'console:admin',
          clientAddress: '127.0.0.1',
          action: 'settings.set',
          object: 'relay',
          details: { comment: 'заявка 118' },
          outcome: 'done',
        },
      ]),
      ...{ next: null, searchedSince: null },
    }),
    'GET /me': () => ({
      address: 'anna@firma.test',
      displayName: 'Анна',
      quotaBytes: 1024 * megabyte,
      usedBytes: 214 * megabyte,
      aliases: [],
    }),
    'GET /me/client': () => ({
      login: 'anna@firma.test',
      servers: [
        { protocol: 'imap', host: 'mx.firma.test', port: 993, security: 'tls' },
        { protocol: 'imap', host: 'mx.firma.test', port: 143, security: 'starttls' },
        { protocol: 'smtp', host: 'mx.firma.test', port: 465, security: 'tls' },
      ],
      addressBook: bookSetUp('anna@firma.test'),
      appleProfile: '/mail/apple.mobileconfig?emailaddress=anna%40firma.test',
    }),
  };
}

const ids = [1, 2, 3].map((one) => `0192f000-0000-7000-8000-00000000000${one}`);

export function mails(query: URLSearchParams): Answers<'GET /queue'> {
  const recipient = {
    address: 'boss@client.test',
    route: 'remote' as const,
    destination: 'client.test',
    expandedFrom: null,
    dueAt: at,
    attempts: 3,
    lastAttemptAt: at,
    lastReply:
      '450 4.7.1 <boss@client.test>: Recipient address rejected: Greylisted, see https://example.test/help',
  };
  const mail = {
    acceptedAt: at,
    reversePath: 'anna@firma.test',
    origin: 'submitted' as const,
    size: 4_400_000,
    step: 'delivery',
    dueAt: at,
    reason: null,
    heldBy: null,
    heldFilter: null,
    recipientCount: 3,
    recipients: [recipient],
  };
  const all: Answers<'GET /queue'>['mails'] = [
    { ...mail, mail: ids[0] ?? '', state: 'parked' },
    {
      ...mail,
      mail: ids[1] ?? '',
      state: 'held',
      heldBy: 'filter',
      heldFilter: 'antivirus',
      reversePath: '',
      reason: 'encrypted archive',
    },
    {
      ...mail,
      mail: ids[2] ?? '',
      state: 'held',
      heldBy: 'volume',
      reason: 'its body cannot be read: no volume has the pack',
    },
  ];
  const wanted = ['state', 'heldBy'] as const;
  const shown = all.filter((one) =>
    wanted.every((name) => !query.has(name) || query.get(name) === one[name]),
  );
  return { mails: shown, total: shown.length, isTotalExact: true, next: null, searchedUntil: null };
}

export const destinations: Answers<'GET /queue/destinations'>['destinations'] = [
  {
    destination: 'client.test',
    waiting: 1214,
    byAge: [3, 11, 200, 1000],
    oldestAt: at,
    nextAt: at,
    lastAttemptAt: at,
    lastReply: '450 4.7.1 Greylisted, see https://example.test/help',
    pausedBy: null,
    probeAt: null,
  },
];

export function trace() {
  const delivery = {
    mail: ids[0] ?? '',
    recipient: 'anna@firma.test',
    reversePath: 'boss@client.test',
    origin: 'incoming',
    clientAddress: '203.0.113.7',
    size: 52_000,
    acceptedAt: at,
    endedAt: at,
    outcome: 'delivered',
    detail: '',
    attempts: 1,
  };
  return {
    deliveries: [
      delivery,
      { ...delivery, outcome: 'bounced', recipient: 'x@else.test', detail: '550 5.1.1 User unknown' },
    ],
    refusals: [
      {
        at,
        clientAddress: '198.51.100.9',
        reversePath: 'spam@else.test',
        recipient: 'anna@firma.test',
        reply: '554 5.7.1 listed by bl.spamcop.net',
        count: 4,
        recipients: [],
      },
    ],
  };
}

export function status(documents: ReadonlyMap<string, { revision: number }>) {
  const programs = ['smtp', 'imap', 'pop3'];
  const sections = [...documents].map(([name, { revision }]) => ({
    name,
    revision,
    appliedBy: [...programs, 'firewall'],
    processes: programs.map((process) => {
      const isTaken = name === 'network' && process === 'pop3';
      const problem = { code: 'portTaken', text: { ru: 'порт 110 занят', en: 'port 110 is taken' } };
      return {
        process,
        instance: `${process}-1`,
        revision,
        error: isTaken ? 'port 110 is taken' : null,
        ...(isTaken && { problem }),
        reportedAt: at,
        isApplied: !isTaken,
      };
    }),
    cautions: [],
  }));
  return { sections, isComplete: true };
}

const hourMs = 3_600_000;

export function mailOverview(isNew: boolean): Answers<'GET /overview/mail'> {
  const now = Math.floor(Date.now() / hourMs) * hourMs;
  const wave = (place: number, most: number): number =>
    isNew ? 0 : Math.round(most * (0.55 + 0.45 * Math.sin((place - 8) / 3.8)) * ((place % 5) + 6) * 0.1);
  const hours = Array.from({ length: 48 }, (_, place) => ({
    hour: new Date(now - (47 - place) * hourMs).toISOString(),
    accepted: wave(place, 420),
    refused: wave(place + 3, 130),
    putOff: wave(place + 1, 60),
    delivered: wave(place, 380),
    relayed: wave(place + 2, 140),
    deferred: wave(place, 12),
    returned: place % 7 === 0 ? wave(place, 5) : 0,
  }));
  const sum = (name: 'accepted' | 'refused' | 'putOff' | 'delivered' | 'relayed' | 'deferred' | 'returned') =>
    hours.slice(24).reduce((total, hour) => total + hour[name], 0);
  const day = {
    ...{ accepted: sum('accepted'), refused: sum('refused'), putOff: sum('putOff') },
    ...{ delivered: sum('delivered'), relayed: sum('relayed') },
    ...{ deferred: sum('deferred'), returned: sum('returned') },
  };
  const remarks: Answers<'GET /overview/mail'>['remarks'] = [
    {
      code: 'mailHeld',
      tone: 'warn',
      message: {
        ru: '3 письма задержаны: их тела недоступны, самое старое принято 24.12.2025.',
        en: '3 mails are held because their bodies cannot be read, the oldest since 2025-12-24.',
      },
      advice: {
        ru: 'Верните диск или хранилище, где лежат их тела, и отпустите их.',
        en: 'Bring back the disk or store that has their bodies, then release them.',
      },
      to: '/queue?state=held&holder=volume',
    },
  ];
  return {
    hours,
    countedAt: isNew ? null : new Date().toISOString(),
    day,
    weekBefore: isNew ? null : day,
    queue: { waiting: isNew ? 0 : 1217, isMore: false, oldestAt: isNew ? null : at, held: isNew ? 0 : 3 },
    reasons: isNew
      ? []
      : [
          {
            reply: '554 5.7.1 listed by bl.spamcop.net, see https://www.spamcop.net/bl.shtml?198.51.100.9',
            count: 1830,
          },
          { reply: '550 5.1.1 no such mailbox here', count: 214 },
        ],
    disk: { freeBytes: 214 * 1024 * megabyte, lowWaterBytes: 512 * megabyte },
    remarks: isNew ? [] : remarks,
  };
}

export function serverOverview(isNew: boolean): Answers<'GET /overview/server'> {
  const failed = {
    code: 'notApplied',
    tone: 'danger' as const,
    message: {
      ru: 'pop3: раздел «Сетевые настройки» не применён. Порт 110 занят.',
      en: 'pop3: the section “Network” is not applied. Port 110 is taken.',
    },
    advice: {
      ru: 'Процесс работает с прежними значениями: исправьте причину или верните прежнюю ревизию.',
      en: 'It keeps running with the previous values: fix the cause or roll the section back.',
    },
    to: '/processes',
  };
  return { domains: isNew ? 0 : 2, accounts: isNew ? 0 : 3, remarks: isNew ? [] : [failed] };
}

/** Earlier revisions of a section, the newest first. */
export function revisions(section: string): Answers<'GET /settings/history'>['entries'] {
  const isQueue = section === 'queue';
  const label = isQueue
    ? { ru: 'Интервал между попытками отправки', en: 'Interval between delivery attempts' }
    : { ru: 'Порт', en: 'Port' };
  const [before, after] = isQueue ? ['30 мин.', '12 мин.'] : ['25', '465'];
  const facts = { section, changeId: '0192f000-0000-7000-8000-0000000000cc', changes: [] };
  return [
    {
      ...facts,
      ...{ revision: 2, author: 'console:petr', changedAt: at, comment: 'заявка 118' },
      secrets: section === 'relay' ? ['password'] : [],
      described: [
        {
          ...{ kind: 'value' as const, section, field: isQueue ? 'runIntervalMinutes' : 'port', label },
          before: { ru: before ?? '', en: (before ?? '').replace('мин.', 'min') },
          after: { ru: after ?? '', en: (after ?? '').replace('мин.', 'min') },
        },
      ],
    },
    {
      ...facts,
      ...{ revision: 1, author: 'first start', changedAt: at, comment: null, secrets: [], described: [] },
    },
  ];
}
