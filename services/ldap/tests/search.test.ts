// Searching and comparing: what the tree holds, which attributes come, and what each kind of filter finds.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bindMessage, extendedMessage, message, searchMessage } from './encode-request.ts';
import { BASE, type Installation, PASSWORD, startInstallation } from './installation.ts';
import { type Answer, RawClient } from './raw-client.ts';
import type { Filter } from '../src/protocol/filter.ts';
import { requestTags } from '../src/protocol/operation-tags.ts';
import type { Client } from 'ldapts';

let at: Installation;
let client: Client;

beforeAll(async () => {
  at = await startInstallation();
  client = await at.client('anna@demo.test');
});
afterAll(() => at[Symbol.asyncDispose]());

async function found(filter: string, base = BASE): Promise<string[]> {
  const { searchEntries } = await client.search(base, { filter, attributes: ['mail'] });
  return searchEntries.map(({ mail }) => String(mail).replace('@demo.test', '')).toSorted();
}

const people = `ou=people,${BASE}`;

describe('the tree', () => {
  test('below a base lie people and groups, named by their addresses', async () => {
    const { searchEntries } = await client.search(BASE, { attributes: ['1.1'] });
    expect(searchEntries.map(({ dn }) => dn)).toEqual([
      BASE,
      people,
      `ou=groups,${BASE}`,
      `mail=anna@demo.test,${people}`,
      `mail=boris@demo.test,${people}`,
      `mail=clara@demo.test,${people}`,
      `mail=all@demo.test,ou=groups,${BASE}`,
    ]);
  });

  test('RFC 4511 §4.5.1.2: base, one level and subtree', async () => {
    const names = async (base: string, scope: 'base' | 'one' | 'sub') =>
      (await client.search(base, { scope, attributes: ['1.1'] })).searchEntries.length;
    expect(await Promise.all([names(BASE, 'base'), names(BASE, 'one'), names(BASE, 'sub')])).toEqual([
      1, 2, 7,
    ]);
    expect(await Promise.all([names(people, 'base'), names(people, 'one'), names(people, 'sub')])).toEqual([
      1, 3, 4,
    ]);
    const anna = `uid=anna,${people}`;
    expect(await Promise.all([names(anna, 'base'), names(anna, 'one'), names(anna, 'sub')])).toEqual([
      1, 0, 1,
    ]);
    expect(await Promise.all([names('', 'base'), names('', 'one'), names('', 'sub')])).toEqual([1, 1, 7]);
  });

  test('RFC 4511 §4.1.9: of a name that is not there the part that is there is told', async () => {
    using raw = await RawClient.open(at.port);
    raw.send(bindMessage(1, 'anna@demo.test', PASSWORD));
    await raw.resultOf(1);
    const bases = [`mail=nobody@demo.test,${people}`, `ou=printers,${BASE}`, 'dc=elsewhere'];
    for (const [index, base] of bases.entries()) raw.send(searchMessage(index + 2, { base, scope: 0 }));
    const results = await Promise.all(bases.map((_, index) => raw.resultOf(index + 2)));
    expect(results.map(({ code, matchedDn }) => [code, matchedDn])).toEqual([
      [32, people],
      [32, BASE],
      [32, ''],
    ]);
    raw.send(searchMessage(9, { base: 'no name' }));
    expect((await raw.resultOf(9)).code).toBe(34);
  });

  test('RFC 4512 §5.1: the root says what this server is and can do', async () => {
    const { searchEntries } = await client.search('', { scope: 'base', attributes: ['+'] });
    expect(searchEntries[0]).toMatchObject({
      namingContexts: BASE,
      supportedLDAPVersion: '3',
      supportedSASLMechanisms: 'PLAIN',
      supportedControl: expect.arrayContaining(['1.2.840.113556.1.4.319', '1.2.840.113556.1.4.473']),
      supportedExtension: expect.arrayContaining(['1.3.6.1.4.1.1466.20037', '1.3.6.1.1.8']),
      subschemaSubentry: 'cn=subschema',
    });
  });

  test('RFC 4512 §4.2: the schema names every attribute and class that entries have', async () => {
    const schema = await client.search('cn=subschema', { scope: 'base', filter: '(objectClass=subschema)' });
    const [entry] = (await client.search('cn=subschema', { scope: 'base', attributes: ['+'] })).searchEntries;
    const text = JSON.stringify(entry);
    expect(schema.searchEntries).toHaveLength(1);
    const all = await client.search(BASE, { attributes: ['*', '+'] });
    for (const one of all.searchEntries) {
      for (const name of Object.keys(one))
        if (!['dn', '*', '+'].includes(name)) expect(text).toContain(`'${name}'`);
      for (const name of [one['objectClass'] ?? []].flat()) expect(text).toContain(`NAME '${String(name)}'`);
    }
  });
});

describe('entries', () => {
  test('a person has a name in parts, an address, and the addresses that lead to it', async () => {
    const { searchEntries } = await client.search(people, { filter: '(mail=anna@demo.test)' });
    expect(searchEntries).toEqual([
      {
        dn: `mail=anna@demo.test,${people}`,
        objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson'],
        cn: 'Анна Ёлкина',
        sn: 'Ёлкина',
        givenName: 'Анна',
        displayName: 'Анна Ёлкина',
        mail: 'anna@demo.test',
        mailAlternateAddress: 'office@demo.test',
        uid: 'anna',
        o: 'demo.test',
      },
    ]);
  });

  test('a group names the members that the viewer may see, and no others', async () => {
    const { searchEntries } = await client.search(BASE, { filter: '(objectClass=groupOfNames)' });
    expect(searchEntries).toEqual([
      {
        dn: `mail=all@demo.test,ou=groups,${BASE}`,
        objectClass: ['top', 'groupOfNames'],
        cn: 'All of us',
        displayName: 'All of us',
        mail: 'all@demo.test',
        o: 'demo.test',
        member: [`mail=anna@demo.test,${people}`, `mail=boris@demo.test,${people}`],
      },
    ]);
  });

  test('other names of attributes are answered as they were asked for, whatever their case', async () => {
    const attributes = ['commonname', 'SURNAME', 'GN', 'rfc822Mailbox', 'mozillaSecondEmail', 'company'];
    const { searchEntries } = await client.search(people, { filter: '(uid=anna)', attributes });
    expect(searchEntries).toEqual([
      {
        dn: `mail=anna@demo.test,${people}`,
        commonName: 'Анна Ёлкина',
        surname: 'Ёлкина',
        gn: 'Анна',
        rfc822Mailbox: 'anna@demo.test',
        mozillaSecondEmail: 'office@demo.test',
        company: 'demo.test',
      },
    ]);
  });

  test('RFC 4511 §4.5.1.8: `1.1` brings no attribute, `+` the operational ones, types alone no values', async () => {
    using raw = await RawClient.open(at.port);
    raw.send(bindMessage(1, 'anna@demo.test', PASSWORD));
    await raw.resultOf(1);
    const base = `uid=boris,${people}`;
    raw.send(searchMessage(2, { base, scope: 0, attributes: ['1.1'] }));
    raw.send(searchMessage(3, { base, scope: 0, attributes: ['+'] }));
    raw.send(searchMessage(4, { base, scope: 0, attributes: ['cn', 'mail'], typesOnly: true }));
    raw.send(searchMessage(5, { base, scope: 0, attributes: ['*', 'entryDN'] }));
    const attributesOf = async (id: number) => (await raw.answersTo(id))[0]?.attributes ?? {};
    expect(await attributesOf(2)).toEqual({});
    expect(Object.keys(await attributesOf(3))).toEqual([
      'structuralObjectClass',
      'entryDN',
      'subschemaSubentry',
      'hasSubordinates',
    ]);
    expect(await attributesOf(4)).toEqual({ cn: [], mail: [] });
    expect(Object.keys(await attributesOf(5))).toEqual(
      expect.arrayContaining(['entryDN', 'cn', 'objectClass']),
    );
  });
});

describe('filters', () => {
  test.each([
    ['(mail=ANNA@demo.test)', ['anna']],
    ['(mailAlternateAddress=office@demo.test)', ['anna']],
    ['(cn=анна елкина)', ['anna']],
    ['(cn=АННА  ЁЛКИНА)', ['anna']],
    ['(cn=boris emile grant)', ['boris']],
    ['(sn=иванов*)', ['clara']],
    ['(givenName=boris É*)', ['boris']],
    ['(cn=*елк*)', ['anna']],
    ['(cn=b*mile*t)', ['boris']],
    ['(cn=*)', ['all', 'anna', 'boris', 'clara']],
    ['(cn=*а)', ['anna', 'clara']],
    ['(cn=*xyz*)', []],
    ['(uid=cla*)', ['clara']],
    ['(uid=clara)', ['clara']],
    ['(displayName=All of us)', ['all']],
    ['(name=grant)', ['boris']],
    ['(objectClass=inetOrgPerson)', ['anna', 'boris', 'clara']],
    ['(objectClass=2.5.6.9)', ['all']],
    ['(&(objectClass=person)(!(mail=anna*)))', ['boris', 'clara']],
    ['(|(mail=anna*)(sn=grant))', ['anna', 'boris']],
    ['(sn>=ё)', ['anna', 'clara']],
    ['(sn<=h)', ['boris']],
    ['(cn~=emile)', ['boris']],
    ['(cn~=grant bor)', ['boris']],
    ['(cn:caseExactMatch:=Boris Émile Grant)', ['boris']],
    ['(cn:caseExactMatch:=boris Émile grant)', []],
    ['(cn:2.5.13.2:=boris emile grant)', ['boris']],
    ['(:caseIgnoreMatch:=Grant)', ['boris']],
    ['(:noSuchMatch:=Grant)', []],
    ['(&(mail=*)(ou:dn:=people))', ['anna', 'boris', 'clara']],
    [`(member=mail=boris@demo.test,ou=people,${BASE})`, ['all']],
    [`(member=uid=nobody,ou=people,${BASE})`, []],
    [`(entryDN=mail=boris@demo.test,ou=people,${BASE})`, ['boris']],
    ['(telephoneNumber=*)', []],
  ])('%s', async (filter, expected) => expect(await found(filter)).toEqual(expected));

  test('RFC 4511 §4.5.1.7: what is not known is neither true nor false', async () => {
    for (const filter of [
      '(shoeSize=1)',
      '(!(shoeSize=1))',
      '(objectClass=noSuchClass)',
      '(!(objectClass=noSuchClass))',
    ]) {
      expect(await found(filter), filter).toEqual([]);
    }
    expect(await found('(|(shoeSize=1)(uid=anna))')).toEqual(['anna']);
  });

  test('RFC 4526 §2: an `and` without parts is true, an `or` without parts false', async () => {
    using raw = await RawClient.open(at.port);
    raw.send(bindMessage(1, 'anna@demo.test', PASSWORD));
    await raw.resultOf(1);
    raw.send(searchMessage(2, { base: people, filter: { kind: 'and', parts: [] } }));
    raw.send(searchMessage(3, { base: people, filter: { kind: 'or', parts: [] } }));
    expect([(await raw.answersTo(2)).length, (await raw.answersTo(3)).length]).toEqual([5, 1]);
  });

  test('values that have a meaning in a filter are searched for by their escapes', async () => {
    await at.addPeople([{ address: 'odd@demo.test', displayName: 'A (b) * \\ c' }]);
    expect(await found('(cn=a \\28b\\29 \\2a \\5c c)')).toEqual(['odd']);
    expect(await found('(cn=*\\2a*)')).toEqual(['odd']);
    await at.db.query({
      text: "update directory.account set enabled = false where address = 'odd@demo.test'",
    });
  });
});

describe('compare', () => {
  test.each([
    ['sn', 'ЕЛКИНА', true],
    ['mail', 'boris@demo.test', false],
    ['objectClass', 'person', true],
  ])('RFC 4511 §4.10: %s %s is %s', async (attribute, value, is) => {
    expect(await client.compare(`uid=anna,${people}`, attribute, value)).toBe(is);
  });

  test.each([
    ['userPassword', 17],
    ['telephoneNumber', 16],
  ])('RFC 4511 §4.10: an entry without %s has result %i', async (attribute, code) => {
    await expect(client.compare(`uid=anna,${people}`, attribute, 'x')).rejects.toMatchObject({ code });
  });
});

test('what would change the book is answered: it is read-only', async () => {
  using raw = await RawClient.open(at.port);
  const write = (id: number, tag: number): void =>
    raw.send(message(id, (writer) => void writer.string('cn=x', tag)));
  const tags = [requestTags.modify, requestTags.add, requestTags.delete, requestTags.modifyDn];
  for (const [index, tag] of tags.entries()) write(index + 1, tag);
  const results = await Promise.all(tags.map((_, index) => raw.resultOf(index + 1)));
  expect(results.map(({ tag, code }) => [tag, code])).toEqual([
    [0x67, 53],
    [0x69, 53],
    [0x6b, 53],
    [0x6d, 53],
  ]);
});

describe('extended operations', () => {
  test('RFC 4532: who one is', async () => {
    const who = await client.exop('1.3.6.1.4.1.4203.1.11.3');
    expect(who.value).toBe('u:anna@demo.test');
    const nobody = await (await at.client()).exop('1.3.6.1.4.1.4203.1.11.3');
    expect(nobody.value ?? '').toBe('');
  });

  test('RFC 4511 §4.12: one that is not known is a protocolError; RFC 3909: so is nothing to cancel no operation', async () => {
    using raw = await RawClient.open(at.port);
    raw.send(extendedMessage(1, '1.2.3.4'));
    expect((await raw.resultOf(1)).code).toBe(2);
    raw.send(extendedMessage(2, '1.3.6.1.1.8', Buffer.from('3003020163', 'hex')));
    expect((await raw.resultOf(2)).code).toBe(119);
  });
});

test('searches of one session run beside each other, each with its own answers', async () => {
  using raw = await RawClient.open(at.port);
  raw.send(bindMessage(1, 'anna@demo.test', PASSWORD));
  await raw.resultOf(1);
  const filter: Filter = { kind: 'equal', attribute: 'uid', value: 'anna' };
  const ids = [2, 3, 4, 5, 6, 7, 8, 9];
  raw.send(Buffer.concat(ids.map((id) => searchMessage(id, { base: BASE, filter }))));
  const answers: Answer[][] = await Promise.all(ids.map((id) => raw.answersTo(id)));
  expect(answers.map((all) => all.length)).toEqual(ids.map(() => 2));
});
