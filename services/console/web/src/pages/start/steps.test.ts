import { expect, test } from 'vitest';
import { type Known, progressOf, stepsOf } from './steps.ts';

const section = (name: string, document: Record<string, unknown>) => ({ name, document });
const empty: Known = {
  hasOwnPassword: false,
  sections: [section('general', { organisation: '', heloName: 'localhost' }), section('relay', { host: '' })],
  ...{ domains: [], certificates: [], outcomes: [] },
};
const whole: Known = {
  hasOwnPassword: true,
  sections: [
    section('general', { organisation: 'Firma', heloName: 'mx.firma.test' }),
    section('relay', { host: '' }),
  ],
  domains: [{ name: 'firma.test', accounts: 1, dns: { problems: 0 } }],
  certificates: [{ isCa: false, origin: 'imported', usedBy: ['smtpEncryption'] }],
  outcomes: ['relayed', 'delivered'],
};
const done = (known: Known) =>
  stepsOf(known)
    .filter(({ isDone }) => isDone === true)
    .map(({ id }) => id);
const missing = (known: Known) =>
  stepsOf(known)
    .filter(({ isDone, isOptional }) => isDone === false && !isOptional)
    .map(({ id }) => id);

test('an empty installation has nothing done, and what is not answered yet is neither done nor missing', () => {
  expect(done(empty)).toEqual([]);
  expect(progressOf(stepsOf(empty))).toEqual({ done: 0, total: 9, isOver: false });
  expect(progressOf(stepsOf({ ...empty, outcomes: undefined }))).toBeNull();
});

test('one that has everything is over, optional steps or not', () => {
  expect(missing(whole)).toEqual([]);
  expect(progressOf(stepsOf(whole))).toMatchObject({ isOver: true });
});

test.each<[string, Partial<Known>, string[]]>([
  ['a password that somebody else knows', { hasOwnPassword: false }, ['password']],
  [
    'the domain for trials is nobody’s own',
    { domains: [{ name: 'demo.test', accounts: 3, dns: { problems: 0 } }] },
    ['domain', 'dns', 'account'],
  ],
  [
    'a relay is a way out',
    {
      outcomes: ['delivered'],
      sections: [...(whole.sections ?? []).slice(0, 1), section('relay', { host: 'smtp.else.test' })],
    },
    [],
  ],
  ['mail that only came in proves no way out', { outcomes: ['delivered'] }, ['way']],
  ['mail that came back proves nothing', { outcomes: ['bounced'] }, ['way', 'mail']],
  [
    'a DNS with remarks, or never looked at',
    { domains: [{ name: 'a', accounts: 1, dns: { problems: 2 } }] },
    ['dns'],
  ],
  [
    'a certificate that no section uses',
    { certificates: [{ isCa: false, origin: 'imported', usedBy: [] }] },
    ['certificate'],
  ],
])('%s', (_, change, expected) => {
  expect(missing({ ...whole, ...change })).toEqual(expected);
});
