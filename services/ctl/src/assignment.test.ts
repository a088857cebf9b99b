import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changeList, readAssignment } from './assignment.ts';
import { UsageError } from './input.ts';

const zones = { section: 'dnsbl', field: 'zones' };
const folders = { section: 'retention', field: 'folders' };

describe('an assignment', () => {
  test.each([
    ['network.smtpPort=2526', 2526],
    ['network.smtpPort=abc', 'abc'],
    ['network.submissionEnabled=off', false],
    ['network.submissionEnabled=true', true],
    ['network.submissionEnabled=maybe', 'maybe'],
    ['smtpEncryption.mode=required', 'required'],
    ['smtpEncryption.dhBits=4096', 4096],
    ['smtpEncryption.dhBits=1', '1'],
    ['smtpEncryption.certificateId=null', null],
    ['general.heloName=mail.example.org', 'mail.example.org'],
    ['relay.username=a=b', 'a=b'],
    ['dnsbl.zones=["a.test"]', ['a.test']],
    ['dnsbl.zones=a.test, b.test', ['a.test', 'b.test']],
    ['dnsbl.zones=', []],
    ['retention.folders=[{"folder":"Trash","days":30}]', [{ folder: 'Trash', days: 30 }]],
    ['nonsense.field=x', 'x'],
  ])('%s sets %j', (written, value) => {
    const [, field] = /\.(\w+)/.exec(written) ?? [];
    expect(readAssignment(written)).toMatchObject({ field, operator: '=', value });
  });

  test.each([
    ['dnsbl.zones+=a.test', '+=', 'a.test'],
    ['dnsbl.zones-=a.test', '-=', 'a.test'],
    ['retention.folders+={"folder":"Junk","days":7}', '+=', { folder: 'Junk', days: 7 }],
    ['retention.folders-=Trash', '-=', { folder: 'Trash' }],
  ])('%s changes a list', (written, operator, value) => {
    expect(readAssignment(written)).toMatchObject({ operator, value });
  });

  test.each([
    ['network', /section\.field=value/],
    ['network.smtpPort', /section\.field=value/],
    ['=1', /section\.field=value/],
    ['network.smtpPort+=1', /for lists only/],
    ['relay.password=x', /--secret relay\.password/],
    ['retention.folders=[', /no JSON/],
    ['retention.folders=Trash', /no JSON/],
    ['accessLists.white+=10.0.0.1', /pochtar list add/],
    ['accessLists.networks=[]', /pochtar network add/],
  ])('%s is not understood', (written, message) => {
    expect(() => readAssignment(written)).toThrow(message);
  });

  test('any text is read or refused with the remedy', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((value) => `dnsbl.zones=${value}`),
        ),
        (written) => {
          try {
            readAssignment(written);
          } catch (error) {
            expect(error).toBeInstanceOf(UsageError);
          }
        },
      ),
    );
  });
});

describe('a list', () => {
  test('gets an item once, at its end, and loses it whatever its case', () => {
    expect(changeList(zones, ['a.test', 'b.test'], '+=', 'A.test')).toEqual(['b.test', 'A.test']);
    expect(changeList(zones, ['a.test', 'b.test'], '-=', 'A.TEST')).toEqual(['b.test']);
    expect(changeList(zones, ['a.test'], '-=', 'none')).toEqual(['a.test']);
  });

  test('of records knows them by their key', () => {
    const old = { folder: 'Trash', days: 30 };
    expect(changeList(folders, [old], '-=', { folder: 'Trash' })).toEqual([]);
    expect(changeList(folders, [old], '+=', { folder: 'Trash', days: 7 })).toEqual([
      { folder: 'Trash', days: 7 },
    ]);
  });
});
