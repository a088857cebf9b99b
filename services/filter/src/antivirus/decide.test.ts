import { defaultSettings } from '@pochtar/settings';
import { expect, test } from 'vitest';
import { decide, type ScannerResult } from './decide.ts';
import type { ScanResult } from './scanner.ts';

const settings = defaultSettings().antivirus;

function results(...kinds: ScanResult['kind'][]): ScannerResult[] {
  return kinds.map((kind, index) => ({
    scanner: `s${index}`,
    result: { kind, virus: `v${index}`, reason: `r${index}` } as ScanResult,
  }));
}

test('every enabled scanner must pass', () => {
  expect(decide(results('clean', 'clean'), settings, 'incoming')).toMatchObject({ kind: 'pass' });
  expect(decide(results('clean', 'error'), settings, 'incoming')).toMatchObject({
    kind: 'wait',
    reason: 'r1',
  });
});

test('a finding of one scanner decides, whatever the others could not do', () => {
  const decision = decide(results('error', 'unscannable', 'infected'), settings, 'incoming');
  expect(decision).toMatchObject({ kind: 'replace', virus: 'v2', scanner: 's2' });
});

test('infected outgoing mail is held, or replaced when the setting says so', () => {
  expect(decide(results('infected'), settings, 'submitted').kind).toBe('hold');
  expect(decide(results('infected'), { ...settings, onInfectedOutgoing: 'replace' }, 'submitted').kind).toBe(
    'replace',
  );
  expect(decide(results('infected'), settings, 'incoming').kind).toBe('replace');
});

test.each([
  ['wait', 'wait'],
  ['deliver', 'tag'],
  ['bounce', 'bounce'],
] as const)('onScannerFailure %s', (onScannerFailure, kind) => {
  expect(decide(results('error'), { ...settings, onScannerFailure }, 'incoming').kind).toBe(kind);
});

test.each([
  ['hold', 'hold'],
  ['deliverTagged', 'tag'],
  ['bounce', 'bounce'],
] as const)('onUnscannable %s', (onUnscannable, kind) => {
  expect(decide(results('clean', 'unscannable'), { ...settings, onUnscannable }, 'incoming').kind).toBe(kind);
});

test('while a scanner may still answer, a mail that another cannot look into waits', () => {
  expect(decide(results('unscannable', 'error'), settings, 'incoming').kind).toBe('wait');
});

test('no scan, no pass: with every scanner switched off a mail that was to be scanned waits', () => {
  expect(decide([], settings, 'incoming')).toEqual({ kind: 'wait', reason: 'no scanner is switched on' });
});
