// The table of refusals: each with its reply code and its enhanced code, and the rules that hold for every one of them.
import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as all from './replies.ts';
import { isRefusal, type Reply } from './reply.ts';

const made: Readonly<Record<string, Reply>> = {
  ...(Object.fromEntries(Object.entries(all).filter(([, one]) => typeof one !== 'function')) as Record<
    string,
    Reply
  >),
  malformedScram: all.malformedScram('x'),
  badValue: all.badValue('SIZE'),
  reverseNameRefused: all.reverseNameRefused(false, 'x'),
  reverseNameDeferred: all.reverseNameRefused(true, 'x'),
  filterDeferred: all.filterRefused('defer', undefined, 'x'),
  filterRejected: all.filterRefused('reject', undefined, 'x'),
  lineTooLong: all.lineTooLong(1),
  fromTooLong: all.fromTooLong(1),
};

/** RFC 3463 §2, by what is refused. */
const table: Readonly<Record<string, readonly [number, string]>> = {
  // X.1: the address.
  ...{ badSender: [501, '5.1.7'], badRecipient: [501, '5.1.3'], unknownMailbox: [550, '5.1.1'] },
  // X.2: the mailbox.
  ...{ disabledMailbox: [550, '5.2.1'], fullMailbox: [452, '4.2.2'] },
  // X.3: this system.
  ...{ localTrouble: [451, '4.3.0'], noSpace: [452, '4.3.1'], shuttingDown: [421, '4.3.2'] },
  ...{ tooManySessions: [421, '4.3.2'], tooLarge: [552, '5.3.4'] },
  // X.4: the way.
  ...{ silent: [421, '4.4.2'], commandTooSlow: [421, '4.4.2'], tooSlow: [421, '4.4.2'] },
  ...{ mailLoop: [554, '5.4.6'] },
  // X.5: the dialogue.
  ...{ cannotGoOn: [421, '4.5.0'], noService: [503, '5.5.1'], notImplemented: [502, '5.5.1'] },
  ...{ badSequence: [503, '5.5.1'], tlsActive: [503, '5.5.1'], tlsOff: [502, '5.5.1'] },
  ...{ authWithinMail: [503, '5.5.1'], loggedInBefore: [503, '5.5.1'], nestedMail: [503, '5.5.1'] },
  ...{ noMail: [503, '5.5.1'], noRecipients: [554, '5.5.1'], chunksUnderWay: [503, '5.5.1'] },
  ...{ chunkRefusedBefore: [503, '5.5.1'], commandTooLong: [500, '5.5.2'], notUtf8: [500, '5.5.2'] },
  ...{ unknownCommand: [500, '5.5.2'], notBase64: [501, '5.5.2'], malformedResponse: [501, '5.5.2'] },
  ...{ malformedScram: [501, '5.5.2'], mailSyntax: [501, '5.5.2'], rcptSyntax: [501, '5.5.2'] },
  ...{ tooManyRecipients: [452, '4.5.3'], verifySyntax: [501, '5.5.4'], noTlsParameters: [501, '5.5.4'] },
  ...{ authSyntax: [501, '5.5.4'], unknownMechanism: [504, '5.5.4'], badParameter: [501, '5.5.4'] },
  ...{ repeatedParameter: [501, '5.5.4'], unknownParameter: [555, '5.5.4'], badValue: [501, '5.5.4'] },
  ...{ noDataParameters: [501, '5.5.4'], chunkSyntax: [501, '5.5.4'], authTooLong: [500, '5.5.6'] },
  // X.6: the content.
  ...{ headerTooLarge: [554, '5.6.0'], blankFirst: [554, '5.6.0'], twoFroms: [550, '5.6.0'] },
  ...{ tooManyOurs: [554, '5.6.0'], cannotBeStored: [554, '5.6.0'] },
  ...{ lineTooLong: [554, '5.6.0'], fromTooLong: [550, '5.6.0'], needsUtf8: [553, '5.6.7'] },
  ...{ bareLineBreaks: [550, '5.6.11'], nulOctet: [550, '5.6.11'] },
  // X.7: security and policy.
  ...{ tooManySessionsOfAddress: [421, '4.7.0'], webClient: [421, '4.7.0'], tooManyErrors: [421, '4.7.0'] },
  ...{ tooManyCommands: [421, '4.7.0'], tlsUnavailable: [454, '4.7.0'], authCancelled: [501, '5.7.0'] },
  ...{ loginLater: [454, '4.7.0'], banned: [454, '4.7.0'], tooManyFailures: [421, '4.7.0'] },
  ...{ loginEnded: [421, '4.7.0'], loginRequired: [530, '5.7.0'], blackClient: [554, '5.7.1'] },
  ...{ notYours: [553, '5.7.1'], tooManyOfAddress: [450, '4.7.1'], tooManyOfAccount: [450, '4.7.1'] },
  ...{ blackName: [554, '5.7.1'], noRelaying: [550, '5.7.1'], relayingSuspended: [550, '5.7.1'] },
  ...{
    noFrom: [550, '5.7.1'],
    notYourFrom: [550, '5.7.1'],
    filterAway: [451, '4.7.1'],
    filterDeferred: [451, '4.7.1'],
  },
  ...{ filterRejected: [550, '5.7.1'], wrongCredentials: [535, '5.7.8'], authNeedsTls: [538, '5.7.11'] },
  ...{ reverseNameUnknown: [451, '4.7.25'], reverseNameDeferred: [451, '4.7.25'] },
  ...{ reverseNameRefused: [550, '5.7.25'] },
};

test('every refusal is in the table, and nothing else is', () => {
  expect(Object.keys(made).toSorted()).toEqual(Object.keys(table).toSorted());
  const functions = Object.values(all).filter((one) => typeof one === 'function');
  // Those that are called above, and the one without an enhanced code.
  expect(functions).toHaveLength(7);
});

describe.each(Object.entries(made))('%s', (name, { code, enhanced, text }) => {
  test('RFC 3463, RFC 5248: has the code of its class and subject', () => {
    expect([code, enhanced]).toEqual(table[name]);
  });

  test('RFC 2034 §4, RFC 5321 §4.2: says the same twice, in printable text of one line', () => {
    expect(isRefusal({ code, enhanced, text })).toBe(true);
    expect(enhanced?.[0]).toBe(String(code)[0]);
    expect(text).toMatch(/^[ -~]{1,400}$/);
  });
});

// RFC 5321 §4.2.2, §4.2.3; RFC 4954 §6: what a reply code is for leaves it few subjects.
const subjects: Readonly<Record<number, readonly number[]>> = {
  ...{ 421: [3, 4, 5, 7], 450: [2, 7], 451: [3, 7], 452: [2, 3, 5], 454: [7] },
  ...{ 500: [5], 501: [1, 5, 7], 502: [5], 503: [5], 504: [5], 530: [7], 535: [7], 538: [7] },
  ...{ 550: [1, 2, 6, 7], 552: [3], 553: [1, 6, 7], 554: [4, 5, 6, 7], 555: [5] },
};

test('RFC 5321 §4.2.2: each reply code comes with a subject that it is for', () => {
  for (const [name, { code, enhanced }] of Object.entries(made)) {
    expect([name, subjects[code]]).toEqual([name, expect.arrayContaining([Number(enhanced?.split('.')[1])])]);
  }
});

test('RFC 2034 §3: the refusal of a greeting has no enhanced code', () => {
  expect(all.helloSyntax('EHLO')).toEqual({ code: 501, enhanced: null, text: 'syntax: EHLO hostname' });
});

test('the enhanced code of a filter is taken where it says the same as the reply code', () => {
  expect(all.filterRefused('reject', '5.7.26', 'x').enhanced).toBe('5.7.26');
  expect(all.filterRefused('defer', '4.7.26', 'x').enhanced).toBe('4.7.26');
  expect(all.filterRefused('defer', '5.7.26', 'x').enhanced).toBe('4.7.1');
  expect(all.filterRefused('reject', '4.7.1', 'x').enhanced).toBe('5.7.1');
  expect(all.filterRefused('reject', '5.7.1 x', 'x').enhanced).toBe('5.7.1');
});

test('nothing is refused with a code that stands elsewhere', () => {
  const src = new URL('.', import.meta.url).pathname;
  const files = globSync('**/*.ts', { cwd: src }).filter((file) => !/\.test\.ts$|^replies\.ts$/.test(file));
  expect(files.length).toBeGreaterThan(40);
  const elsewhere = files.filter((file) =>
    /\breply\(\s*[45]\d\d|enhanced: '[45]\.|'[45]\d\d /.test(readFileSync(`${src}/${file}`, 'utf8')),
  );
  expect(elsewhere).toEqual([]);
});
