import { expect, test } from 'vitest';
import { findingOf, parseIcapHead } from './icap-head.ts';

function head(...lines: string[]) {
  const parsed = parseIcapHead(['ICAP/1.0 200 OK', ...lines].join('\r\n'));
  if (parsed === null) throw new Error('no head');
  return parsed;
}

test('RFC 3507 §4.3.3: a status line and fields, folded and repeated ones too', () => {
  const parsed = parseIcapHead(
    'ICAP/1.0 204 No Content\r\nISTag: "x"\r\nMethods: RESPMOD,\r\n\tREQMOD\r\nVia: a\r\nvia: b',
  );
  expect(parsed?.status).toBe(204);
  expect(parsed?.fields.get('methods')).toBe('RESPMOD, REQMOD');
  expect(parsed?.fields.get('via')).toBe('a, b');
});

test.each([
  '',
  'HTTP/1.1 200 OK',
  'ICAP/1.0 20',
  'ICAP/1.0 2000 x',
  '220 smtp.test ESMTP',
  '\u0000'.repeat(100),
])('no answer of a scanner: %j', (text) => {
  expect(parseIcapHead(text)).toBeNull();
});

test.each([
  [
    ['X-Infection-Found: Type=0; Resolution=2; Threat=Eicar-Signature;'],
    { kind: 'infected', virus: 'Eicar-Signature' },
  ],
  [['X-Infection-Found: Type=0; Resolution=1'], { kind: 'infected', virus: 'unnamed' }],
  [
    ['X-Infection-Found: Type=2; Resolution=0; Threat=Encrypted.Zip;'],
    { kind: 'unscannable', reason: 'Encrypted.Zip' },
  ],
  [['X-Virus-ID: EICAR-Test-File'], { kind: 'infected', virus: 'EICAR-Test-File' }],
  [
    ['X-Violations-Found: 1', '\tmail.eml', '\tEicar', '\t0', '\t2'],
    { kind: 'infected', virus: 'mail.eml Eicar 0 2' },
  ],
  [['X-Violations-Found: 0'], null],
  [['X-Other: 1'], null],
])('findings: %j', (lines, finding) => {
  expect(findingOf(head(...lines))).toEqual(finding);
});
