// Contact fields and photos of accounts: kept as they are given, held to what fits, and asked for in scope.
import { adminAccount, adminDomain, connectBus, directoryChanged } from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { eventually, smallJpeg as jpeg } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Running, runService } from './running-service.ts';

const address = 'anna@own.test';

let running: Running;
let own: number;
let foreign: number;

beforeAll(async () => {
  running = await runService();
  own = (await running.get(adminDomain.create, { name: 'own.test' })).domain.id;
  foreign = (await running.get(adminDomain.create, { name: 'foreign.test' })).domain.id;
});
afterAll(() => running[Symbol.asyncDispose]());

test('an account is made with them, and a change replaces what it names, and takes away what it empties', async () => {
  const contact = { surname: '  Ёлкина ', jobTitle: 'Инженер', workPhone: '+7 495 123-45-67', fax: '' };
  const made = await running.get(adminAccount.create, { address, contact, isHidden: true });
  expect(made.account).toMatchObject({
    contact: { surname: 'Ёлкина', jobTitle: 'Инженер', workPhone: '+7 495 123-45-67' },
    isHidden: true,
    hasPhoto: false,
  });
  const change = { address, contact: { jobTitle: '', office: '314' }, isHidden: false };
  const { account } = await running.get(adminAccount.update, change);
  expect([account.contact, account.isHidden]).toEqual([
    { surname: 'Ёлкина', workPhone: '+7 495 123-45-67', office: '314' },
    false,
  ]);
  await running.get(adminAccount.update, { address, displayName: 'Анна' });
  const shown = await running.get(adminAccount.show, { address });
  expect(shown.account.contact).toEqual(account.contact);
});

test.each([
  [{ workPhone: 'call me' }, 'noPhone contact.workPhone'],
  [{ fax: '7' }, 'noPhone contact.fax'],
  [{ mobilePhone: '1'.repeat(65) }, 'tooLong contact.mobilePhone'],
  [{ jobTitle: 'я'.repeat(201) }, 'tooLong contact.jobTitle'],
  [{ office: 'a\nb' }, 'notOneLine contact.office'],
  [{ department: 'a\u2028b' }, 'notOneLine contact.department'],
  [{ shoeSize: '42' }, 'invalid contact'],
])('%j is refused, its field named', async (contact, complaint) => {
  const change = { address, contact } as never;
  expect(await running.complaint(adminAccount.update, change)).toBe(complaint);
  const another = { address: 'new@own.test', contact } as never;
  expect(await running.complaint(adminAccount.create, another)).toBe(complaint);
});

test('a photo is kept, answered, announced and taken away', async () => {
  const heard: string[] = [];
  const { url, password } = running.nats;
  await using bus = await connectBus({ url, user: 'ldap', password, name: 't', log: silentLogger() });
  bus.subscribe(directoryChanged, ({ addresses }) => void heard.push(...addresses));
  await bus.connection.flush();
  await running.get(adminAccount.setPhoto, { address, jpeg });
  await eventually(() => expect(heard).toContain(address));
  expect(await running.get(adminAccount.photo, { address })).toEqual({
    photo: { jpeg, width: 3, height: 2 },
  });
  expect((await running.get(adminAccount.show, { address })).account.hasPhoto).toBe(true);
  await running.get(adminAccount.setPhoto, { address, jpeg: null });
  expect(await running.get(adminAccount.photo, { address })).toEqual({ photo: null });
});

test('what is no small JPEG is refused', async () => {
  const set = (octets: Buffer) =>
    running.complaint(adminAccount.setPhoto, { address, jpeg: octets.toString('base64') });
  expect(await set(Buffer.from('<svg/>'))).toBe('wrongFormat jpeg');
  const real = Buffer.from(jpeg, 'base64');
  const long = Buffer.concat([real.subarray(0, -2), Buffer.alloc(66_000, 1), real.subarray(-2)]);
  expect(await set(long)).toBe('tooLarge jpeg');
});

test('an administrator of another domain neither sees nor changes a photo', async () => {
  await running.get(adminAccount.setPhoto, { address, jpeg });
  expect(await running.complaint(adminAccount.photo, { address }, [foreign])).toBe('notFound address');
  expect(await running.complaint(adminAccount.setPhoto, { address, jpeg: null }, [foreign])).toBe(
    'notFound address',
  );
  expect(await running.complaint(adminAccount.photo, { address }, [own])).toBe('ok');
});
