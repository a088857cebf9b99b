import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mailParameters, rcptParameters } from './parameters.ts';
import { parsePathCommand } from './path-command.ts';

const none = new Map();

describe('RFC 5321 §4.1.1.2, §4.1.1.3: paths', () => {
  test.each([
    ['MAIL FROM:<a@b.test>', { localPart: 'a', domain: 'b.test' }],
    ['mail from: <a@b.test>', { localPart: 'a', domain: 'b.test' }],
    ['MAIL FROM:<>', null],
    ['MAIL FROM:<"a b>c"@d.test>', { localPart: 'a b>c', domain: 'd.test' }],
    ['MAIL FROM:<"a\\"b"@d.test>', { localPart: 'a"b', domain: 'd.test' }],
    ['MAIL FROM:<@one.test,@two.test:a@b.test>', { localPart: 'a', domain: 'b.test' }],
    ['MAIL FROM:<почта@пример.test>', { localPart: 'почта', domain: 'пример.test' }],
    ['MAIL FROM:<a@[192.0.2.1]>', { localPart: 'a', domain: '[192.0.2.1]' }],
  ])('%s', (line, address) => {
    expect(parsePathCommand(line, 'MAIL FROM')).toEqual({ address, isPostmaster: false, parameters: none });
  });

  test('RFC 5321 §4.1.1.3: <Postmaster> needs no domain', () => {
    const command = parsePathCommand('RCPT TO:<PostMaster>', 'RCPT TO');
    expect(command).toEqual({ address: null, isPostmaster: true, parameters: none });
  });

  test.each([
    ['MAIL FROM a@b.test', 'syntax'],
    ['MAIL TO:<a@b.test>', 'syntax'],
    ['MAIL FROM:a@b.test', 'address'],
    ['MAIL FROM:<a@b.test', 'address'],
    ['MAIL FROM:<a>', 'address'],
    ['MAIL FROM:<a@@b.test>', 'address'],
    ['MAIL FROM:<a@b.test>SIZE=1', 'syntax'],
    ['MAIL FROM:<a@b.test> =1', 'parameter'],
    ['MAIL FROM:<a@b.test> SIZE=', 'parameter'],
    ['MAIL FROM:<a@b.test> SIZE=1 size=2', 'repeated'],
    ['MAIL FROM:<a@b.test> ENVID=a\u0007b', 'parameter'],
  ])('%j is refused: %s', (line, fault) => {
    expect(parsePathCommand(line, 'MAIL FROM')).toBe(fault);
  });

  test('never throws, whatever comes', () => {
    const soup = fc.array(
      fc.constantFrom('<', '>', '"', '\\', '@', ' ', ':', '=', 'a', 'SIZE', '\u0000', 'п', '.'),
      {
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(soup, (pieces) => {
        const text = pieces.join('');
        expect(parsePathCommand(`MAIL FROM:${text}`, 'MAIL FROM')).toBeDefined();
        expect(parsePathCommand(`RCPT TO:<${text}> ${text}`, 'RCPT TO')).toBeDefined();
      }),
      { numRuns: 1000 },
    );
  });
});

function given(text: string): ReadonlyMap<string, string> {
  const command = parsePathCommand(`MAIL FROM:<> ${text}`, 'MAIL FROM');
  if (typeof command === 'string') throw new Error(command);
  return command.parameters;
}

describe('parameters of MAIL', () => {
  test('all of them', () => {
    expect(
      mailParameters(given('SIZE=1000 BODY=8bitmime SMTPUTF8 RET=hdrs ENVID=QQ+2B1 AUTH=<>'), true),
    ).toEqual({ size: 1000, body: '8BITMIME', smtpUtf8: true, dsnReturn: 'HDRS', dsnEnvelopeId: 'QQ+2B1' });
  });

  test.each([
    ['SIZE=x', 501],
    ['SIZE=123456789012345678901', 501],
    ['BODY=BINARYMIME', 501],
    ['BODY', 501],
    ['RET=SOME', 501],
    ['ENVID=a+2', 501],
    [`ENVID=${'a'.repeat(101)}`, 501],
    ['SMTPUTF8=yes', 501],
    ['NOTIFY=NEVER', 555],
    ['MT-PRIORITY=3', 555],
    ['X', 555],
  ])('%s is answered %i 5.5.4', (text, code) => {
    expect(mailParameters(given(text), true)).toMatchObject({ code, enhanced: '5.5.4' });
  });

  test('RFC 6531 §3.4: SMTPUTF8 that was not announced is not recognised', () => {
    expect(mailParameters(given('SMTPUTF8'), false)).toMatchObject({ code: 555 });
  });
});

describe('RFC 3461 §4: parameters of RCPT', () => {
  test.each([
    ['NOTIFY=never', { notify: 'NEVER', originalRecipient: null }],
    ['NOTIFY=DELAY,success', { notify: 'SUCCESS,DELAY', originalRecipient: null }],
    ['ORCPT=rfc822;Bob+2Bx@example.test', { notify: null, originalRecipient: 'rfc822;Bob+2Bx@example.test' }],
    ['ORCPT=utf-8;\\x{43F}@example.test', { notify: null, originalRecipient: 'utf-8;\\x{43F}@example.test' }],
  ])('%s', (text, wanted) => {
    expect(rcptParameters(given(text), false)).toEqual(wanted);
  });

  test.each([
    ['NOTIFY=NEVER,DELAY', 501],
    ['NOTIFY=', 501],
    ['NOTIFY=SOMETIMES', 501],
    ['ORCPT=bob@example.test', 501],
    ['ORCPT=rfc822;', 501],
    [`ORCPT=rfc822;${'a'.repeat(494)}`, 501],
    ['ORCPT=utf-8;п@example.test', 501],
    ['SIZE=1', 555],
  ])('%s is answered %i', (text, code) => {
    const parameters = text.endsWith('=') ? new Map([['NOTIFY', '']]) : given(text);
    expect(rcptParameters(parameters, false)).toMatchObject({ code, enhanced: '5.5.4' });
  });

  test('RFC 6533 §3: raw UTF-8 in ORCPT only in an SMTPUTF8 mail', () => {
    expect(rcptParameters(given('ORCPT=utf-8;п@example.test'), true)).toMatchObject({
      originalRecipient: 'utf-8;п@example.test',
    });
  });
});
