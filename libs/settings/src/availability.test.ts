import { describe, expect, test } from 'vitest';
import { isAvailable, unavailable, whyNotApplied, withoutEffect } from './availability.ts';
import { type SectionName, type Settings, sectionNames } from './catalogue.ts';
import { describeCatalogue } from './describe.ts';
import { defaultDocument } from './validate.ts';

function refusals<N extends SectionName>(name: N, change: Partial<Settings[N]>): string[] {
  return unavailable(name, { ...defaultDocument(name), ...change }).map(({ field }) => field);
}

describe('a choice that nothing acts on in this version', () => {
  test.each<[SectionName, object, string[]]>([
    ['retention', { undeleteDays: 5 }, ['undeleteDays']],
    ['retention', { folders: [{ folder: 'Trash', days: 30 }] }, ['folders']],
    ['network', { firewallRule: false }, ['firewallRule']],
    ['general', { storageVolume: 'archive' }, ['storageVolume']],
  ])('%s %j is refused for %j, in both languages and with the remedy', (name, change, fields) => {
    expect(refusals(name, change)).toEqual(fields);
    for (const { code, message } of unavailable(name, { ...defaultDocument(name), ...change })) {
      expect(code).toBe('notAvailable');
      expect(message.ru).toMatch(/в этой версии недоступ\S+.*укажите/);
      expect(message.en).toMatch(/not available in this version.*(give|set)/);
    }
  });

  test.each<[SectionName, object]>([
    ['reverseDns', { mode: 'reject' }],
    ['quarantine', { expiryDays: 7 }],
    ['dlp', { enabled: false, defaultAction: 'log' }],
    ['misc', { useDlp: true, smtpUtf8: false }],
    ['dkim', { verify: false, sign: true, selector: 'mail1', onDmarcFail: 'tag' }],
    ['addressBook', { enabled: false, publishToWebmail: false }],
    ['accessLists', { whiteNamesNeedSpf: 'pass', relayForWhitelistedSenders: true }],
  ])('%s %j asks for nothing of the kind, and is saved', (name, change) => {
    expect(refusals(name, change)).toEqual([]);
  });

  test.each(sectionNames)('%s: the default document is never refused', (name) => {
    expect(unavailable(name, defaultDocument(name))).toEqual([]);
  });
});

describe('the report of a process', () => {
  test('never says applied of a section that nothing acts on, until all its switches are off', () => {
    expect(whyNotApplied('retention', { ...defaultDocument('retention'), undeleteDays: 0 })).toBeNull();
    expect(whyNotApplied('retention', defaultDocument('retention'))?.text.en).toMatch(
      /^“Retention”, retention: .*not available in this version/,
    );
  });

  test('says applied of a section of which parts are missing, unless one of these was chosen', () => {
    expect(whyNotApplied('network', defaultDocument('network'))).toBeNull();
    const problem = whyNotApplied('network', { ...defaultDocument('network'), firewallRule: false });
    expect(problem).toMatchObject({
      code: 'notAvailable',
      text: { ru: expect.stringContaining('разрешающее правило') },
    });
  });

  test('what has no effect is told with the defaults that are in force', () => {
    const fieldsOf = (name: SectionName) =>
      withoutEffect(name, defaultDocument(name)).map(({ section, field }) => `${section}.${field}`);
    expect(fieldsOf('misc')).toEqual([]);
    expect(fieldsOf('network')).toEqual(['network.firewallRule']);
    expect(fieldsOf('retention')).toEqual(['retention.']);
    expect(fieldsOf('queue')).toEqual([]);
  });
});

test('forms are told what is not available, what to choose instead, and when a field counts', () => {
  const described = describeCatalogue();
  for (const { name, isAvailable: is, fields } of described) {
    expect(is).toBe(isAvailable(name as SectionName));
    for (const { when } of fields) {
      const governing = when && fields.find(({ name: field }) => field === when.field);
      if (when) expect(governing?.input.kind).toMatch(/^(boolean|choice)$/);
    }
  }
  const fieldsOf = (name: SectionName) => described.find((one) => one.name === name)?.fields;
  expect(fieldsOf('retention')).toContainEqual(
    expect.objectContaining({ name: 'undeleteDays', isAvailable: false, off: 0 }),
  );
  expect(fieldsOf('smtpEncryption')).toContainEqual(
    expect.objectContaining({
      name: 'implicitTlsEnabled',
      when: { field: 'mode', is: ['optional', 'required'] },
    }),
  );
});
