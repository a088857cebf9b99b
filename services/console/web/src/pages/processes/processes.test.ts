import { expect, test } from 'vitest';
import { processesOf } from './processes.ts';

const report = (process: string, revision: number, error: string | null = null) => ({
  process,
  instance: 'one',
  revision,
  error,
  reportedAt: '2026-01-01T00:00:00Z',
  isApplied: error === null && revision === 2,
});
const section = (name: string, ...processes: ReturnType<typeof report>[]) => ({
  name,
  revision: 2,
  appliedBy: ['smtp', 'imap', 'pop3', 'firewall'],
  processes,
});

test('a process is behind when any section is, failed when any failed, absent when it never reported; what comes with a later version is not missed', () => {
  const found = processesOf([
    section('network', report('smtp', 2), report('imap', 1)),
    section('sending', report('smtp', 2, 'port taken'), report('imap', 2)),
  ]);
  expect(found.map(({ program, state }) => [program, state])).toEqual([
    ['imap', 'behind'],
    ['pop3', 'absent'],
    ['smtp', 'failed'],
  ]);
});
