// What mail clients ask: the stock queries of Thunderbird, Outlook and macOS, by the clients ldapsearch, ldapjs and ldapts.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ensureProgram } from '@pochtar/native';
import ldapjs from 'ldapjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASE, HOST, type Installation, PASSWORD, startInstallation } from './installation.ts';

const run = promisify(execFile);
let at: Installation;
let program: Awaited<ReturnType<typeof ensureProgram>>;

beforeAll(async () => {
  program = await ensureProgram({ name: 'ldapsearch', debianPackage: 'ldap-utils' });
  at = await startInstallation();
}, 120_000);
afterAll(() => at[Symbol.asyncDispose]());

async function ldapsearch(...words: string[]): Promise<string> {
  const { path, libraryPath } = program;
  const env = {
    ...process.env,
    LDAPTLS_REQCERT: 'allow',
    ...(libraryPath && { LD_LIBRARY_PATH: libraryPath }),
  };
  const url = words.includes('-H') ? [] : ['-H', `ldap://${HOST}:${at.port}`];
  const { stdout } = await run(path, ['-x', '-LLL', '-o', 'ldif-wrap=no', ...url, ...words], {
    env,
    timeout: 20_000,
  });
  return stdout;
}

const asAnna = ['-D', 'anna@demo.test', '-w', PASSWORD];

/** Thunderbird completes what is typed with this. */
const thunderbird = (text: string): string =>
  `(|(mail=*${text}*)(cn=*${text}*)(givenName=*${text}*)(sn=*${text}*))`;
const thunderbirdAttributes = [
  ...['cn', 'commonname', 'sn', 'surname', 'givenName', 'mail', 'xmozillanickname', 'mozillaNickname'],
  ...['mozillaSecondEmail', 'xmozillasecondemail', 'telephoneNumber', 'o', 'company', 'objectClass'],
];
const outlook = (text: string): string =>
  `(&(mail=*)(|(mail=${text}*)(|(cn=${text}*)(|(sn=${text}*)(givenName=${text}*)))))`;
const macos = (text: string): string =>
  `(&(|(objectClass=inetOrgPerson)(objectClass=person))(|(cn=*${text}*)(sn=${text}*)(givenName=${text}*)(mail=${text}*)(uid=${text}*)))`;

describe('ldapsearch', () => {
  test('inside TLS, with the query of Outlook, by the name of an entry', async () => {
    const name = `mail=anna@demo.test,ou=people,${BASE}`;
    const said = await ldapsearch(
      '-ZZ',
      '-D',
      name,
      '-w',
      PASSWORD,
      '-b',
      BASE,
      outlook('bor'),
      'mail',
      'display-name',
    );
    expect(said.trim().split('\n')).toEqual([
      `dn: mail=boris@demo.test,ou=people,${BASE}`,
      'mail: boris@demo.test',
      `display-name:: ${Buffer.from('Boris Émile Grant').toString('base64')}`,
    ]);
  });

  test('TLS from the first octet on, at the same port', async () => {
    const url = ['-H', `ldaps://${HOST}:${at.port}`];
    const said = await ldapsearch(...url, ...asAnna, '-b', BASE, outlook('bor'), 'mail');
    expect(said).toContain('mail: boris@demo.test');
    await expect(ldapsearch(...url, '-D', 'anna@demo.test', '-w', 'wrong', '-b', BASE)).rejects.toMatchObject(
      {
        code: 49,
      },
    );
  });

  test('pages and a sorted list', async () => {
    const pages = await ldapsearch(...asAnna, '-b', BASE, '-E', 'pr=2/noprompt', '(mail=*)', 'uid');
    expect(pages.match(/^dn: /gm)).toHaveLength(4);
    const sorted = await ldapsearch(...asAnna, '-b', BASE, '-E', '!sss=-sn', '(sn=*)', 'uid');
    expect([...sorted.matchAll(/^uid: (.*)/gm)].map(([, uid]) => uid)).toEqual(['clara', 'anna', 'boris']);
  });

  test('the root without a log-in, and nothing else', async () => {
    expect(await ldapsearch('-b', '', '-s', 'base', '+')).toContain(`namingContexts: ${BASE}`);
    await expect(ldapsearch('-b', BASE)).rejects.toMatchObject({ code: 50 });
  });
});

describe('ldapts', () => {
  test.each([
    ['анн', ['anna@demo.test']],
    ['елк', ['anna@demo.test']],
    ['ёлк', ['anna@demo.test']],
    ['emile', ['boris@demo.test']],
    ['all', ['all@demo.test']],
    ['demo.test', ['all@demo.test', 'anna@demo.test', 'boris@demo.test', 'clara@demo.test']],
    ['eva', []],
  ])('Thunderbird completes %s', async (text, expected) => {
    const client = await at.client('anna@demo.test');
    const options = { filter: thunderbird(text), attributes: thunderbirdAttributes, sizeLimit: 100 };
    const { searchEntries } = await client.search(BASE, options);
    expect(searchEntries.map(({ mail }) => String(mail)).toSorted()).toEqual(expected);
  });

  test('Thunderbird reads its attributes by the names it asked for', async () => {
    const client = await at.client('anna@demo.test');
    const options = { filter: thunderbird('anna'), attributes: thunderbirdAttributes };
    const { searchEntries } = await client.search(BASE, options);
    expect(searchEntries[0]).toMatchObject({
      cn: 'Анна Ёлкина',
      sn: 'Ёлкина',
      givenName: 'Анна',
      mail: 'anna@demo.test',
      xmozillanickname: 'anna',
      mozillaSecondEmail: 'office@demo.test',
      o: 'demo.test',
    });
  });

  test('macOS finds people and no groups', async () => {
    const client = await at.client('anna@demo.test');
    const { searchEntries } = await client.search(`ou=people,${BASE}`, { filter: macos('cla') });
    expect(searchEntries.map(({ mail }) => mail)).toEqual(['clara@demo.test']);
    expect((await client.search(BASE, { filter: macos('all') })).searchEntries).toEqual([]);
  });
});

describe('ldapjs', () => {
  test('binds, searches with the query of Outlook and an empty base, and leaves', async () => {
    const client = ldapjs.createClient({ url: [`ldap://${HOST}:${at.port}`] });
    await new Promise<void>((resolve, reject) => {
      client.bind('boris', PASSWORD, (error) => (error ? reject(error) : resolve()));
    });
    const found = await new Promise<string[]>((resolve, reject) => {
      const names: string[] = [];
      const options = {
        scope: 'sub' as const,
        filter: outlook('an'),
        attributes: ['mail', 'legacyExchangeDN'],
        sizeLimit: 10,
      };
      client.search('', options, (error, response) => {
        if (error) return reject(error);
        response.on('searchEntry', ({ pojo }) => void names.push(pojo.objectName));
        response.on('error', reject);
        response.on('end', () => resolve(names));
      });
    });
    expect(found).toEqual([`mail=anna@demo.test,ou=people,${BASE}`]);
    await new Promise<void>((resolve) => client.unbind(() => resolve()));
  });
});
