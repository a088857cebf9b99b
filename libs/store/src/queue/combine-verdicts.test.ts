import type { StoredVerdict } from '@pochtar/store/queue';
import { describe, expect, it } from 'vitest';
import { combineVerdicts, type Judged, recipientGroups } from './combine-verdicts.ts';

function verdict(
  filter: string,
  result: StoredVerdict['result'],
  more: Partial<StoredVerdict> = {},
): StoredVerdict {
  return {
    filter,
    result,
    reason: `${filter} says`,
    prefix: null,
    removed: null,
    replacementContentId: null,
    recipient: '',
    target: null,
    isUnseen: false,
    at: new Date(0),
    ...more,
  };
}

function combined(verdicts: StoredVerdict[], more: Partial<Judged> = {}): ReturnType<typeof combineVerdicts> {
  const slip = verdicts.map(({ filter }) => filter);
  return combineVerdicts({ slip, verdicts, releasedFilters: [], removedAtAcceptance: null, ...more });
}

describe('combining verdicts', () => {
  it('no scan, no pass: a filter on the slip without a verdict leaves the mail undecided, whatever the others say', () => {
    const verdicts = [verdict('dlp', 'reject')];
    expect(combined(verdicts, { slip: ['antivirus', 'dlp'] })).toEqual({
      kind: 'notReady',
      filter: 'antivirus',
    });
  });

  it('an empty slip, and accepting verdicts without edits, deliver the mail as it is', () => {
    const asItIs = { kind: 'deliver', prefix: null, removed: null };
    expect(combined([])).toEqual(asItIs);
    expect(combined([verdict('antivirus', 'accept'), verdict('dlp', 'accept')])).toEqual(asItIs);
  });

  it('verdicts of filters that are not on the slip do not count', () => {
    expect(combined([verdict('dlp', 'reject')], { slip: [] })).toMatchObject({ kind: 'deliver' });
  });

  it('reject before quarantine before discard, and it says who and why', () => {
    const all = [verdict('antivirus', 'discard'), verdict('dkim', 'quarantine'), verdict('dlp', 'reject')];
    expect(combined(all)).toEqual({ kind: 'reject', filter: 'dlp', reason: 'dlp says' });
    expect(combined(all.slice(0, 2))).toEqual({ kind: 'hold', filter: 'dkim', reason: 'dkim says' });
    expect(combined(all.slice(0, 1))).toEqual({
      kind: 'discard',
      filter: 'antivirus',
      reason: 'antivirus says',
    });
  });

  it('of equal verdicts the first on the slip counts', () => {
    const verdicts = [verdict('dlp', 'reject'), verdict('antivirus', 'reject')];
    expect(combined(verdicts, { slip: ['antivirus', 'dlp'] })).toMatchObject({ filter: 'antivirus' });
  });

  it('a quarantine that was released for its filter passes, but not that of another filter, nor a refusal', () => {
    const held = verdict('antivirus', 'quarantine', { prefix: Buffer.from('A: 1\r\n') });
    const releasedFilters = ['antivirus'];
    expect(combined([held], { releasedFilters })).toMatchObject({
      kind: 'deliver',
      prefix: Buffer.from('A: 1\r\n'),
    });
    expect(combined([held, verdict('dlp', 'quarantine')], { releasedFilters })).toMatchObject({
      kind: 'hold',
      filter: 'dlp',
    });
    expect(
      combined([held, verdict('dlp', 'reject')], { releasedFilters: ['antivirus', 'dlp'] }),
    ).toMatchObject({
      kind: 'reject',
    });
  });

  it('a stored defer is held: nobody would look at it again', () => {
    expect(combined([verdict('antivirus', 'defer')])).toMatchObject({ kind: 'hold' });
  });

  it('the fields of a later filter stand above those of an earlier one', () => {
    const verdicts = [
      verdict('dlp', 'accept', { prefix: Buffer.from('Dlp: 1\r\n') }),
      verdict('dkim', 'accept', { prefix: Buffer.from('DKIM-Signature: 1\r\n') }),
    ];
    expect(combined(verdicts)).toMatchObject({ prefix: Buffer.from('DKIM-Signature: 1\r\nDlp: 1\r\n') });
  });

  it('ranges removed by filters and at acceptance are united', () => {
    const verdicts = [
      verdict('dkim', 'accept', { removed: [10, 20, 50, 60] }),
      verdict('dlp', 'accept', { removed: [15, 30] }),
    ];
    expect(combined(verdicts, { removedAtAcceptance: [60, 70] })).toMatchObject({
      removed: [10, 30, 50, 70],
    });
  });

  it('a replacement counts for the whole mail, the first on the slip', () => {
    const verdicts = [
      verdict('antivirus', 'accept', { replacementContentId: 'report' }),
      verdict('dlp', 'accept', { replacementContentId: 'other', prefix: Buffer.from('X: 1\r\n') }),
    ];
    expect(combined(verdicts)).toEqual({ kind: 'replace', contentId: 'report', filter: 'antivirus' });
  });

  it('two replacements: a virus report never undoes what an earlier filter left out before a person agrees', () => {
    const verdicts = [
      verdict('dlp', 'accept', { replacementContentId: 'redacted' }),
      verdict('antivirus', 'accept', { replacementContentId: 'report' }),
    ];
    expect(combined(verdicts)).toMatchObject({ kind: 'hold', filter: 'dlp' });
    // The redacted one may have the virus in it: it is never delivered.
    const released = { releasedFilters: ['dlp'] };
    expect(combined(verdicts, released)).toMatchObject({ kind: 'replace', contentId: 'report' });
    expect(combined(verdicts, { releasedFilters: ['antivirus'] })).toMatchObject({ kind: 'hold' });
  });
});

describe('verdicts of single recipients', () => {
  const to = (...addresses: string[]) =>
    addresses.map((address) => ({ address, expandedFrom: address === 'x@far.test' ? 'b@demo.test' : null }));
  const onMail = verdict('dlp', 'accept');
  const forB = verdict('dlp', 'reject', { recipient: 'b@demo.test' });

  it('recipients of whom the same is said go together; everybody else has the verdict on the mail', () => {
    const groups = recipientGroups(to('a@demo.test', 'b@demo.test', 'c@demo.test'), [onMail, forB]);
    expect(groups).toEqual([
      { addresses: ['a@demo.test', 'c@demo.test'], verdicts: [onMail] },
      { addresses: ['b@demo.test'], verdicts: [forB] },
    ]);
  });

  it('whom an alias led to has what was said of the alias', () => {
    const groups = recipientGroups(to('x@far.test'), [onMail, forB]);
    expect(groups).toEqual([{ addresses: ['x@far.test'], verdicts: [forB] }]);
  });

  it('two who are named with the same words are one group', () => {
    const forA = { ...forB, recipient: 'a@demo.test' };
    expect(recipientGroups(to('a@demo.test', 'b@demo.test'), [onMail, forA, forB])).toHaveLength(1);
  });
});
