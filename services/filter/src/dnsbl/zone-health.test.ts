import type { DnsblZone } from '@pochtar/store/lists';
import { expect, test } from 'vitest';
import { type Finding, nextHealth, secondsUntilNext } from './zone-health.ts';

const START = Date.parse('2027-01-01T00:00:00Z');
const at = (seconds: number): Date => new Date(START + seconds * 1000);
const good: Finding = { kind: 'good', hasIpv6: true };
const fault = (of: 'silent' | 'refuses' | 'listsEverybody' | 'empty'): Finding => ({
  kind: 'fault',
  fault: of,
  why: of,
});
const unknown: DnsblZone = {
  ...{ zone: 'z.test', state: 'unknown', fault: null, why: '', since: at(0), hasIpv6: false },
  ...{ checkedAt: null, goodAt: null, badSince: null, goodChecks: 0, badChecks: 0 },
  ...{ faultyFrom: null, faultyUntil: null },
};

/** What becomes of a zone that is found so, at these seconds. */
function after(findings: readonly [seconds: number, finding: Finding][], hasListed = false): DnsblZone {
  return findings.reduce(
    (zone, [seconds, finding]) => nextHealth(zone, finding, { now: at(seconds), hasListed }),
    unknown,
  );
}

test('RFC 5782 §5: a zone that lists everybody is suspended at once', () => {
  const zone = after([
    [0, good],
    [300, fault('listsEverybody')],
  ]);
  expect(zone).toMatchObject({ state: 'suspended', fault: 'listsEverybody', since: at(300) });
});

test.each(['silent', 'refuses'] as const)(
  'a zone that is %s is suspended after three looks over a minute',
  (of) => {
    const looks: [number, Finding][] = [
      [0, good],
      [300, fault(of)],
      [315, fault(of)],
      [330, fault(of)],
    ];
    expect(after(looks)).toMatchObject({ state: 'failing', fault: of, since: at(300) });
    expect(after([...looks, [345, good], [360, fault(of)], [375, fault(of)]]).state).toBe('failing');
    expect(after([...looks, [360, fault(of)]])).toMatchObject({ state: 'suspended', since: at(360) });
  },
);

test('a zone without test entries refuses nobody: it is left out after a day, unless it listed somebody', () => {
  const day = 24 * 3600;
  const looks: [number, Finding][] = [
    [0, fault('empty')],
    [60, fault('empty')],
    [day - 1, fault('empty')],
  ];
  expect(after(looks).state).toBe('failing');
  expect(after([...looks, [day, fault('empty')]]).state).toBe('suspended');
  expect(after([...looks, [day, fault('empty')]], true).state).toBe('failing');
});

test('a suspended zone comes back by itself after two good looks in a row', () => {
  const looks: [number, Finding][] = [
    [0, good],
    [300, fault('listsEverybody')],
    [360, good],
  ];
  expect(after(looks).state).toBe('suspended');
  expect(after([...looks, [420, fault('silent')], [480, good]]).state).toBe('suspended');
  expect(after([...looks, [420, good]])).toMatchObject({ state: 'good', fault: null, since: at(420) });
});

test('it could not be trusted from the last good look before its fault to the first good one behind it', () => {
  const failing = after([
    [0, good],
    [300, good],
    [600, fault('silent')],
    [615, fault('silent')],
  ]);
  expect(failing).toMatchObject({ faultyFrom: at(300), faultyUntil: null });
  expect(nextHealth(failing, good, { now: at(630), hasListed: false })).toMatchObject({
    state: 'good',
    faultyFrom: at(300),
    faultyUntil: at(630),
  });
  expect(after([[5, fault('silent')]])).toMatchObject({ faultyFrom: at(5) });
});

test('what fails is looked at more often than what is well', () => {
  const seconds = (finding: Finding) =>
    secondsUntilNext(
      after([
        [0, good],
        [300, finding],
      ]),
    );
  expect([good, fault('silent'), fault('listsEverybody')].map(seconds)).toEqual([300, 15, 60]);
});
