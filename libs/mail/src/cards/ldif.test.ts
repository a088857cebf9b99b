import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contactFields } from '../contact.ts';
import { cardFormatOf, readCards, writeLdif } from './index.ts';

const read = (text: string) => [...readCards(Buffer.from(text), 'ldif')];
const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(200, 7)]);

test('RFC 2849: comments, folded lines, base64, options, other names of attributes, and entries that only hold others', () => {
  const found = read(
    [
      'version: 1',
      '# all of them',
      '  and more of it',
      '',
      'dn: dc=demo,dc=test',
      'objectClass: top',
      'objectClass: domain',
      'dc: demo',
      '',
      'dn:: bWFpbD1hbm5hQGRlbW8udGVzdA==',
      'objectClass: inetOrgPerson',
      `cn;lang-ru:: ${Buffer.from('Анна Ёлкина').toString('base64')}`,
      'sn: Grant',
      'gn: An',
      ' na',
      'mail: anna@demo.test',
      'mail: second@demo.test',
      'company: Demo',
      'telephoneNumber: +7 495 123-45-67',
      'street: Tverskaya, 1',
      'l: Moscow',
      'postalCode: 125009',
      `jpegPhoto:: ${jpeg.toString('base64')}`,
      '',
      '',
      'dn: cn=all,dc=demo,dc=test',
      'objectClass: groupOfNames',
      'mail: all@demo.test',
    ].join('\r\n'),
  );
  expect(found.map(({ line, problem, notes }) => [line, problem, notes])).toEqual([
    [10, null, ['otherAddresses']],
    [26, 'group', []],
  ]);
  expect(found[0]?.card).toMatchObject({
    displayName: 'Анна Ёлкина',
    addresses: ['anna@demo.test', 'second@demo.test'],
    contact: {
      ...{ surname: 'Grant', givenName: 'Anna', organisation: 'Demo', workPhone: '+7 495 123-45-67' },
      postalAddress: 'Tverskaya, 1, Moscow, 125009',
    },
  });
  expect(found[0]?.card?.photo?.equals(jpeg)).toBe(true);
});

describe('changes as ldapmodify takes them', () => {
  test('set, add and take away fields of whom the name names', () => {
    const [found] = read(
      [
        'dn: mail=anna@demo.test,ou=people,dc=demo,dc=test',
        'changetype: modify',
        'replace: telephoneNumber',
        'telephoneNumber: 123-45-67',
        '-',
        'add: title',
        'title: Engineer',
        '-',
        'delete: mobile',
        '-',
      ].join('\n'),
    );
    expect(found?.card).toMatchObject({
      addresses: ['anna@demo.test'],
      contact: { workPhone: '123-45-67', jobTitle: 'Engineer', mobilePhone: '' },
    });
  });

  test.each([
    ['changetype: delete', 'removal'],
    ['changetype: modrdn\nnewrdn: mail=x@y.test\ndeleteoldrdn: 1', 'removal'],
    ['changetype: modify\ncn: x\ncn: y', 'notUnderstood'],
    ['mail: a@b.test\njpegPhoto:< file:///etc/passwd', 'byReference'],
    ['no colon', 'notUnderstood'],
  ])('%j is told and not done', (lines, problem) => {
    expect(read(`dn: mail=a@b.test,dc=x\n${lines}\n`)).toMatchObject([{ line: 1, problem, card: null }]);
  });
});

test('what is written is what is read, in lines of 76 octets of ASCII', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 100 }).map((one) =>
    one
      .toWellFormed()
      .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\ufffd]/gu, '')
      .replace(/\s+/gu, ' ')
      .trim(),
  );
  const contact = fc.record(Object.fromEntries(contactFields.map((field) => [field, text])), {
    requiredKeys: [],
  });
  fc.assert(
    fc.property(text, contact, fc.boolean(), (name, fields, hasPhoto) => {
      const card = { uid: '', name: name || 'x', address: 'a+b@c.test', contact: fields };
      const written = writeLdif({ ...card, photo: hasPhoto ? jpeg : null }, 'ou=people,dc=x');
      // oxlint-disable-next-line no-control-regex -- what is US-ASCII
      expect(written).toMatch(/^[\x00-\x7f]*$/);
      for (const line of written.split('\n')) expect(line.length).toBeLessThanOrEqual(76);
      const [found] = read(written);
      const present = Object.fromEntries(Object.entries(fields).filter(([, one]) => (one ?? '') !== ''));
      expect(found?.card).toMatchObject({ displayName: card.name, addresses: [card.address] });
      const { surname, ...others } = found?.card?.contact ?? {};
      const { surname: given, ...expected } = present;
      expect(others).toEqual(expected);
      if (given !== undefined) expect(surname).toBe(given);
      expect(found?.card?.photo?.equals(jpeg) ?? false).toBe(hasPhoto);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['\uFEFFversion: 1\n\ndn: x', 'ldif'],
  ['# export\n# of 2026\ndn: mail=a@b.test\n', 'ldif'],
  ['dn:: bWFpbA==\n', 'ldif'],
  ['\r\nbegin:vcard\r\n', 'vcard'],
  ['address;name\na@b.test;A', 'csv'],
  ['', 'csv'],
])('%j is known for what it is', (text, format) => expect(cardFormatOf(Buffer.from(text))).toBe(format));

test('a table is read by its headings, and without them as addresses and names', () => {
  const table = (text: string) => [...readCards(Buffer.from(text), 'csv')];
  expect(table('Почта;ФИО;Телефон\na@b.test;Анна;123-45-67\n;;\n;Никто;1\n')).toMatchObject([
    { line: 2, card: { addresses: ['a@b.test'], displayName: 'Анна', contact: { workPhone: '123-45-67' } } },
    { line: 4, problem: 'noAddress' },
  ]);
  expect(table("a@b.test,'=Anna")).toMatchObject([{ line: 1, card: { displayName: '=Anna' } }]);
});
