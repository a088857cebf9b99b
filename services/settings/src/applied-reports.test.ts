import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { AppliedReports } from './applied-reports.ts';

function reports() {
  let time = 1_000_000;
  const applied = new AppliedReports(() => time);
  const take = (process: string, instance: string, revision: number, error: string | null = null) =>
    applied.take({ process, instance, section: 'network', revision, error });
  return { applied, take, pass: (ms: number) => void (time += ms) };
}

describe('reports of applied revisions', () => {
  test('the latest report of each instance counts', () => {
    const { applied, take } = reports();
    const [a, b] = [randomUUID(), randomUUID()].toSorted();
    take('smtp', b as string, 1);
    take('smtp', a as string, 1);
    take('imap', a as string, 1);
    take('smtp', b as string, 2, 'port 25 is taken');
    const seen = applied
      .of('network')
      .map(({ process, instance, revision, error }) => [process, instance, revision, error]);
    expect(seen).toEqual([
      ['imap', a, 1, null],
      ['smtp', b, 2, 'port 25 is taken'],
    ]);
    expect(applied.of('queue')).toEqual([]);
  });

  test('a process that falls silent for 35 s drops out, one that says good-bye at once', () => {
    const { applied, take, pass } = reports();
    take('smtp', 'a', 1);
    pass(30_000);
    take('smtp', 'b', 1);
    pass(6000);
    expect(applied.of('network').map((report) => report.instance)).toEqual(['b']);
    applied.take({
      process: 'smtp',
      instance: 'b',
      section: 'network',
      revision: 1,
      error: null,
      isGone: true,
    });
    expect(applied.of('network')).toEqual([]);
  });

  test('they are complete once everybody has had the time to report', () => {
    const { applied, pass } = reports();
    expect(applied.isComplete).toBe(false);
    pass(20_000);
    expect(applied.isComplete).toBe(true);
  });

  test('they are complete sooner when everybody was asked', () => {
    const { applied, pass } = reports();
    applied.allWereAsked();
    expect(applied.isComplete).toBe(false);
    pass(3000);
    expect(applied.isComplete).toBe(true);
  });

  test('the number of reports is bounded, and silent ones make room', () => {
    const { applied, take, pass } = reports();
    for (let i = 0; i < 50_100; i++) take('smtp', `i${i}`, 1);
    expect(applied.of('network')).toHaveLength(50_000);
    pass(46_000);
    take('smtp', 'late', 2);
    expect(applied.of('network').map((report) => report.instance)).toEqual(['late']);
  });
});
