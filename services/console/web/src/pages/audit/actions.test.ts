import { allAdminQuestions } from '@pochtar/bus';
import { expect, test } from 'vitest';
import { actionKey } from './actions.ts';

const audited = allAdminQuestions
  .filter(({ access }) => access.audit !== undefined)
  .map(({ name }) => name.replace(/^admin\./, ''));

test('there are actions, and a log-in is one', () => {
  expect(audited.length).toBeGreaterThan(30);
  expect(actionKey('login.check')).not.toBeNull();
});

test.each(audited)('%s is written in the log and has words', (action) => {
  expect(actionKey(action)).toBe(`audit.do.${action}`);
});

test('what a newer server writes has none, and neither has what every object has', () => {
  expect(actionKey('mail.teleport')).toBeNull();
  expect(actionKey('constructor')).toBeNull();
});
