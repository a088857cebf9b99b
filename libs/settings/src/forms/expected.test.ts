import { expect, test } from 'vitest';
import { catalogue, type SectionName, sectionNames } from '../catalogue.ts';
import { describeSection } from '../describe.ts';
import { defaultDocument } from '../validate.ts';
import { checkValue } from './expected.ts';

test.each([
  ['network', 'smtpPort', 0, 'give a whole number from 1 to 65535'],
  ['network', 'smtpPort', 65_536, 'give a whole number from 1 to 65535'],
  ['network', 'smtpPort', '25', 'give a whole number from 1 to 65535'],
  ['network', 'smtpPort', '', 'fill in the field: give a whole number from 1 to 65535'],
  ['network', 'smtpPort', 465, undefined],
  ['smtpEncryption', 'mode', 'ssl', 'give one of: none, optional, required'],
  ['smtpEncryption', 'dhBits', '2048', 'give one of: 1024, 2048, 3072, 4096'],
  ['smtpEncryption', 'certificateId', null, undefined],
  ['relay', 'smtps', 'yes', 'give true or false'],
  ['relay', 'username', '', 'fill in the field: give a login without control characters'],
  ['relay', 'host', '', undefined],
  ['relay', 'host', 'x'.repeat(256), 'at most 255 characters: shorten the text'],
  ['dnsbl', 'zones', Array.from({ length: 33 }, () => 'a.test'), 'at most 32 lines: remove some'],
  ['dnsbl', 'zones', [], undefined],
] as const)('%s.%s: %j is answered with %s', (section, name, value, expected) => {
  const field = describeSection(section).fields.find((one) => one.name === name);
  expect(field && checkValue(field, value)?.en).toBe(expected);
});

test.each(sectionNames)(
  '%s: no default of a field that is shown is complained about',
  (name: SectionName) => {
    const document: Readonly<Record<string, unknown>> = defaultDocument(name);
    const { fields } = describeSection(name);
    const complaints = fields.filter(
      (field) => field.when === undefined && checkValue(field, document[field.name]),
    );
    expect(complaints.map((field) => field.name)).toEqual([]);
    expect(fields).toHaveLength(Object.keys(catalogue[name].fields).length);
  },
);
