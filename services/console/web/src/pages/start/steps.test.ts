import { expect, test } from 'vitest';
import { type Known, progressOf, type PutOff, stepsOf } from './steps.ts';

const section = (name: string, document: Record<string, unknown>) => ({ name, document });
const empty: Known = {
  hasOwnPassword: false,
  sections: [section('general', { organisation: '', heloName: 'localhost' }), section('relay', { host: '' })],
  ...{ domains: [], certificates: [], outcomes: [], putOff: [] },
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
  putOff: [],
};
const putOff = (step: PutOff['step']): PutOff => ({
  ...{ step, reason: 'in January', author: 'console:petr', putOffAt: '2026-01-01T10:00:00.000Z' },
});
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
  expect(progressOf(stepsOf(empty))).toEqual({ done: 0, total: 9, putOff: 0, isOver: false });
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

test('what is put off counts neither as done nor as missing, and what the server does not need counts not at all', () => {
  const known: Known = { ...whole, certificates: [], putOff: [putOff('certificate'), putOff('antivirus')] };
  const steps = stepsOf(known);
  expect(progressOf(steps)).toEqual({ done: 8, total: 8, putOff: 1, isOver: true });
  expect(steps.filter((step) => step.putOff !== undefined).map(({ id }) => id)).toEqual([
    'certificate',
    'antivirus',
  ]);
});

test('what is done is done, though it was put off', () => {
  const steps = stepsOf({ ...whole, putOff: [putOff('certificate')] });
  expect(steps.find(({ id }) => id === 'certificate')).toEqual({
    ...{ id: 'certificate', isDone: true, isOptional: false },
  });
  expect(progressOf(steps)).toEqual({ done: 9, total: 9, putOff: 0, isOver: true });
});

test('as long as it is not known what is put off, nothing is missing', () => {
  const known: Known = { ...whole, certificates: [], putOff: undefined };
  expect(missing(known)).toEqual([]);
  expect(progressOf(stepsOf(known))).toBeNull();
});
