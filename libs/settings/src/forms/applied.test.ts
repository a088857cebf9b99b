import { expect, test } from 'vitest';
import { absentPrograms, appliedState } from './applied.ts';

const report = { process: 'smtp', revision: 3, error: null };

test('a report is applied, still to come, lacking in this version, or failed; a failure with an earlier revision counts no more', () => {
  expect(appliedState(report, 3)).toBe('applied');
  expect(appliedState({ ...report, revision: 2 }, 3)).toBe('applying');
  const lacking = { ...report, error: 'no', problem: { code: 'notAvailable' } };
  expect(appliedState(lacking, 3)).toBe('notYet');
  const failed = { ...lacking, problem: { code: 'portTaken' } };
  expect(appliedState(failed, 3)).toBe('failed');
  expect(appliedState(failed, 4)).toBe('applying');
});

test('a program is absent when no process of it reported on any section; what comes with a later version is not', () => {
  const sections = [
    { appliedBy: ['smtp', 'imap', 'firewall'], processes: [report] },
    { appliedBy: ['smtp', 'pop3'], processes: [{ ...report, process: 'pop3' }] },
  ];
  expect(absentPrograms(sections)).toEqual(['imap']);
});
