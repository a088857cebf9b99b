// What the book says of people beside name and address: contact fields, photos, and who is hidden.
import { updateAccount } from '@pochtar/store/directory';
import { directoryChanged } from '@pochtar/bus';
import { eventually } from '@pochtar/testkit';
import type { Client, Entry } from 'ldapts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASE, type Installation, PASSWORD, startInstallation } from './installation.ts';

const people = `ou=people,${BASE}`;
const PHOTOS = 20;

let at: Installation;
let client: Client;

beforeAll(async () => {
  at = await startInstallation();
  await at.addPeople([
    {
      address: 'ivan@demo.test',
      displayName: 'Иванов Иван Иванович',
      contact: {
        ...{ givenName: 'Иван', surname: 'Иванов', jobTitle: 'Главный инженер', department: 'ПТО' },
        ...{
          organisation: 'ООО «Ёлка»',
          workPhone: '+7 495 123-45-67, доб. 12',
          mobilePhone: '+79161234567',
        },
        ...{
          homePhone: '8 (495) 765-43-21',
          fax: '123-45-68',
          office: '314',
          postalAddress: 'Москва, Тверская, 1',
        },
      },
    },
    { address: 'mike@demo.test', displayName: 'Mike', contact: { givenName: 'Michael', surname: 'Grant' } },
    { address: 'nameless@demo.test', contact: { givenName: 'Olga', surname: 'Petrova' } },
    {
      address: 'secret@demo.test',
      displayName: 'Secret Agent',
      isHidden: true,
      contact: { surname: 'Agentov', workPhone: '777-77-77' },
    },
  ]);
  client = await at.client('anna@demo.test');
});
afterAll(() => at[Symbol.asyncDispose]());

async function found(filter: string): Promise<string[]> {
  const { searchEntries } = await client.search(BASE, { filter, attributes: ['mail'] });
  return searchEntries.map(({ mail }) => String(mail).replace('@demo.test', '')).toSorted();
}

describe('contact fields', () => {
  test('are attributes of the person', async () => {
    const { searchEntries } = await client.search(people, { filter: '(uid=ivan)' });
    expect(searchEntries).toEqual([
      {
        dn: `mail=ivan@demo.test,${people}`,
        objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson'],
        cn: 'Иванов Иван Иванович',
        sn: 'Иванов',
        givenName: 'Иван',
        displayName: 'Иванов Иван Иванович',
        mail: 'ivan@demo.test',
        uid: 'ivan',
        o: 'ООО «Ёлка»',
        title: 'Главный инженер',
        ou: 'ПТО',
        telephoneNumber: '+7 495 123-45-67, доб. 12',
        mobile: '+79161234567',
        homePhone: '8 (495) 765-43-21',
        facsimileTelephoneNumber: '123-45-68',
        physicalDeliveryOfficeName: '314',
        street: 'Москва, Тверская, 1',
      },
    ]);
  });

  test('come by the names that Thunderbird, Outlook and Apple ask for', async () => {
    const attributes = ['company', 'department', 'cellphone', 'fax', 'homeTelephoneNumber', 'streetAddress'];
    const { searchEntries } = await client.search(people, { filter: '(uid=ivan)', attributes });
    expect(searchEntries).toEqual([
      {
        dn: `mail=ivan@demo.test,${people}`,
        company: 'ООО «Ёлка»',
        department: 'ПТО',
        cellPhone: '+79161234567',
        fax: '123-45-68',
        homeTelephoneNumber: '8 (495) 765-43-21',
        streetAddress: 'Москва, Тверская, 1',
      },
    ]);
  });

  test.each([
    ['(telephoneNumber=+7495 1234567,доб.12)', ['ivan']],
    ['(telephoneNumber=*12345-67*)', ['ivan']],
    ['(mobile=+7 916 123-45-67)', ['ivan']],
    ['(telephoneNumber:telephoneNumberMatch:=+74951234567,доб.12)', ['ivan']],
    ['(telephoneNumber:caseIgnoreMatch:=+74951234567,доб.12)', []],
    ['(telephoneNumber>=0)', []],
    ['(homePhone=*)', ['ivan']],
    ['(title=главный*)', ['ivan']],
    ['(ou=пто)', ['ivan']],
    ['(o=ооо «елка»)', ['ivan']],
    ['(&(o=demo.test)(uid=mike))', ['mike']],
  ])('RFC 4517 §4.2.29: %s', async (filter, expected) => expect(await found(filter)).toEqual(expected));
});

describe('names that were given', () => {
  test.each([
    ['(sn=иванов)', ['ivan']],
    ['(sn=иванович)', []],
    ['(givenName=иван)', ['ivan']],
    ['(sn=gra*)', ['boris', 'mike']],
    ['(givenName=*chae*)', ['mike']],
    ['(sn=*rant)', ['boris', 'mike']],
    ['(cn=mike)', ['mike']],
    ['(cn=olga petrova)', ['nameless']],
  ])('%s finds by them, and not by what the display name looks like', async (filter, expected) =>
    expect(await found(filter)).toEqual(expected),
  );

  test('where nobody wrote a display name they are it', async () => {
    const { searchEntries } = await client.search(people, {
      filter: '(uid=nameless)',
      attributes: ['cn', 'sn'],
    });
    expect(searchEntries).toMatchObject([{ cn: 'Olga Petrova', sn: 'Petrova' }]);
  });
});

describe('who is hidden', () => {
  test.each([
    ['(objectClass=*)'],
    ['(mail=secret@demo.test)'],
    ['(uid=secret)'],
    ['(cn=secret*)'],
    ['(cn=*agent*)'],
    ['(sn=agentov)'],
    ['(telephoneNumber=777-77-77)'],
    ['(!(cn=anna))'],
    [`(entryDN=mail=secret@demo.test,${people})`],
  ])('is not found by %s', async (filter) => expect(await found(filter)).not.toContain('secret'));

  test('is at no base, is compared with nothing, is counted by nothing, and is no member', async () => {
    const dn = `mail=secret@demo.test,${people}`;
    await expect(client.search(dn, { scope: 'base' })).rejects.toMatchObject({ code: 32 });
    await expect(client.compare(dn, 'sn', 'Agentov')).rejects.toMatchObject({ code: 32 });
    await at.db.query({
      text: "update directory.address set targets = targets || '{secret@demo.test}' where address = 'all@demo.test'",
    });
    at.bus.emit(directoryChanged, { addresses: ['all@demo.test'] });
    const group = () => client.search(BASE, { filter: '(mail=all@demo.test)', attributes: ['member'] });
    await eventually(() => {
      const entry = at.server.book.find('all@demo.test');
      expect(entry?.kind === 'group' && entry.members).toContain('secret@demo.test');
    });
    expect(JSON.stringify((await group()).searchEntries)).not.toContain('secret');
    expect(await found(`(member=${dn})`)).toEqual([]);
  });

  test('may log in, sees the others, and is nothing but an address in this process', async () => {
    const own = await at.client('secret@demo.test', PASSWORD);
    const { searchEntries } = await own.search(people, { filter: '(mail=*)', attributes: ['mail'] });
    expect(searchEntries.map(({ mail }) => mail)).toContain('anna@demo.test');
    expect(searchEntries.map(({ mail }) => mail)).not.toContain('secret@demo.test');
    expect(at.server.book.find('secret@demo.test')).toMatchObject({ displayName: '', contact: '' });
  });

  test('is there again, photo and all, as soon as it is shown', async () => {
    await updateAccount(at.db, 'all', 'secret@demo.test', { isHidden: false });
    at.bus.emit(directoryChanged, { addresses: ['secret@demo.test'] });
    await eventually(async () => expect(await found('(sn=agentov)')).toEqual(['secret']));
    await updateAccount(at.db, 'all', 'secret@demo.test', { isHidden: true });
    at.bus.emit(directoryChanged, { addresses: ['secret@demo.test'] });
    await eventually(async () => expect(await found('(sn=agentov)')).toEqual([]));
  });
});

describe('photos', () => {
  const jpegOf = (n: number): Buffer =>
    Buffer.concat([Buffer.from([0xff, 0xd8, n]), Buffer.alloc(40_000, n)]);
  const addressOf = (n: number): string => `face${String(n).padStart(2, '0')}@demo.test`;

  beforeAll(async () => {
    // Each third has none.
    const photoOf = (n: number): Buffer | null => (n % 3 === 2 ? null : jpegOf(n));
    await at.addPeople(
      Array.from({ length: PHOTOS }, (_, n) => ({ address: addressOf(n), photo: photoOf(n) })),
    );
    await eventually(async () => (await found('(&(mail=face*)(jpegPhoto=*))')).length === 14);
  });

  async function faces(attributes: string[], options: object = {}): Promise<Entry[]> {
    const filter = '(mail=face*)';
    const explicitBufferAttributes = ['jpegPhoto', 'thumbnailPhoto'];
    const asked = { filter, attributes, explicitBufferAttributes, ...options };
    return (await client.search(people, asked)).searchEntries;
  }

  test.each([[['jpegPhoto', 'mail']], [[]], [['*']]])(
    'come with %j, each with its own entry, and the entries in their order',
    async (attributes) => {
      const entries = await faces(attributes);
      expect(entries.map(({ mail }) => mail)).toEqual(Array.from({ length: PHOTOS }, (_, n) => addressOf(n)));
      for (const [n, { jpegPhoto }] of entries.entries()) {
        if (n % 3 === 2) expect(jpegPhoto ?? []).toEqual([]);
        else expect(Buffer.compare(jpegPhoto as Buffer, jpegOf(n))).toBe(0);
      }
    },
  );

  test('come by pages and by the name that Outlook has for them, and nobody else reads them', async () => {
    const entries = await faces(['thumbnailPhoto'], { paged: { pageSize: 3 } });
    expect(entries.map((entry) => Buffer.isBuffer(entry['thumbnailPhoto']))).toEqual(
      Array.from({ length: PHOTOS }, (_, n) => n % 3 !== 2),
    );
    expect(Object.keys((await faces(['mail', 'cn']))[0] ?? {})).toEqual(['dn', 'mail', 'cn']);
  });

  test.each([['(jpegPhoto=x)'], ['(!(jpegPhoto=x))'], ['(jpegPhoto=*x*)']])(
    'are compared with nothing: %s',
    async (filter) => expect(await found(filter)).toEqual([]),
  );

  test('RFC 4511 §4.10: to compare with one is refused', async () => {
    const compared = client.compare(`mail=${addressOf(0)},${people}`, 'jpegPhoto', 'x');
    await expect(compared).rejects.toMatchObject({ code: 18 });
  });

  test('one that is hidden by now is not sent, though the book has not heard of it yet', async () => {
    await at.db.query({
      text: `update directory.account set hidden = true where address = '${addressOf(0)}'`,
    });
    const [entry] = await faces(['jpegPhoto'], { filter: `(mail=${addressOf(0)})` });
    expect(entry?.['jpegPhoto'] ?? []).toEqual([]);
  });
});
