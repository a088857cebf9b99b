import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeForms } from '../describe.ts';
import { defaultSettings } from '../validate.ts';
import { layouts } from './keyboard.ts';
import { searchForms } from './search.ts';

const forms = describeForms();
const find = (query: string, options = {}) =>
  searchForms(forms, query, options).map(({ section, field }) => `${section}.${field}`);

describe('the first hit', () => {
  test.each([
    // Labels, in both languages, whole and begun.
    ['Порт SMTP', 'network.smtpPort'],
    ['порт imap', 'network.imapPort'],
    ['imap port', 'network.imapPort'],
    ['pop3s port', 'accessEncryption.pop3sPort'],
    ['максимальный размер', 'sending.maxMessageSizeMb'],
    ['maximum message size', 'sending.maxMessageSizeMb'],
    ['base dn', 'addressBook.baseDn'],
    ['логин', 'relay.username'],
    ['пароль', 'relay.password'],
    ['селектор', 'dkim.selector'],
    ['время ожидания в очереди', 'queue.waitMinMinutes'],
    ['время ожидания в очереди, до', 'queue.waitMaxMinutes'],
    // Names.
    ['relay.port', 'relay.port'],
    ['queue.waitMaxMinutes', 'queue.waitMaxMinutes'],
    ['onNoAnswer', 'dnsbl.onNoAnswer'],
    // What people say.
    ['смартхост', 'relay.host'],
    ['smarthost', 'relay.host'],
    ['яндекс', 'relay.host'],
    ['лимит вложений', 'sending.maxMessageSizeMb'],
    ['размер вложения', 'sending.maxMessageSizeMb'],
    ['ssl', 'smtpEncryption.mode'],
    ['тлс', 'smtpEncryption.mode'],
    ['587', 'network.submissionEnabled'],
    ['fail2ban', 'limits.failedLogins'],
    ['подбор пароля', 'limits.failedLogins'],
    ['rbl', 'dnsbl.zones'],
    ['спамхаус spamhaus', 'dnsbl.zones'],
    ['грейлистинг', 'greylist.enabled'],
    ['postgrey', 'greylist.enabled'],
    ['кракозябры', 'misc.recodeSubjectUtf8'],
    ['русские адреса', 'misc.smtpUtf8'],
    ['фаервол', 'network.firewallRule'],
    ['hostname', 'general.heloName'],
    ['доктор веб', 'antivirus.drwebEnabled'],
    ['clamd', 'antivirus.clamavEnabled'],
    ['корзина', 'general.autoCreateFolders'],
    ['место на диске', 'alerts.diskLowWaterMb'],
    ['postmaster', 'alerts.address'],
    ['open relay', 'accessLists.relayForWhitelistedSenders'],
    ['smuggling', 'limits.bareNewline'],
    ['message_size_limit', 'sending.maxMessageSizeMb'],
    ['maximal_queue_lifetime', 'queue.maxLifetimeMinutes'],
    // Other endings of the same word.
    ['сертификаты', 'smtpEncryption.certificateId'],
    ['антивирус касперский', 'antivirus.kasperskyEnabled'],
    ['селектора', 'dkim.selector'],
    // Words in any order, with fillers between them.
    ['порт для imap', 'network.imapPort'],
    ['как подключить яндекс', 'relay.host'],
    // The wrong layout of the keyboard.
    ['kjuby', 'relay.username'],
    ['KJUBY', 'relay.username'],
    ['gfhjkm', 'relay.password'],
    ['cvfhn[jcn', 'relay.host'],
    ['ыыд', 'smtpEncryption.mode'],
    ['ызфьрфгы', 'dnsbl.zones'],
    ['порт ыьезы', 'smtpEncryption.smtpsPort'],
  ])('of %j is %s', (query, expected) => {
    expect(find(query)[0]).toBe(expected);
  });
});

describe('found among the hits', () => {
  test.each([
    ['белый', ['accessLists.relayForWhitelistedSenders']],
    ['черный список', ['accessLists.relayForWhitelistedSenders']],
    ['чёрный список', ['accessLists.relayForWhitelistedSenders']],
    ['ЧЕРНЫЙ СПИСОК', ['accessLists.relayForWhitelistedSenders']],
    ['список белый', ['accessLists.relayForWhitelistedSenders']],
    [',tksq', ['accessLists.relayForWhitelistedSenders']],
    ['xthysq cgbcjr', ['accessLists.relayForWhitelistedSenders']],
    ['вты', ['dnsbl.zones', 'reverseDns.mode']],
    ['ptr', ['reverseDns.mode', 'general.heloName']],
    ['dns', ['dnsbl.zones', 'dkim.selector', 'reverseDns.mode']],
    ['шифрование', ['smtpEncryption.mode', 'accessEncryption.mode']],
    ['465', ['smtpEncryption.smtpsPort', 'smtpEncryption.implicitTlsEnabled', 'relay.port', 'relay.smtps']],
    ['карантин', ['quarantine.expiryDays', 'antivirus.onInfectedOutgoing', 'dkim.onDmarcFail']],
    [
      'whitelist',
      ['accessLists.relayForWhitelistedSenders', 'sending.rateLimitSkipWhitelist', 'greylist.whitelistDays'],
    ],
  ])('%j: %j', (query, expected) => {
    expect(find(query)).toEqual(expect.arrayContaining(expected));
  });
});

test('the beginning of a label stands before a word in it, a word before a search word, and that before the help', () => {
  const hits = searchForms(forms, 'пор', { limit: 100 });
  const order = hits.map(({ found }) => found);
  expect(hits[0]?.label.ru).toMatch(/^Пор/);
  expect(order.lastIndexOf('label')).toBeLessThan(order.indexOf('term'));
  expect(order.lastIndexOf('term')).toBeLessThan(order.indexOf('help'));
  const labels = hits.filter(({ found }) => found === 'label').map(({ label }) => label.ru);
  const inside = labels.findIndex((label) => !label.startsWith('Пор'));
  expect(labels.slice(inside).some((label) => label.startsWith('Пор'))).toBe(false);
});

test('a hit says where it stands, in both languages', () => {
  expect(searchForms(forms, 'accessEncryption.certificateId')[0]).toEqual({
    section: 'accessEncryption',
    field: 'certificateId',
    path: {
      ru: 'Настройки › Шифрование › POP3/IMAP › Сертификат',
      en: 'Settings › Encryption › POP3/IMAP › Certificate',
    },
    label: { ru: 'Сертификат', en: 'Certificate' },
    tab: 'settings',
    block: 'encryption',
    found: 'path',
  });
});

test('every field is found first, or as one of several of that name, by its label in each language', () => {
  for (const { name, fields } of forms.sections) {
    for (const field of fields) {
      for (const label of Object.values(field.fullLabel ?? field.label)) {
        const same = forms.sections.flatMap((section) =>
          section.fields.filter((one) => Object.values(one.fullLabel ?? one.label).includes(label)),
        ).length;
        expect(find(label).slice(0, same + 2), label).toContain(`${name}.${field.name}`);
      }
    }
  }
});

test('current values are searched where they are given', () => {
  const documents = { ...defaultSettings(), relay: { host: 'smtp.example.net', port: 2525 } };
  expect(find('example.net', { documents })[0]).toBe('relay.host');
  expect(find('2525', { documents })).toEqual(['relay.port']);
  expect(find('2525')).toEqual([]);
});

test.each(['', ' ', '?!', 'ззззззззззз', 'qqqqqqqq', 'x'.repeat(10_000)])('%j finds nothing', (query) => {
  expect(find(query)).toEqual([]);
});

test('whatever is typed, the answer is a list without repetitions, never longer than asked for', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 30 }), fc.nat(5), (query, limit) => {
      const hits = find(query, { limit });
      expect(hits.length).toBeLessThanOrEqual(limit);
      expect(new Set(hits).size).toBe(hits.length);
    }),
    { numRuns: 200 },
  );
});

test.each([
  ['вты', 'dns'],
  ['kjuby', 'логин'],
  ['{jcn', 'хост'],
  [',tksq', 'белый'],
  ['`krf', 'ёлка'],
  ['ыьез', 'smtp'],
])('%j typed with the other layout is %j', (typed, meant) => {
  expect(layouts(typed)).toContain(meant);
});
