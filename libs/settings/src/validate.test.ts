import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catalogue, type SectionName, type Settings, sectionNames } from './catalogue.ts';
import { describeSection } from './describe.ts';
import type { FieldInput } from './forms/description.ts';
import { listenersOf } from './listeners.ts';
import type { SettingsError } from './text.ts';
import {
  crossCheck,
  defaultDocument,
  defaultSettings,
  examineSection,
  maxDocumentBytes,
  parseSection,
  readStored,
  validateAll,
} from './validate.ts';

function errorsOf(parsed: { ok: true } | { ok: false; errors: SettingsError[] }): SettingsError[] {
  return parsed.ok ? [] : parsed.errors;
}

function complaint(name: SectionName, change: Record<string, unknown>): SettingsError | undefined {
  return errorsOf(parseSection(name, { ...defaultDocument(name), ...change }))[0];
}

function clashes(change: { [N in SectionName]?: Partial<Settings[N]> }): SettingsError[] {
  const all: Record<string, unknown> = { ...defaultSettings() };
  for (const [name, part] of Object.entries(change))
    all[name] = { ...defaultDocument(name as SectionName), ...part };
  return errorsOf(validateAll(all));
}

describe('every section', () => {
  test.each(sectionNames)('%s: the default document is valid and reads back as itself', (name) => {
    const document = defaultDocument(name);
    expect(parseSection(name, JSON.parse(JSON.stringify(document)))).toEqual({ ok: true, value: document });
    expect(readStored(name, document)).toEqual({ ok: true, value: document });
  });

  test.each(sectionNames)(
    '%s: has words in both languages for itself, its fields and its choices',
    (name) => {
      const { label, help, fields, secrets, appliedBy } = catalogue[name];
      const texts = [label, help];
      for (const field of Object.values({ ...fields, ...secrets })) texts.push(field.label, field.help);
      for (const field of Object.values(fields)) texts.push(...choiceLabels(field.input));
      for (const { ru, en } of texts) {
        expect(ru).toMatch(/\S/);
        expect(en).toMatch(/\S/);
        expect(en).not.toMatch(/\p{Script=Cyrillic}/u);
      }
      expect(appliedBy.length).toBeGreaterThan(0);
    },
  );

  test.each(sectionNames)('%s: any valid document reads back as itself', (name) => {
    fc.assert(
      fc.property(documentOf(name), (document) => {
        const parsed = parseSection(name, document);
        const again = parsed.ok ? parseSection(name, JSON.parse(JSON.stringify(parsed.value))) : parsed;
        expect(again).toEqual(parsed);
      }),
      { numRuns: 50 },
    );
  });

  test.each(sectionNames)(
    '%s: foreign JSON never throws, and each complaint names section, code and remedy',
    (name) => {
      fc.assert(
        fc.property(
          fc.jsonValue(),
          fc.constantFrom(...Object.keys(catalogue[name].fields)),
          (value, field) => {
            for (const document of [value, { [field]: value }]) {
              for (const error of errorsOf(parseSection(name, document))) {
                expect(error.section).toBe(name);
                expect(error.code).toMatch(/^[a-zA-Z0-9]+$/);
                expect(error.message.ru).toMatch(/\p{Script=Cyrillic}/u);
                expect(error.message.en).toMatch(/\S/);
              }
            }
          },
        ),
        { numRuns: 100 },
      );
    },
  );
});

describe('a field', () => {
  test.each([
    ['network', { smtpPort: 0 }, 'smtpPort', 'outOfRange'],
    ['network', { smtpPort: 65_536 }, 'smtpPort', 'outOfRange'],
    ['network', { smtpPort: '25' }, 'smtpPort', 'wrongType'],
    ['network', { smtpPort: 2.5 }, 'smtpPort', 'wrongType'],
    ['network', { smtpInterfaces: ['a b'] }, 'smtpInterfaces.0', 'wrongFormat'],
    ['network', { smtpInterfaces: ['eth0', 'eth0'] }, 'smtpInterfaces.1', 'repeated'],
    [
      'network',
      { trustedProxies: Array.from({ length: 65 }, (_, i) => `10.0.0.${i}`) },
      'trustedProxies',
      'tooLong',
    ],
    ['network', { nonsense: 1 }, 'nonsense', 'unknownField'],
    ['smtpEncryption', { mode: 'ssl' }, 'mode', 'notAChoice'],
    ['smtpEncryption', { dhBits: 512 }, 'dhBits', 'notAChoice'],
    ['relay', { password: 'x' }, 'password', 'isSecret'],
    ['general', { autoCreateFolders: [{ specialUse: 'Sent' }] }, 'autoCreateFolders.0.name', 'missing'],
    ['dnsbl', { zones: ['a.test', 'A.test'] }, 'zones.1', 'repeated'],
    [
      'general',
      { autoCreateFolders: [{ name: 'a', until: 'x' }] },
      'autoCreateFolders.0.until',
      'unknownField',
    ],
    ['accessLists', { white: [{ value: '10.0.0.1' }] }, 'white', 'movedToLists'],
    ['general', { heloName: '' }, 'heloName', 'wrongFormat'],
    ['dnsbl', { zones: ['localhost'] }, 'zones.0', 'wrongFormat'],
  ] as const)('%s %j is a complaint about %s: %s', (section, change, field, code) => {
    const error = complaint(section, change);
    expect(error).toMatchObject({ section, field, code });
    expect(error?.message.en).toContain(field);
  });

  test('a missing field gets its default, an omitted document is a complaint', () => {
    expect(parseSection('queue', {})).toEqual({ ok: true, value: defaultDocument('queue') });
    expect(errorsOf(parseSection('queue', null))[0]).toMatchObject({ section: 'queue', field: '' });
  });

  test('a text is stored in its normal form', () => {
    const parsed = parseSection('network', { trustedProxies: ['::ffff:10.1.2.3/104'] });
    expect(parsed.ok && parsed.value.trustedProxies).toEqual(['10.0.0.0/8']);
  });
});

describe('rules between fields', () => {
  test('queue: the upper bound of the wait is not below the lower one', () => {
    expect(complaint('queue', { waitMinMinutes: 301 })).toMatchObject({
      field: 'waitMaxMinutes',
      code: 'tooSmall',
    });
    expect(complaint('queue', { waitMinMinutes: 300 })).toBeUndefined();
  });

  test('relay: SMTPS needs another port than 25, and port 465 needs SMTPS', () => {
    expect(complaint('relay', { smtps: true })).toMatchObject({ code: 'smtpsOnPort25' });
    expect(complaint('relay', { port: 465 })).toMatchObject({ code: 'port465WithoutSmtps' });
    expect(complaint('relay', { smtps: true, port: 465 })).toBeUndefined();
    expect(complaint('relay', { port: 587 })).toBeUndefined();
  });

  test('relay: a login and a sender address are there when they are switched on', () => {
    expect(complaint('relay', { authEnabled: true })).toMatchObject({ field: 'username', code: 'missing' });
    expect(complaint('relay', { rewriteSender: true })).toMatchObject({
      field: 'senderAddress',
      code: 'missing',
    });
  });

  test('antivirus: a scanner that is on has an address', () => {
    expect(complaint('antivirus', { clamavEnabled: true })).toMatchObject({
      field: 'clamavAddress',
      code: 'missing',
    });
    expect(complaint('antivirus', { clamavEnabled: true, clamavAddress: 'clamd:3310' })).toBeUndefined();
  });

  test('general: INBOX is not created twice, and each use belongs to one folder', () => {
    expect(complaint('general', { autoCreateFolders: [{ name: 'inbox' }] })).toMatchObject({
      code: 'reserved',
    });
    const twice = [
      { name: 'a', specialUse: 'Sent' },
      { name: 'b', specialUse: 'Sent' },
    ];
    expect(complaint('general', { autoCreateFolders: twice })).toMatchObject({ code: 'repeated' });
  });
});

describe('a complaint', () => {
  test.each<[SectionName, Record<string, unknown>, RegExp, RegExp]>([
    [
      'network',
      { smtpPort: 0 },
      /^«Сетевые настройки», «Порт SMTP», network\.smtpPort: укажите/,
      /^“Network”, “SMTP port”, network\.smtpPort: give/,
    ],
    [
      'relay',
      { smtps: true },
      /«Использовать SMTPS», relay\.smtps: .*«Порт внешнего SMTP» \(relay\.port\)/,
      /“Use SMTPS”, relay\.smtps: .*“Port of the external SMTP server” \(relay\.port\)/,
    ],
    [
      'queue',
      { waitMinMinutes: 301 },
      /«Почтовая очередь», «Время ожидания в очереди, до», queue\.waitMaxMinutes: .*увеличьте .*«Время ожидания в очереди от»/,
      /“Mail queue”, “Waiting time, to”, queue\.waitMaxMinutes: .*raise it.*“Waiting time from” \(queue\.waitMinMinutes\)/,
    ],
    [
      'antivirus',
      { clamavEnabled: true },
      /«Адрес ClamAV», antivirus\.clamavAddress: .*«Проверять почту антивирусом ClamAV»/,
      /“Address of ClamAV”, antivirus\.clamavAddress: .*“Scan mail with ClamAV”/,
    ],
    [
      'accessLists',
      { white: [{ value: '192.0.2.1' }] },
      /accessLists\.white: .*pochtar list import/,
      /accessLists\.white: .*pochtar list import/,
    ],
    [
      'general',
      { autoCreateFolders: [{ name: 'inbox' }] },
      /^«Общие настройки», «При создании ящика/,
      /^“General”, “Folders created with a mailbox”, № 1, “Name”/,
    ],
    [
      'relay',
      { password: 'x' },
      /«Пароль», relay\.password: это секрет/,
      /“Password”, relay\.password: this is a secret/,
    ],
  ])('%s %j names section and field by their labels, and the remedy', (name, change, ru, en) => {
    expect(complaint(name, change)?.message.ru).toMatch(ru);
    expect(complaint(name, change)?.message.en).toMatch(en);
  });

  test('what is missing is told all at once', () => {
    const all = { authEnabled: true, rewriteSender: true, smtps: true };
    const errors = errorsOf(parseSection('relay', { ...defaultDocument('relay'), ...all }));
    expect(errors.map(({ field }) => field)).toEqual(['smtps', 'username', 'senderAddress']);
  });
});

describe('rules between sections', () => {
  test('the defaults fit together', () => {
    expect(clashes({})).toEqual([]);
  });

  test('two listeners on one port are an error that names both fields', () => {
    const [error, ...more] = clashes({ network: { smtpPort: 143 } });
    expect(more).toEqual([]);
    expect(error).toMatchObject({ section: 'network', field: 'imapPort', code: 'portClash' });
    expect(error?.related).toEqual([{ section: 'network', field: 'smtpPort' }]);
    expect(error?.message.en).toContain('network.smtpPort');
    expect(error?.message.en).toContain('network.imapPort');
  });

  test('a clash is told at the field that was changed, and names the other one', () => {
    const settings = { ...defaultSettings(), network: { ...defaultSettings().network, smtpPort: 143 } };
    const [error] = crossCheck(settings, ({ field }) => field === 'smtpPort');
    expect(error).toMatchObject({ section: 'network', field: 'smtpPort', code: 'portClash' });
    expect(error?.message.en).toMatch(/also given in .*network\.imapPort/);
    expect(error?.related).toEqual([{ section: 'network', field: 'imapPort' }]);
  });

  test('ports of different sections clash too', () => {
    expect(clashes({ smtpEncryption: { smtpsPort: 993 } })).toHaveLength(1);
    expect(clashes({ addressBook: { port: 110 } })).toHaveLength(1);
  });

  test('listeners that are off, or share no interface, may have the same port', () => {
    expect(clashes({ network: { submissionEnabled: false, submissionPort: 25 } })).toEqual([]);
    expect(clashes({ addressBook: { port: 110, enabled: false } })).toEqual([]);
    expect(
      clashes({ network: { imapPort: 25, smtpInterfaces: ['192.0.2.1'], accessInterfaces: ['192.0.2.2'] } }),
    ).toEqual([]);
    expect(
      clashes({ network: { imapPort: 25, smtpInterfaces: ['192.0.2.1'], accessInterfaces: ['0.0.0.0'] } }),
    ).toHaveLength(1);
  });

  test('without encryption there are no TLS-first ports, and their numbers are free', () => {
    expect(clashes({ smtpEncryption: { mode: 'none', smtpsPort: 993 } })).toEqual([]);
    expect(clashes({ accessEncryption: { mode: 'none', imapsPort: 465, pop3sPort: 25 } })).toEqual([]);
    const protocols = listenersOf({
      ...defaultSettings(),
      smtpEncryption: { ...defaultDocument('smtpEncryption'), mode: 'none' },
    }).map(({ protocol }) => protocol);
    expect(protocols).not.toContain('smtps');
    expect(protocols).toContain('imaps');
  });

  test('an unknown section is an error, a missing one gets its defaults', () => {
    expect(errorsOf(validateAll({ nonsense: {} }))).toMatchObject([
      { section: 'nonsense', code: 'unknownSection' },
    ]);
    expect(validateAll({})).toEqual({ ok: true, value: defaultSettings() });
  });
});

describe('a stored document', () => {
  test('of a newer release loses what this one does not know, at any depth', () => {
    const stored = { autoCreateFolders: [{ name: 'a', newer: 1 }], newest: { deep: true } };
    const parsed = readStored('general', stored);
    expect(parsed).toEqual(parseSection('general', { autoCreateFolders: [{ name: 'a' }] }));
  });

  test('that is invalid is answered with its errors', () => {
    expect(readStored('network', { smtpPort: 0 }).ok).toBe(false);
    expect(readStored('network', 'x').ok).toBe(false);
  });
});

function choiceLabels(input: FieldInput): { ru: string; en: string }[] {
  if (input.kind === 'choice') return input.options.map((option) => option.label);
  if (input.kind === 'list') return choiceLabels(input.item);
  if (input.kind === 'record') {
    return Object.values(input.fields).flatMap((field) => [field.label, ...choiceLabels(field.input)]);
  }
  return [];
}

function documentOf(name: SectionName): fc.Arbitrary<unknown> {
  const fields = Object.entries(catalogue[name].fields as Record<string, { input: FieldInput }>);
  return fc.record(Object.fromEntries(fields.map(([field, { input }]) => [field, valueOf(input)])), {
    requiredKeys: [],
  });
}

function valueOf(input: FieldInput): fc.Arbitrary<unknown> {
  switch (input.kind) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: input.min, max: input.max });
    case 'choice':
      return fc.constantFrom(...input.options.map((option) => option.value));
    case 'reference':
      return fc.option(fc.string({ minLength: 1, maxLength: 20 }));
    case 'list':
      return fc.array(valueOf(input.item), { maxLength: 3 });
    case 'record':
      return fc.record(
        Object.fromEntries(Object.entries(input.fields).map(([name, field]) => [name, valueOf(field.input)])),
        { requiredKeys: Object.keys(input.fields) },
      );
    case 'text':
    default:
      return fc.oneof(
        fc.domain(),
        fc.ipV4(),
        fc.emailAddress(),
        fc.constantFrom('', 'eth0', 'dc=a', 'h:1', '10.0.0.0/8'),
      );
  }
}

describe('all that is wrong is told at once', () => {
  test('a rule between two fields is told beside a third one that is wrong as it stands', () => {
    const document = {
      ...defaultDocument('queue'),
      waitMinMinutes: 400,
      waitMaxMinutes: 300,
      runIntervalMinutes: 0,
    };
    const { value, sound, errors } = examineSection('queue', document);
    expect(value).toBeUndefined();
    expect(sound?.without).toEqual(new Set(['runIntervalMinutes']));
    expect(errors.map(({ field }) => field)).toContain('runIntervalMinutes');
    expect(errors.filter(({ field }) => field.startsWith('wait'))).not.toEqual([]);
  });

  test('a field that is wrong as it stands breaks no rule with another one', () => {
    const document = { ...defaultDocument('queue'), waitMinMinutes: 400, waitMaxMinutes: -1 };
    expect(errorsOf(parseSection('queue', document)).map(({ field }) => field)).toEqual(['waitMaxMinutes']);
  });
});

/** As JSON, at the most: a letter may be written as `\u0000`, a number has 17 digits and a sign. */
function largest(input: FieldInput): number {
  switch (input.kind) {
    case 'text':
      return 2 + 6 * input.maxLength;
    case 'reference':
      return 2 + 6 * 255;
    case 'choice':
      return Math.max(...input.options.map(({ value }) => JSON.stringify(value).length));
    case 'list':
      return 2 + input.maxItems * (1 + largest(input.item));
    case 'record':
      return Object.entries(input.fields).reduce(
        (sum, [name, { input: of }]) => sum + name.length + 4 + largest(of),
        2,
      );
    case 'boolean':
    case 'integer':
      return 20;
  }
}

test.each(sectionNames)('%s: whatever its fields allow fits into one answer of the bus', (name) => {
  const { fields } = describeSection(name);
  const bytes = fields.reduce((sum, field) => sum + field.name.length + 4 + largest(field.input), 2);
  expect(bytes).toBeGreaterThan(JSON.stringify(defaultDocument(name)).length);
  expect(bytes).toBeLessThan(maxDocumentBytes);
});
