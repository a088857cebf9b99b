import { defaultDocument, describeForms, sectionNames } from '@pochtar/settings';
import { expect, test, vi } from 'vitest';
import { Draft } from './draft.ts';

const forms = describeForms();

function stored(name: (typeof sectionNames)[number], change = {}, revision = 1, author = 'console:anna') {
  const document = { ...defaultDocument(name), ...change };
  return { name, revision, document, secrets: {}, author, changedAt: '2026-01-01T00:00:00Z' };
}

function begun(): Draft {
  const draft = new Draft(forms);
  draft.take(sectionNames.map((name) => stored(name)));
  return draft;
}

test('a value that is typed back to what is stored is no change', () => {
  const draft = begun();
  draft.set('relay.port', 465);
  expect(draft.changes()).toEqual([{ section: 'relay', expectedRevision: 1, patch: { port: 465 } }]);
  draft.set('relay.port', 25);
  expect(draft.changes()).toEqual([]);
});

test('whoever follows a field hears of that field alone', () => {
  const draft = begun();
  const [port, host] = [vi.fn<() => void>(), vi.fn<() => void>()];
  draft.subscribe('relay.port', port);
  draft.subscribe('relay.host', host);
  draft.set('relay.port', 465);
  expect([port.mock.calls.length, host.mock.calls.length]).toEqual([1, 0]);
});

test('what is out of its bounds is told where it stands, and is not sent to be checked', () => {
  const draft = begun();
  draft.set('queue.runIntervalMinutes', 'soon');
  draft.set('queue.maxLifetimeMinutes', 7200);
  expect(draft.localProblem('queue.runIntervalMinutes')?.en).toContain('from 1 to 1440');
  expect(draft.localProblems()).toEqual(['queue.runIntervalMinutes']);
  expect(draft.changes(true)).toMatchObject([{ patch: { maxLifetimeMinutes: 7200 } }]);
});

test('a number that is left empty is out of its bounds', () => {
  const draft = begun();
  draft.set('queue.runIntervalMinutes', '');
  expect(draft.localProblem('queue.runIntervalMinutes')).toBeDefined();
});

test('what a switch makes necessary is in the way while it is empty, though nobody touched it', () => {
  const draft = begun();
  draft.set('relay.authEnabled', true);
  expect(draft.localProblems()).toEqual(['relay.username']);
});

test('a field that its switch hides is no problem, and keeps what was typed', () => {
  const draft = begun();
  draft.set('relay.authEnabled', true);
  draft.set('relay.username', '');
  draft.set('relay.authEnabled', false);
  expect(draft.isShown('relay.username')).toBe(false);
  expect(draft.localProblem('relay.username')).toBeUndefined();
});

test('another person’s change: untouched fields take it, touched ones stay, both changed is a conflict', () => {
  const draft = begun();
  draft.set('queue.waitMinMinutes', 90);
  draft.set('queue.waitMaxMinutes', 400);
  draft.take([stored('queue', { waitMinMinutes: 60, runIntervalMinutes: 10 }, 2, 'console:petr')]);
  expect(draft.value('queue.runIntervalMinutes')).toBe(10);
  expect(draft.value('queue.waitMaxMinutes')).toBe(400);
  expect(draft.value('queue.waitMinMinutes')).toBe(90);
  expect(draft.conflicts()).toMatchObject([
    { path: 'queue.waitMinMinutes', base: 180, theirs: 60, author: 'console:petr' },
  ]);
  draft.resolve('queue.waitMinMinutes', 'theirs');
  expect(draft.changes()).toEqual([
    { section: 'queue', expectedRevision: 2, patch: { waitMaxMinutes: 400 } },
  ]);
});

test('a secret is sent beside the patch, null removes it, and discarding forgets it', () => {
  const draft = begun();
  draft.setSecret('relay.password', 'x');
  expect(draft.changes()).toEqual([
    { section: 'relay', expectedRevision: 1, patch: {}, secrets: { password: 'x' } },
  ]);
  draft.discard();
  expect(draft.changes()).toEqual([]);
});

test('a finding about an entry of a list stands at the list', () => {
  const draft = begun();
  const message = { ru: '-', en: '-' };
  draft.found([
    { pointer: '', section: 'general', field: 'autoCreateFolders.2.specialUse', code: 'x', message },
  ]);
  expect(draft.problems('general.autoCreateFolders')).toHaveLength(1);
});

test('what was found of values that are others by now holds nothing back: there is no answer to these yet', () => {
  const draft = begun();
  const message = { ru: '-', en: '-' };
  draft.set('relay.authEnabled', true);
  draft.found([{ pointer: '', section: 'relay', field: 'username', code: 'x', message }]);
  expect(draft.knownProblems()).toHaveLength(1);
  draft.set('relay.username', 'info@firma.test');
  expect(draft.knownProblems()).toEqual([]);
  expect(draft.allProblems()).toHaveLength(1);
});
