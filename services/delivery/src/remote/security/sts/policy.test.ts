import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { namesHost, parsePolicy, policyId } from './policy.ts';

const policy = (...lines: string[]): string => ['version: STSv1', ...lines].join('\r\n');

describe('RFC 8461 §3.1: the record', () => {
  test.each([
    ['v=STSv1; id=20160831085700Z;'],
    ['v=STSv1;id=20160831085700Z'],
    ['v=STSv1; unknown=a; id=20160831085700Z; other=b'],
  ])('%s', (text) => {
    expect(policyId([['v=spf1 -all'], [text]])).toBe('20160831085700Z');
    expect(policyId([[text.slice(0, 5), text.slice(5)]])).toBe('20160831085700Z');
  });

  test.each([
    ['v=STSv1'],
    ['v=STSv1; id='],
    ['v=STSv1; id=a-b'],
    ['v=STSv2; id=1'],
    ['V=STSv1; id=1'],
    [`v=STSv1; id=${'1'.repeat(33)}`],
  ])('is none: %s', (text) => expect(policyId([[text]])).toBeNull());

  test('two records are none', () => {
    expect(policyId([['v=STSv1; id=1'], ['v=STSv1; id=2']])).toBeNull();
    expect(policyId([])).toBeNull();
  });
});

describe('RFC 8461 §3.2: the policy', () => {
  test('as it is written', () => {
    expect(
      parsePolicy(
        policy('mode: enforce', 'mx: Mail.example.com', 'mx: *.example.net', 'max_age: 604800', ''),
      ),
    ).toEqual({
      mode: 'enforce',
      mx: ['mail.example.com', '*.example.net'],
      maxAge: 604_800,
    });
    expect(parsePolicy('version: STSv1\nmode: none\nmax_age: 0\nnew_field: x')).toEqual({
      mode: 'none',
      mx: [],
      maxAge: 0,
    });
    expect(
      parsePolicy(policy('mode: testing', 'mode: enforce', 'mx: a.b', 'max_age: 99999999999'.slice(0, 19))),
    ).toEqual({
      mode: 'testing',
      mx: ['a.b'],
      maxAge: 31_557_600,
    });
  });

  test.each([
    ['another version', 'version: STSv2\nmode: none\nmax_age: 1', 'its version is not STSv1'],
    ['no mode', policy('max_age: 1', 'mx: a.b'), 'its mode is not enforce, testing or none'],
    ['no age', policy('mode: none'), 'its max_age is no number of seconds'],
    ['an age that is none', policy('mode: none', 'max_age: -1'), 'its max_age is no number of seconds'],
    ['no mx', policy('mode: enforce', 'max_age: 1'), 'it names no mx'],
    [
      'an mx that is none',
      policy('mode: enforce', 'max_age: 1', 'mx: a.*.b'),
      'its mx "a.*.b" is no host name',
    ],
    [
      'too many',
      policy('mode: enforce', 'max_age: 1', ...Array.from({ length: 101 }, () => 'mx: a.b')),
      'it names more than 100 mx',
    ],
    ['a web page', '<html><body>404</body></html>', 'its version is not STSv1'],
  ])('is none: %s', (_what, text, fault) => expect(parsePolicy(text)).toEqual({ fault }));

  test('whatever comes is a policy or has a fault', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = parsePolicy(`version: STSv1\nmode: enforce\nmax_age: 5\nmx: ${text}`);
        expect('fault' in read || read.mx.length > 0).toBe(true);
      }),
    );
  });
});

test('RFC 8461 §4.1: the asterisk stands for one label', () => {
  const mx = ['mail.example.com', '*.example.net'];
  const named = (host: string): boolean => namesHost({ mx }, host);
  expect(['mail.example.com', 'MAIL.example.com', 'a.example.net'].map(named)).toEqual([true, true, true]);
  expect(['example.net', 'a.b.example.net', 'mail2.example.com', 'com', 'xexample.net'].map(named)).toEqual([
    ...[false, false, false, false, false],
  ]);
});
