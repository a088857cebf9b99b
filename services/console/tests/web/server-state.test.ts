import { appliedState } from '@pochtar/settings/forms';
import { expect, test } from 'vitest';
import { type ProcessReport, remarksOf } from '../../web/src/shell/server-state.ts';

const report: ProcessReport = {
  process: 'smtp',
  instance: '1',
  revision: 3,
  isApplied: true,
  error: null,
  reportedAt: '2026-01-01T00:00:00Z',
};
const notYet = { code: 'notAvailable', text: { ru: 'нет', en: 'no' } };
const failed = { code: 'portTaken', text: { ru: 'занят', en: 'taken' } };

test('what this version does not do yet is neither applied nor a fault of the process', () => {
  const lacking = { ...report, isApplied: false, error: 'no', problem: notYet };
  expect(appliedState(lacking, 3)).toBe('notYet');
  expect(remarksOf([section([lacking])])).toEqual([]);
});

test('a failure is a fault; what was said of an older revision, a failure too, is being applied', () => {
  const failing = { ...report, isApplied: false, error: 'taken', problem: failed };
  expect(appliedState(failing, 3)).toBe('failed');
  expect(remarksOf([section([failing])])).toHaveLength(1);
  expect(appliedState({ ...report, revision: 2 }, 3)).toBe('applying');
  expect(appliedState(failing, 4)).toBe('applying');
  expect(appliedState(report, 3)).toBe('applied');
});

function section(processes: ProcessReport[]) {
  return { name: 'network', revision: 3, appliedBy: ['smtp'], processes };
}
