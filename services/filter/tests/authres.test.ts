// Our Authentication-Results field as a reader of others takes it: python3-authres of Debian, whatever stands in the findings.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Findings } from '../src/authentication/findings.ts';
import { resultsField, type ToldBeside } from '../src/authentication/results-field.ts';
import { openPython, type Python } from './python.ts';

let python: Python;
beforeAll(async () => {
  python = await openPython(['python3-authres'], 'import authres');
}, 120_000);
afterAll(() => python[Symbol.dispose]());

interface Read {
  id: string;
  results: [method: string, result: string, reason: string | null, properties: string[]][];
}

function read(findings: Findings, beside: Partial<ToldBeside['mail']> = {}, unchecked = 0): Promise<Read> {
  const mail = { iprev: null, clientAddress: null, ...beside };
  const field = resultsField('mx.here.test', findings, { unchecked, mail });
  return python.ask<Read>(
    `read = authres.all_features().parse(field.strip())
out = {'id': read.authserv_id, 'results': [
    [one.method, one.result, one.reason, [f'{it.type}.{it.name}={it.value}' for it in one.properties]]
    for one in read.results]}`,
    // One line of the header; a reader of mail has unfolded it.
    { field: field.toString('latin1').replaceAll(/\r\n(?=[ \t])/g, '') },
  );
}

const nothing: Findings = {
  ...{ spf: null, dkim: [], arc: null },
  dmarc: { result: 'none', from: null, policy: null, comment: null },
};

test('RFC 8601 §2.2: methods, results and properties are read as they were meant', async () => {
  const dkim = { domain: 'own.test', selector: 'rsa', algorithm: 'rsa-sha256', signature: 'a+/=bcd0' };
  const told = await read(
    {
      spf: { result: 'softfail', identity: 'mailfrom', value: 'user@own.test', domain: 'own.test' },
      dkim: [
        { ...dkim, result: 'pass', isAligned: true, comment: null },
        { ...dkim, result: 'fail', isAligned: false, comment: 'body hash did not verify' },
      ],
      arc: { result: 'pass', comment: 'i=1 spf=pass' },
      dmarc: { result: 'fail', from: 'own.test', policy: 'reject', comment: null },
    },
    { iprev: 'pass', clientAddress: '2001:db8::1' },
    3,
  );
  const properties = ['header.d=own.test', 'header.s=rsa', 'header.a=rsa-sha256', 'header.b=a+/=bcd0'];
  expect(told).toEqual({
    id: 'mx.here.test',
    results: [
      ['dkim', 'pass', null, properties],
      ['dkim', 'fail', 'body hash did not verify', properties],
      ['dkim', 'policy', '3 more signatures than are looked at', []],
      ['spf', 'softfail', null, ['smtp.mailfrom=user@own.test']],
      ['arc', 'pass', 'i=1 spf=pass', []],
      ['dmarc', 'fail', null, ['header.from=own.test', 'policy.dmarc=reject']],
      ['iprev', 'pass', null, ['policy.iprev=2001:db8::1']],
    ],
  });
});

test('nothing that was found is read as that', async () => {
  expect((await read(nothing)).results).toEqual([
    ['dkim', 'none', null, []],
    ['dmarc', 'none', null, []],
  ]);
});

test.each([
  ['quotes', 'a"b@own.test'],
  ['another result', 'x; dkim=pass header.d=bank.test'],
  ['a comment', '(a) b (c@own.test'],
  ['line ends', 'a\r\nAuthentication-Results: mx.here.test; dkim=pass'],
  ['blanks', 'a b\tc@own.test'],
  ['a backslash', 'a\\b@own.test'],
  ['letters beyond US-ASCII', '\u043f\u043e\u0447\u0442\u0430@\u00fc.test'],
  ['controls', 'a\u0000\u001b[2J@own.test'],
  ['a sender of a thousand letters', `${'a'.repeat(1000)}@own.test`],
])('foreign text stays one value: %s', async (_, value) => {
  const spf = { result: 'pass', identity: 'mailfrom', value, domain: 'own.test' } as const;
  const dmarc = { result: 'permerror', from: value, policy: null, comment: value } as const;
  const { results } = await read({ ...nothing, spf, dmarc });
  expect(results.map(([method, result, , properties]) => [method, result, properties.length])).toEqual([
    ['dkim', 'none', 0],
    ['spf', 'pass', 1],
    ['dmarc', 'permerror', 1],
  ]);
});
