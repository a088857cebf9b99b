import { describe, expect, test } from 'vitest';
import type { SectionName, Settings } from './catalogue.ts';
import { cautionsOf } from './cautions.ts';
import { defaultSettings, parseSection } from './validate.ts';

type Change = { readonly [N in SectionName]?: Partial<Settings[N]> };

function cautions(change: Change) {
  const settings: Record<string, object> = { ...defaultSettings() };
  for (const [name, part] of Object.entries({ general: { heloName: 'mail.example.org' }, ...change })) {
    const document = { ...settings[name], ...part };
    expect(parseSection(name as SectionName, document), 'a caution never stands for an error').toMatchObject({
      ok: true,
    });
    settings[name] = document;
  }
  return cautionsOf(settings as Settings);
}

const clamav = { clamavEnabled: true, clamavAddress: 'clamd.test:3310' };

test('none is needed for the defaults of a server that has a name', () => {
  expect(cautions({})).toEqual([]);
});

describe('a choice that is allowed, and whose consequence is told', () => {
  const cases: readonly (readonly [Change, string])[] = [
    [{ general: { heloName: 'localhost' } }, 'general.heloName bareName'],
    [{ general: { heloName: 'vm' } }, 'general.heloName bareName'],
    [{ network: { trustedProxies: ['192.0.2.1', '0.0.0.0/0'] } }, 'network.trustedProxies.1 tooWide'],
    [{ network: { webmailAddresses: ['::/0'] } }, 'network.webmailAddresses.0 tooWide'],
    [{ smtpEncryption: { mode: 'none' } }, 'smtpEncryption.mode noEncryption'],
    [{ accessEncryption: { mode: 'none', dhBits: 1024 } }, 'accessEncryption.mode noEncryption'],
    [{ accessEncryption: { minTlsVersion: 'TLSv1' } }, 'accessEncryption.minTlsVersion weakTls'],
    [{ smtpEncryption: { minTlsVersion: 'TLSv1.1' } }, 'smtpEncryption.minTlsVersion weakTls'],
    [{ accessEncryption: { dhBits: 1024 } }, 'accessEncryption.dhBits weakTls'],
    [{ sending: { maxMessageSizeMb: 51 } }, 'antivirus.maxScanSizeMb scansLessThanAccepted'],
    [{ queue: { maxLifetimeMinutes: 180 } }, 'queue.maxLifetimeMinutes neverRetried'],
    [{ relay: { host: 'smtp.yandex.ru' } }, 'relay.rewriteSender foreignSender'],
    [{ relay: { host: 'smtp.gmail.com' } }, 'relay.rewriteSender foreignSender'],
    [
      { accessLists: { relayForWhitelistedSenders: true } },
      'accessLists.relayForWhitelistedSenders forgeable',
    ],
    [{ antivirus: { maxScanSizeMb: 25 } }, 'antivirus.maxScanSizeMb scansLessThanAccepted'],
    [{ antivirus: { ...clamav, onScannerFailure: 'deliver' } }, 'antivirus.onScannerFailure passesUnscanned'],
    [
      { antivirus: { ...clamav, onInfectedOutgoing: 'replace' } },
      'antivirus.onInfectedOutgoing sendsViruses',
    ],
    [{ dnsbl: { onNoAnswer: 'reject' } }, 'dnsbl.onNoAnswer refusesWithoutAnswer'],
    [{ dnsbl: { zones: ['bl.spamcop.net', 'dul.dnsbl.sorbs.net'] } }, 'dnsbl.zones.1 deadZone'],
    [{ dnsbl: { zones: ['cbl.abuseat.org'] } }, 'dnsbl.zones.0 deadZone'],
    [
      { greylist: { enabled: true, minRetrySeconds: 3600, maxRetryHours: 1 } },
      'greylist.minRetrySeconds neverPasses',
    ],
    [{ addressBook: { access: 'anyone' } }, 'addressBook.access harvestable'],
    [{ dsn: { successToStrangers: true } }, 'dsn.successToStrangers backscatter'],
    [{ limits: { bareNewline: 'normalise' } }, 'limits.bareNewline smuggling'],
    [{ limits: { sessionsPerAddress: 100, sessionsTotal: 100 } }, 'limits.sessionsPerAddress oneTakesAll'],
    [{ alerts: { address: 'admin@example.org' } }, 'alerts.address partlyAvailable'],
  ];

  test.each(cases)('%j: %s', (change, expected) => {
    const found = cautions(change);
    expect(found.map(({ section, field, code }) => `${section}.${field} ${code}`)).toEqual([expected]);
    for (const { message } of found) {
      expect(message.ru).toMatch(/^«.*\p{Script=Cyrillic}/u);
      expect(message.en).not.toMatch(/\p{Script=Cyrillic}|[{}]/u);
      expect(message.en, 'the remedy stands behind the colon').toMatch(/: .*: .+/);
    }
  });

  test.each<Change>([
    { network: { trustedProxies: ['10.0.0.0/8'], webmailAddresses: ['fc00::/7'] } },
    { relay: { host: 'smtp.yandex.ru', rewriteSender: true, senderAddress: 'a@yandex.ru' } },
    { relay: { host: 'notmail.ru' } },
    { queue: { maxLifetimeMinutes: 181 } },
    { accessLists: { whiteNamesNeedSpf: 'no' } },
    { antivirus: { onScannerFailure: 'deliver', onInfectedOutgoing: 'replace' } },
    { dnsbl: { onNoAnswer: 'reject', zones: [] } },
    { dnsbl: { zones: ['notsorbs.net'] } },
    { greylist: { minRetrySeconds: 3600, maxRetryHours: 1 } },
  ])('%j is none', (change) => {
    expect(cautions(change)).toEqual([]);
  });
});
