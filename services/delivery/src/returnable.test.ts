import type { StoredVerdict } from '@pochtar/store/queue';
import { describe, expect, test } from 'vitest';
import { identifyingHeader, isReturnable } from './returnable.ts';

const accepted: StoredVerdict = {
  ...{ filter: 'antivirus', recipient: '', result: 'accept', reason: 'clean', prefix: null, removed: null },
  ...{ replacementContentId: null, isUnseen: false, target: null, at: new Date(0) },
};
const slip = ['antivirus'];

describe('content goes back only if every filter on the slip looked at it and found nothing', () => {
  test.each<[boolean, string, string[], Partial<StoredVerdict>[]]>([
    [true, 'no filter was asked for', [], []],
    [true, 'it was found clean', slip, [{}]],
    [true, 'a field was put in front', slip, [{ prefix: Buffer.from('A: b\r\n') }]],
    [false, 'its filter has not spoken', slip, []],
    [false, 'one of two filters has not spoken', ['antivirus', 'dlp'], [{}]],
    [false, 'it was replaced', slip, [{ replacementContentId: '1' }]],
    [false, 'it was replaced for one recipient', slip, [{}, { recipient: 'a@b', replacementContentId: '1' }]],
    [false, 'it was quarantined', slip, [{ result: 'quarantine' }]],
    [false, 'it was refused', slip, [{ result: 'reject' }]],
    [false, 'it was delivered unscanned', slip, [{ isUnseen: true }]],
  ])('%s: %s', (expected, _why, filters, verdicts) => {
    const given = verdicts.map((verdict) => ({ ...accepted, ...verdict }));
    expect(isReturnable({ slip: filters, verdicts: given })).toBe(expected);
  });
});

test('of a header that may not go back, the fields that identify the mail are left', () => {
  const header = [
    'Received: from a\r\n by b\r\n',
    'From: a@b.test\r\n',
    'X-Payload: TVqQAAMAAAAEAAAA\r\n',
    'Subject: x\r\n \r\nMIME-Version: 1.0\r\n',
    `References: ${'<a@b>\r\n '.repeat(400)}<c@d>\r\n`,
    'Message-ID: <1@b.test>\r\n\r\n',
  ].join('');
  expect(identifyingHeader(Buffer.from(header)).toString()).toBe(
    'Received: from a\r\n by b\r\nFrom: a@b.test\r\nMessage-ID: <1@b.test>\r\n\r\n',
  );
});
