// Rows of the tab «Адресная книга».
import { freePort } from '@pochtar/testkit';
import type { ConsoleGround } from './console-ground.ts';
import { search } from './console-ldap.ts';
import { row, type Save } from './console-row.ts';

const base = 'dc=pochtar,dc=local';
const group = 'everybody@demo.test';
const elsewhere = 'zoe@other.test';

/** A group, and somebody of another domain. */
async function people(at: ConsoleGround): Promise<void> {
  const { domains } = await at.api<{ domains: { name: string }[] }>('GET', '/domains');
  if (domains.some(({ name }) => name === 'other.test')) return;
  await at.api('POST', '/domains', { name: 'other.test' });
  await at.api('POST', '/accounts', {
    address: elsewhere,
    displayName: 'Zoe',
    password: 'correct horse battery',
  });
  await at.api('POST', '/groups', { address: group, name: 'Everybody', members: [at.anna.address] });
}

const answers: Save = {
  about: 'адресная книга: порт, базы, кого и кому',
  given: people,
  rows: [
    row({
      field: 'addressBook.port',
      to: freePort,
      seen: (at, port) => search(port, base, at.anna),
      becomes: /anna@demo\.test/,
    }),
    row({
      field: 'addressBook.visibility',
      to: 'all',
      seen: (at) => searchNow(at, base),
      becomes: /zoe@other\.test/,
    }),
  ],
};

/** At the port of the moment. */
async function searchNow(at: ConsoleGround, where: string, isAnonymous = false): Promise<string> {
  const port = (await at.settings()).get('addressBook')?.document['port'] as number;
  return search(port, where, isAnonymous ? undefined : at.anna);
}

const bases: Save = {
  about: 'адресная книга: базы поиска и группы',
  given: async (at) => {
    await people(at);
    // Whoever has not logged in has no domain of his own.
    await at.given({ addressBook: { visibility: 'all' } });
  },
  rows: [
    row({
      field: 'addressBook.baseDn',
      to: 'dc=pochtar,dc=local;dc=firma,dc=test',
      typed: ['dc=pochtar,dc=local', 'dc=firma,dc=test'],
      seen: (at) => searchNow(at, 'dc=firma,dc=test'),
      becomes: /anna@demo\.test/,
    }),
    row({
      field: 'addressBook.skipGroups',
      to: true,
      seen: async (at) => ((await searchNow(at, base)).includes(group) ? 'with groups' : 'people only'),
      becomes: /^people only$/,
    }),
    row({
      field: 'addressBook.access',
      to: 'anyone',
      seen: (at) => searchNow(at, base, true),
      becomes: /anna@demo\.test/,
    }),
  ],
};

const off: Save = {
  about: 'адресная книга выключена',
  rows: [
    row({
      field: 'addressBook.enabled',
      to: false,
      seen: (at) => searchNow(at, base),
      becomes: /^refused$/,
    }),
  ],
};

/** As the web mail, which is on this machine by the setting `network.webmailAddresses`. */
const webmail: Save = {
  about: 'адресная книга не для веб-почты',
  rows: [
    row({
      field: 'addressBook.publishToWebmail',
      to: false,
      seen: async (at) => ((await searchNow(at, base)).includes(at.anna.address) ? 'a book' : 'no book'),
      becomes: /^no book$/,
    }),
  ],
};

export const addressBookSaves: readonly Save[] = [answers, bases, webmail, off];
