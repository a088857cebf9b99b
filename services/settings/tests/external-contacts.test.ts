// External contacts: kept for a domain, held to what fits, asked for in scope, and announced to the address book.
import { adminContact, adminDomain, connectBus, directoryChanged } from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { MAX_CONTACTS } from '@pochtar/store/directory';
import { eventually, smallJpeg } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Running, runService } from './running-service.ts';

const domain = 'own.test';
let running: Running;

beforeAll(async () => {
  running = await runService();
  for (const name of [domain, 'second.test', 'full.test']) await running.get(adminDomain.create, { name });
});
afterAll(() => running[Symbol.asyncDispose]());

test('one is added, shown, changed under another address and removed, and the book is told each time', async () => {
  const heard: string[][] = [];
  const { url, password } = running.nats;
  await using bus = await connectBus({ url, user: 'ldap', password, name: 't', log: silentLogger() });
  bus.subscribe(directoryChanged, ({ addresses }) => void heard.push(addresses));
  await bus.connection.flush();
  const contact = { organisation: '  ООО «Ромашка» ', workPhone: '+7 495 123-45-67', fax: '' };
  const made = await running.get(adminContact.create, {
    ...{ domain, address: 'Boris@Supplier.TEST', displayName: 'Борис', contact },
  });
  expect(made.contact).toMatchObject({
    ...{ domain, address: 'boris@supplier.test', displayName: 'Борис', hasPhoto: false },
    contact: { organisation: 'ООО «Ромашка»', workPhone: '+7 495 123-45-67' },
  });
  const name = { domain, address: 'boris@supplier.test' };
  const change = { ...name, newAddress: 'b@supplier.test', contact: { organisation: '', office: '7' } };
  const { contact: changed } = await running.get(adminContact.update, change);
  expect(changed).toMatchObject({
    ...{ address: 'b@supplier.test', displayName: 'Борис' },
    contact: { workPhone: '+7 495 123-45-67', office: '7' },
  });
  expect(await running.complaint(adminContact.show, name)).toBe('notFound address');
  const now = { domain, address: 'b@supplier.test' };
  expect((await running.get(adminContact.show, now)).contact).toEqual(changed);
  await running.get(adminContact.delete, now);
  expect(await running.complaint(adminContact.delete, now)).toBe('notFound address');
  await eventually(() =>
    expect(heard).toEqual([
      ['boris@supplier.test'],
      ['boris@supplier.test', 'b@supplier.test'],
      ['b@supplier.test'],
    ]),
  );
});

test('a photo is held to what fits, kept and taken away', async () => {
  const name = { domain, address: 'photo@supplier.test' };
  await running.get(adminContact.create, name);
  await running.get(adminContact.setPhoto, { ...name, jpeg: smallJpeg });
  expect(await running.get(adminContact.photo, name)).toEqual({
    photo: { jpeg: smallJpeg, width: 3, height: 2 },
  });
  expect((await running.get(adminContact.show, name)).contact.hasPhoto).toBe(true);
  const svg = Buffer.from('<svg/>').toString('base64');
  expect(await running.complaint(adminContact.setPhoto, { ...name, jpeg: svg })).toBe('wrongFormat jpeg');
  await running.get(adminContact.setPhoto, { ...name, jpeg: null });
  expect(await running.get(adminContact.photo, name)).toEqual({ photo: null });
  const nobody = { domain, address: 'nobody@supplier.test' };
  expect(await running.complaint(adminContact.setPhoto, { ...nobody, jpeg: null })).toBe('notFound address');
});

test('several domains may know one person, each in its own words', async () => {
  const address = 'shared@supplier.test';
  await running.get(adminContact.create, { domain, address, displayName: 'Shared' });
  await running.get(adminContact.create, { domain: 'second.test', address, displayName: 'Shared as well' });
  expect(await running.complaint(adminContact.create, { domain, address })).toBe('exists address');
  const { contacts } = await running.get(adminContact.list, { search: 'shared@' });
  expect(contacts.map((one) => `${one.domain} ${one.displayName}`)).toEqual([
    'own.test Shared',
    'second.test Shared as well',
  ]);
  const first = await running.get(adminContact.list, { search: 'shared@', limit: 1 });
  const second = await running.get(adminContact.list, {
    ...{ search: 'shared@', limit: 1, after: first.next ?? '' },
  });
  expect([first.contacts[0]?.domain, second.contacts[0]?.domain]).toEqual(['own.test', 'second.test']);
});

test.each([
  [{ address: 'x@own.test' }, 'ownAddress address'],
  [{ address: 'no address' }, 'wrongFormat address'],
  [{ address: 'x@far.test', domain: 'nowhere.test' }, 'noDomain domain'],
  [{ address: 'x@far.test', contact: { workPhone: 'call me' } }, 'noPhone contact.workPhone'],
  [{ address: 'x@far.test', contact: { jobTitle: 'я'.repeat(201) } }, 'tooLong contact.jobTitle'],
  [{ address: 'x@far.test', displayName: 'я'.repeat(201) }, 'invalid displayName'],
  [{ address: 'x@far.test', displayName: 'a\nb' }, 'notOneLine displayName'],
])('%j is refused, its field named', async (wish, complaint) => {
  expect(await running.complaint(adminContact.create, { domain, ...wish })).toBe(complaint);
});

test('a domain has room for so many and no more, and is not removed while it has some', async () => {
  await running.db.query({
    text: `insert into directory.contact (domain_id, address)
      select d.id, 'c' || n || '@far.test' from directory.domain d, generate_series(1, $1) n where d.name = 'full.test'`,
    values: [MAX_CONTACTS],
  });
  const full = { domain: 'full.test', address: 'one-more@far.test' };
  expect(await running.complaint(adminContact.create, full)).toBe('tooMany domain');
  await running.get(adminContact.delete, { domain: 'full.test', address: 'c1@far.test' });
  const outcomes = await Promise.all(
    ['a', 'b'].map((one) =>
      running.complaint(adminContact.create, { domain: 'full.test', address: `${one}@far.test` }),
    ),
  );
  expect(outcomes.toSorted()).toEqual(['ok', 'tooMany domain']);
  expect(await running.complaint(adminDomain.delete, { name: 'full.test' })).toBe('notEmpty name');
});
