// External contacts in the book: found beside the people of their domain, named apart, seen by whom they concern.
import { directoryChanged } from '@pochtar/bus';
import {
  type ContactName,
  createContact,
  deleteContact,
  setContactPhoto,
  updateContact,
} from '@pochtar/store/directory';
import { eventually } from '@pochtar/testkit';
import type { Client } from 'ldapts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASE, type Installation, startInstallation } from './installation.ts';

const people = `ou=people,${BASE}`;
const supplier = { domain: 'demo.test', address: 'boris@supplier.test' };

let at: Installation;
let client: Client;
let ofOther: Client;

beforeAll(async () => {
  at = await startInstallation();
  await add(supplier, 'Борис Кузнецов', { organisation: 'ООО «Ромашка»', workPhone: '+7 812 765-43-21' });
  await add({ domain: 'other.test', address: 'boris@supplier.test' }, 'Boris of Supplier');
  await add({ domain: 'other.test', address: 'quiet@supplier.test' }, 'Quiet');
  client = await at.client('anna@demo.test');
  ofOther = await at.client('eva@other.test');
  await known(ofOther, '(cn=quiet)', 1);
});
afterAll(() => at[Symbol.asyncDispose]());

async function add(name: ContactName, displayName: string, contact = {}): Promise<void> {
  expect(await createContact(at.db, 'all', { ...name, displayName, contact })).toBe('made');
  at.bus.emit(directoryChanged, { addresses: [name.address] });
}

async function found(by: Client, filter: string, base = BASE): Promise<string[]> {
  const { searchEntries } = await by.search(base, { filter, attributes: ['cn'] });
  return searchEntries.map(({ cn }) => String(cn)).toSorted();
}

async function nameOf(filter: string): Promise<string> {
  return (await client.search(people, { filter })).searchEntries[0]?.dn ?? '';
}

async function known(by: Client, filter: string, count: number): Promise<void> {
  await eventually(async () => expect(await found(by, filter)).toHaveLength(count));
}

test('a contact is a person with a name of its own, whose number no two have', async () => {
  const { searchEntries } = await client.search(people, { filter: '(mail=boris@supplier.test)' });
  expect(searchEntries).toEqual([
    {
      dn: expect.stringMatching(/^uid=contact:\d+,ou=people,dc=demo,dc=test$/),
      objectClass: ['top', 'person', 'organizationalPerson', 'inetOrgPerson'],
      cn: 'Борис Кузнецов',
      sn: 'Кузнецов',
      givenName: 'Борис',
      displayName: 'Борис Кузнецов',
      mail: 'boris@supplier.test',
      uid: expect.stringMatching(/^contact:\d+$/),
      o: 'ООО «Ромашка»',
      telephoneNumber: '+7 812 765-43-21',
    },
  ]);
  const dn = searchEntries[0]?.dn ?? '';
  const uid = searchEntries[0]?.['uid'];
  expect((await client.search(dn, { scope: 'base' })).searchEntries).toEqual(searchEntries);
  expect(await found(client, `(uid=${String(uid)})`)).toEqual(['Борис Кузнецов']);
  expect(await found(client, '(uid=con*)')).toEqual(['Борис Кузнецов']);
  expect(await client.compare(dn, 'mail', 'boris@supplier.test')).toBe(true);
});

test.each([
  ['(mail=boris@s*)', BASE],
  ['(cn=*кузн*)', BASE],
  ['(sn=куз*)', people],
  ['(o=ооо «ромашка»)', people],
  ['(&(mail=*)(|(mail=бор*)(|(cn=бор*)(|(sn=бор*)(givenName=бор*)))))', BASE],
])('%s below %s finds it', async (filter, base) => {
  expect(await found(client, filter, base)).toEqual(['Борис Кузнецов']);
});

test('it is seen by those of its domain, and by everybody where all are', async () => {
  expect(await found(ofOther, '(mail=boris@supplier.test)')).toEqual(['Boris of Supplier']);
  const [entry] = (await client.search(people, { filter: '(mail=boris@supplier.test)' })).searchEntries;
  await expect(ofOther.search(entry?.dn ?? '', { scope: 'base' })).rejects.toMatchObject({ code: 32 });
  await at.set({ addressBook: { visibility: 'all' } });
  const { searchEntries } = await client.search(people, { filter: '(mail=boris@supplier.test)' });
  expect(new Set(searchEntries.map(({ dn }) => dn)).size).toBe(2);
  await at.set({ addressBook: { visibility: 'ownDomain' } });
  await known(client, '(mail=boris@supplier.test)', 1);
});

test('it is a member of a group that it gets the mail of', async () => {
  await at.db.query({
    text: "update directory.address set targets = targets || '{boris@supplier.test}' where address = 'all@demo.test'",
  });
  at.bus.emit(directoryChanged, { addresses: ['all@demo.test'] });
  const dn = await nameOf('(cn=борис кузнецов)');
  await eventually(async () => {
    const group = { filter: '(mail=all@demo.test)', attributes: ['member'] };
    const [entry] = (await client.search(BASE, group)).searchEntries;
    expect(entry?.['member']).toContain(dn);
  });
  expect(await found(client, `(member=${dn})`)).toEqual(['All of us']);
});

test('it cannot log in, by its address or by its name', async () => {
  const dn = await nameOf('(cn=борис кузнецов)');
  const fresh = await at.client();
  for (const name of [dn, 'boris@supplier.test', 'contact:1']) {
    await expect(fresh.bind(name, 'se cret')).rejects.toMatchObject({ code: 49 });
  }
});

test('what changes of it is seen, its address and its photo included, and that it is gone', async () => {
  const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.alloc(1000, 7)]);
  await setContactPhoto(at.db, 'all', supplier, { jpeg, width: 1, height: 1 });
  await updateContact(at.db, 'all', supplier, { newAddress: 'b.k@supplier.test', displayName: 'Борис К.' });
  at.bus.emit(directoryChanged, { addresses: [supplier.address] });
  await known(client, '(mail=b.k@supplier.test)', 1);
  expect(await found(client, '(mail=boris@supplier.test)')).toEqual([]);
  const { searchEntries } = await client.search(people, {
    ...{ filter: '(mail=b.k@supplier.test)', attributes: ['cn', 'jpegPhoto'] },
    explicitBufferAttributes: ['jpegPhoto'],
  });
  expect(searchEntries[0]?.['cn']).toBe('Борис К.');
  expect(Buffer.compare(searchEntries[0]?.['jpegPhoto'] as Buffer, jpeg)).toBe(0);
  await deleteContact(at.db, 'all', { ...supplier, address: 'b.k@supplier.test' });
  at.bus.emit(directoryChanged, { addresses: [supplier.address] });
  await known(client, '(mail=b.k@supplier.test)', 0);
});
