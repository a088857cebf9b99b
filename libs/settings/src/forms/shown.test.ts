import { expect, test } from 'vitest';
import type { SectionName } from '../catalogue.ts';
import { describeSection } from '../describe.ts';
import { defaultDocument } from '../validate.ts';
import { hiddenBy, isShown } from './shown.ts';

test.each([
  ['queue', 'waitMinMinutes', {}, true],
  ['smtpEncryption', 'smtpsPort', {}, true],
  ['smtpEncryption', 'smtpsPort', { implicitTlsEnabled: false }, false],
  // The switch is on, and hidden itself.
  ['smtpEncryption', 'smtpsPort', { mode: 'none' }, false],
  ['smtpEncryption', 'mode', { mode: 'none' }, true],
  ['relay', 'password', {}, false],
  ['relay', 'password', { authEnabled: true }, true],
  ['relay', 'nonsense', {}, true],
] as const)('%s.%s with %j is shown: %j', (name, field, change, expected) => {
  const document = { ...defaultDocument(name as SectionName), ...change };
  expect(isShown(describeSection(name), field, document)).toBe(expected);
});

test('a hidden field names the switch that has to be set first', () => {
  const document = { ...defaultDocument('smtpEncryption'), mode: 'none', implicitTlsEnabled: false };
  expect(hiddenBy(describeSection('smtpEncryption'), 'smtpsPort', document)).toMatchObject({ field: 'mode' });
  expect(
    hiddenBy(describeSection('smtpEncryption'), 'smtpsPort', { ...document, mode: 'required' }),
  ).toMatchObject({ field: 'implicitTlsEnabled' });
});
