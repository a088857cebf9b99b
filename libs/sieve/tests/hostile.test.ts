// Scripts nobody wrote, and some that somebody wrote to do harm.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Script, SieveError } from '@pochtar/sieve';
import { MAILS, SCRIPTS } from './corpus.ts';
import { judge, run, surroundingsOf } from './judge.ts';

// Set by `./pochtar test --long`.
const isLong = process.env['POCHTAR_TEST_LONG'] === '1';
const MUTATED = isLong ? 1_000_000 : 20_000;
const PIECES = [
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  ';',
  ',',
  '"',
  ':',
  'not ',
  'if ',
  'text:\n',
  '${1}',
  '*',
  '\\',
  '/*',
  '0',
  '9G',
  '\0',
  '\ud800',
];

function mutated(rest: string, next: (below: number) => number): string {
  const kind = next(8);
  if (kind < 3) return `${PIECES[next(PIECES.length)]}${rest}`;
  if (kind < 6) return rest.slice(1 + next(3));
  return kind === 6 ? rest.slice(next(rest.length + 1)) : rest + rest.slice(0, next(rest.length + 1));
}

test(`${MUTATED} mutated scripts: refused with a place, or run to an end within their limits`, {
  timeout: 1_800_000,
}, () => {
  let state = 11;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
  let [refused, ran] = [0, 0];
  for (let index = 0; index < MUTATED; index++) {
    let script = SCRIPTS[next(SCRIPTS.length)] ?? '';
    // Mostly behind the requires: a script without them is refused for that alone.
    const behind = next(10) === 0 ? 0 : script.lastIndexOf('];\n') + 3;
    for (let change = next(3); change >= 0; change--) {
      const at = behind + next(script.length - behind + 1);
      script = script.slice(0, at) + mutated(script.slice(at), next);
    }
    const mail = MAILS[next(MAILS.length)];
    if (mail === undefined) throw new Error('no mail');
    try {
      const { octets, from, to } = mail;
      const { actions } = new Script(script).run(
        { octets, size: octets.length, envelope: { from, to } },
        surroundingsOf(),
      );
      expect(actions.length).toBeLessThanOrEqual(32);
      ran++;
    } catch (error) {
      if (!(error instanceof SieveError))
        throw new Error(`${String(error)} by ${JSON.stringify(script)}`, { cause: error });
      expect(error.place.line).toBeGreaterThan(0);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(MUTATED / 20);
  expect(ran).toBeGreaterThan(MUTATED / 20);
});

test('any text at all is refused with a place, or is a script', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      try {
        void new Script(text);
      } catch (error) {
        expect(error).toBeInstanceOf(SieveError);
      }
    }),
    { numRuns: 3000 },
  );
});

test('a pattern of many stars over a long text ends by the limit of steps, not by the clock', () => {
  const mail = `Subject: ${'a'.repeat(60_000)}\n\n`;
  const started = process.cpuUsage();
  const asks = `if header :matches "subject" "${'*a?'.repeat(400)}b" { discard; }\n`;
  expect(judge(asks.repeat(100), { mail })).toEqual([
    'keep',
    'error: the script takes more than 100000 steps',
  ]);
  // A hundred such patterns without a limit are minutes.
  expect(process.cpuUsage(started).user).toBeLessThan(20_000_000);
});

test('a long body is looked at up to a megabyte of each part, however often it is asked', () => {
  const mail = `Subject: x\n\n${'needle in a haystack\n'.repeat(100_000)}`;
  const { actions, error } = run(
    `require "body"; ${'if body :contains "nothing" { discard; }\n'.repeat(500)}`,
    { mail },
  );
  expect(actions).toHaveLength(1);
  expect(error?.message).toContain('steps');
});

test('scripts that include others in all ways are counted', () => {
  const scripts = Object.fromEntries(
    Array.from({ length: 60 }, (_, at) => [
      `personal s${at}`,
      `require "include"; ${Array.from({ length: 3 }, (_unused, next) => `include :optional "s${at * 3 + next + 1}";`).join(' ')}`,
    ]),
  );
  expect(() => judge('require "include"; include "s0";', { scripts })).toThrow('at most 50 scripts');
});

test('a script that is too large, or has too many words, is refused', () => {
  expect(() => new Script(`# ${'x'.repeat(300_000)}`)).toThrow('more than 262144 octets');
  expect(() => new Script('keep;'.repeat(30_000))).toThrow('more than 20000 commands');
});
