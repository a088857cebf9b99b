import { defaultDocument, describeForms } from '@pochtar/settings';
import { expect, test } from 'vitest';
import { Draft } from './draft.ts';
import { draftFor, isOffered, type TestResult, untried, valuesOf } from './test-results.ts';

const forms = JSON.parse(JSON.stringify(describeForms())) as ReturnType<typeof describeForms>;
const tests = forms.tabs.flatMap(({ blocks }) => blocks.flatMap((block) => block.tests));
const relay = tests.find(({ kind }) => kind === 'relay') as (typeof tests)[number];

function loaded(): Draft {
  const draft = new Draft(forms);
  draft.take(
    forms.sections.map(({ name, secrets }) => ({
      name,
      revision: 1,
      document: JSON.parse(JSON.stringify(defaultDocument(name as 'relay'))) as Record<string, unknown>,
      secrets: Object.fromEntries(secrets.map((secret) => [secret.name, true])),
      author: 'test',
      changedAt: '2026-01-01T00:00:00.000Z',
    })),
  );
  return draft;
}

const made = (values: string): TestResult => ({
  ...{ values, at: '2026-01-01T00:00:00.000Z', events: [], error: null },
  verdict: { verdict: 'good', text: { ru: '', en: '' } },
});

test('a result holds for the values it was made with, a typed password included, and for no others', () => {
  const draft = loaded();
  const before = valuesOf(draft, relay);
  draft.set('general.defaultDomain', 'other.test');
  expect(valuesOf(draft, relay)).toBe(before);
  draft.set('relay.port', 465);
  const withPort = valuesOf(draft, relay);
  draft.setSecret('relay.password', 'one');
  const withSecret = valuesOf(draft, relay);
  draft.setSecret('relay.password', 'two');
  expect(new Set([before, withPort, withSecret, valuesOf(draft, relay)]).size).toBe(4);
  expect(withSecret).not.toContain('one');
  draft.setSecret('relay.password', undefined);
  draft.set('relay.port', 25);
  expect(valuesOf(draft, relay)).toBe(before);
});

test('what was changed and not tried with its values is named before it is saved', () => {
  const draft = loaded();
  const named = (results = new Map<'relay', TestResult>()): string[] =>
    untried(forms, draft, results).map(({ test: one }) => one.kind);
  expect(named()).toEqual([]);
  draft.set('relay.host', 'smtp.test');
  draft.set('general.defaultDomain', 'other.test');
  expect(named()).toEqual(['relay']);
  expect(named(new Map([['relay', made(valuesOf(draft, relay))]]))).toEqual([]);
  expect(named(new Map([['relay', made('others')]]))).toEqual(['relay']);
  draft.set('antivirus.clamavAddress', 'clamav:3311');
  expect(named()).toEqual(['relay']);
  draft.set('antivirus.clamavEnabled', true);
  expect(named()).toEqual(['relay', 'clamav']);
});

test('what is sent: the changed fields of its sections, and the typed password instead of the stored one', () => {
  const draft = loaded();
  draft.set('relay.port', 465);
  draft.set('network.smtpPort', 2525);
  expect(draftFor(draft, relay.sections)).toEqual({
    values: { relay: { port: 465 } },
    useStoredSecret: true,
  });
  draft.setSecret('relay.password', 'typed');
  expect(draftFor(draft, relay.sections)).toEqual({
    values: { relay: { port: 465 } },
    secrets: { relay: { password: 'typed' } },
    useStoredSecret: false,
  });
  draft.setSecret('relay.password', null);
  expect(draftFor(draft, relay.sections).useStoredSecret).toBe(false);
});

test('a scanner that is switched off offers no test', () => {
  const draft = loaded();
  const clamav = tests.find(({ kind }) => kind === 'clamav') as (typeof tests)[number];
  expect(isOffered(draft, clamav)).toBe(false);
  draft.set('antivirus.clamavEnabled', true);
  expect(isOffered(draft, clamav)).toBe(true);
});
