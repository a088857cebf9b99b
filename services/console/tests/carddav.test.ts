// CardDAV: what telephones and mail programs ask on their way to the address book, what they may see of it, and what is refused.
import {
  createAccount,
  createContact,
  createDomain,
  deleteContact,
  hashPassword,
  setPhoto,
  updateAccount,
} from '@pochtar/store/directory';
import { eventually, smallJpeg } from '@pochtar/testkit';
import { createAccounts } from '@pochtar/testkit/ground';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PASSWORD, type RunningConsole, runConsole } from './running-console.ts';

let running: RunningConsole;
let book: string;

beforeAll(async () => {
  running = await runConsole();
  const { db } = running.ground;
  await createDomain(db, 'other.test');
  await createAccounts(db, ['anna', 'boris', 'secret'], { password: PASSWORD });
  const eva = { address: 'eva@other.test', domain: 'other.test', folders: [] };
  await createAccount(db, 'all', { ...eva, passwordHash: await hashPassword(PASSWORD) });
  const contact = { surname: 'Ёлкина', givenName: 'Анна', workPhone: '+7 495 123-45-67, доб. 12' };
  await updateAccount(db, 'all', 'anna@demo.test', { displayName: 'Анна Ёлкина', contact });
  await updateAccount(db, 'all', 'secret@demo.test', { isHidden: true });
  await setPhoto(db, 'all', 'anna@demo.test', {
    ...{ jpeg: Buffer.from(smallJpeg, 'base64'), width: 3, height: 2 },
  });
  const supplier = { domain: 'demo.test', address: 'petr@supplier.test', displayName: 'Пётр' };
  await createContact(db, 'all', { ...supplier, contact: { organisation: 'Supplier' } });
  book = `/carddav/${Buffer.from('anna@demo.test').toString('base64url')}/book/`;
});
afterAll(() => running[Symbol.asyncDispose]());

interface Got {
  status: number;
  headers: Headers;
  text: string;
}

async function ask(
  method: string,
  path: string,
  { body, as = 'anna@demo.test', headers = {} }: { body?: string; as?: string | null; headers?: object } = {},
): Promise<Got> {
  const basic = as === null ? {} : { authorization: basicOf(as, PASSWORD) };
  const response = await fetch(`${running.url}${path}`, {
    ...{ method, redirect: 'manual', headers: { 'content-type': 'text/xml', ...basic, ...headers } },
    ...(body !== undefined && { body }),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function basicOf(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

const propfind = (...properties: string[]) =>
  `<?xml version="1.0" encoding="utf-8"?><A:propfind xmlns:A="DAV:" xmlns:B="urn:ietf:params:xml:ns:carddav" xmlns:CS="http://calendarserver.org/ns/"><A:prop>${properties.map((one) => `<${one}/>`).join('')}</A:prop></A:propfind>`;
const hrefsOf = ({ text }: Got): string[] =>
  [...text.matchAll(/<D:response><D:href>([^<]+)<\/D:href>/g)].map(([, path = '']) => path);
const tokenOf = ({ text }: Got): string => /<D:sync-token>([^<]+)</.exec(text)?.[1] ?? '';
const sync = (token: string, more = '') =>
  `<sync-collection xmlns="DAV:"><sync-token>${token}</sync-token><sync-level>1</sync-level>${more}<prop><getetag/></prop></sync-collection>`;
const namesOf = ({ text }: Got): string[] =>
  [...text.matchAll(/FN:([^\n\r&]+)/g)].map(([, name = '']) => name).toSorted();
const query = (filter: string, more = '') =>
  `<C:addressbook-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><D:prop><D:getetag/><C:address-data/></D:prop>${filter}${more}</C:addressbook-query>`;
const match = (property: string, text: string, more = '') =>
  `<C:filter><C:prop-filter name="${property}"><C:text-match ${more}>${text}</C:text-match></C:prop-filter></C:filter>`;

describe('a client that knows the host alone', () => {
  test('iOS and macOS: is led from the well-known place to the principal, its home and the book', async () => {
    const start = await ask('PROPFIND', '/.well-known/carddav', {
      as: null,
      body: propfind('A:current-user-principal'),
    });
    expect([start.status, start.headers.get('location')]).toEqual([301, '/carddav/']);
    const anonymous = await ask('PROPFIND', '/carddav/', { as: null, headers: { depth: '0' } });
    expect([anonymous.status, anonymous.headers.get('www-authenticate')]).toEqual([
      401,
      'Basic realm="Pochtar", charset="UTF-8"',
    ]);
    const asked = propfind('A:current-user-principal', 'A:principal-URL', 'A:resourcetype');
    const root = await ask('PROPFIND', '/carddav/', { headers: { depth: '0' }, body: asked });
    expect(root.status).toBe(207);
    const principal = /<D:current-user-principal><D:href>([^<]+)</.exec(root.text)?.[1] ?? '';
    expect(root.text).toContain('<D:prop><D:principal-URL/></D:prop><D:status>HTTP/1.1 404');
    const options = await ask('OPTIONS', principal, { as: null });
    expect([options.status, options.headers.get('dav')]).toEqual([200, '1, 3, addressbook']);
    const home = await ask('PROPFIND', principal, {
      ...{
        headers: { depth: '0' },
        body: propfind('B:addressbook-home-set', 'B:directory-gateway', 'A:displayname'),
      },
    });
    expect(home.text).toContain(
      `<C:addressbook-home-set><D:href>${principal}</D:href></C:addressbook-home-set>`,
    );
    const below = await ask('PROPFIND', principal, {
      ...{
        headers: { depth: '1' },
        body: propfind('A:resourcetype', 'A:current-user-privilege-set', 'CS:getctag'),
      },
    });
    expect(hrefsOf(below)).toEqual([principal, book]);
    expect(below.text).toContain('<D:resourcetype><D:collection/><C:addressbook/></D:resourcetype>');
    expect(below.text).not.toMatch(/<D:write|<D:bind|<D:all\/>/);
  });

  test('Thunderbird: finds the book with its name and what may be done with it', async () => {
    const asked = propfind(
      'A:resourcetype',
      'A:displayname',
      'A:current-user-privilege-set',
      'A:supported-report-set',
    );
    const { text } = await ask('PROPFIND', book, { headers: { depth: '0' }, body: asked });
    expect(text).toContain('<D:displayname>demo.test</D:displayname>');
    for (const report of ['C:addressbook-query', 'C:addressbook-multiget', 'D:sync-collection']) {
      expect(text).toContain(`<D:supported-report><D:report><${report}/></D:report></D:supported-report>`);
    }
  });
});

describe('DAVx5 and iOS', () => {
  test('sync by tokens: all at first, then what changed and who is gone, and nothing in vain', async () => {
    const { db } = running.ground;
    const first = await ask('REPORT', book, { body: sync('') });
    expect(hrefsOf(first)).toHaveLength(3);
    const token = tokenOf(first);
    await eventually(async () =>
      expect(hrefsOf(await ask('REPORT', book, { body: sync(token) }))).toEqual([]),
    );
    const name = { domain: 'demo.test', address: 'gone@supplier.test' };
    await createContact(db, 'all', { ...name, displayName: 'Gone', contact: {} });
    await updateAccount(db, 'all', 'boris@demo.test', { displayName: 'Boris' });
    const second = await ask('REPORT', book, { body: sync(token) });
    expect(hrefsOf(second)).toHaveLength(2);
    expect(second.text).not.toContain('404');
    await deleteContact(db, 'all', name);
    await updateAccount(db, 'all', 'boris@demo.test', { isHidden: true });
    const third = await ask('REPORT', book, { body: sync(tokenOf(second)) });
    expect(third.text.match(/<D:status>HTTP\/1\.1 404 Not Found/g)).toHaveLength(2);
    expect(new Set(hrefsOf(third))).toEqual(new Set(hrefsOf(second)));
    await updateAccount(db, 'all', 'boris@demo.test', { isHidden: false });
  });

  test('a token of another view, or of nobody, asks for all anew; a limit that is too low is refused', async () => {
    const token = tokenOf(await ask('REPORT', book, { body: sync('') }));
    for (const wrong of ['urn:x', token.replace('demo.test', 'other.test'), `${token}999999999999`]) {
      const { status, text } = await ask('REPORT', book, { body: sync(wrong) });
      expect([status, text.includes('<D:valid-sync-token/>')]).toEqual([403, true]);
    }
    const limited = await ask('REPORT', book, { body: sync('', '<limit><nresults>1</nresults></limit>') });
    expect([limited.status, limited.text.includes('number-of-matches-within-limits')]).toEqual([507, true]);
  });

  test('nobody learns from a list of changes who is hidden or of another domain', async () => {
    const { db } = running.ground;
    const token = tokenOf(await ask('REPORT', book, { body: sync('') }));
    await updateAccount(db, 'all', 'secret@demo.test', { displayName: 'Changed' });
    await updateAccount(db, 'all', 'eva@other.test', { displayName: 'Changed' });
    const told = await ask('REPORT', book, { body: sync(token) });
    for (const word of ['secret', 'eva', Buffer.from('secret@').toString('base64url'), 'Changed']) {
      expect(told.text).not.toContain(word);
    }
    expect(hrefsOf(told)).toHaveLength(1);
  });

  test('fetch cards by name, photos and all, in the version that they ask for; what is not there is told', async () => {
    const cards = hrefsOf(await ask('PROPFIND', book, { headers: { depth: '1' } })).filter(
      (one) => one !== book,
    );
    const multiget = (version: string) =>
      `<C:addressbook-multiget xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><D:prop><D:getetag/><C:address-data content-type="text/vcard" version="${version}"/></D:prop>${[...cards, `${book}x.vcf`, '/elsewhere'].map((one) => `<D:href>${one}</D:href>`).join('')}</C:addressbook-multiget>`;
    const old = await ask('REPORT', book, { body: multiget('3.0') });
    expect(old.text).toContain('VERSION:3.0');
    expect(old.text).toContain('PHOTO;ENCODING=b;TYPE=JPEG:');
    expect(old.text.match(/404 Not Found/g)).toHaveLength(2);
    const fresh = await ask('REPORT', book, { body: multiget('4.0') });
    expect(fresh.text).toContain('VERSION:4.0');
    expect(namesOf(fresh)).toContain('Анна Ёлкина');
    const [one = ''] = cards;
    const card = await ask('GET', one);
    expect(card.headers.get('content-type')).toBe('text/vcard; charset=utf-8; version=3.0');
    const etag = card.headers.get('etag') ?? '';
    expect((await ask('GET', one, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await ask('GET', one, { headers: { accept: 'text/vcard; version=4.0' } })).text).toContain(
      'VERSION:4.0',
    );
    expect((await ask('HEAD', one)).headers.get('etag')).toBe(etag);
  });
});

describe('RFC 6352 §8.6: addressbook-query', () => {
  test.each([
    [match('FN', 'ёлк'), ['Анна Ёлкина']],
    [match('EMAIL', 'SUPPLIER', 'match-type="contains"'), ['Пётр']],
    [match('EMAIL', 'petr@', 'match-type="starts-with"'), ['Пётр']],
    [match('EMAIL', 'supplier.test', 'match-type="ends-with"'), ['Пётр']],
    [match('FN', 'пётр', 'match-type="equals"'), ['Пётр']],
    [match('FN', 'пётр', 'collation="i;octet"'), []],
    [match('ORG', 'supp'), ['Пётр']],
    ['<C:filter><C:prop-filter name="TEL"/></C:filter>', ['Анна Ёлкина']],
    ['<C:filter><C:prop-filter name="NICKNAME"/></C:filter>', []],
    [
      '<C:filter test="allof"><C:prop-filter name="TEL"><C:is-not-defined/></C:prop-filter><C:prop-filter name="ORG"/></C:filter>',
      ['Пётр'],
    ],
  ])('%s', async (filter, expected) => {
    expect(namesOf(await ask('REPORT', book, { body: query(filter) }))).toEqual(expected);
  });

  test('says where it was cut off, and refuses by name what is not done', async () => {
    const cut = await ask('REPORT', book, {
      body: query('', '<C:limit><C:nresults>1</C:nresults></C:limit>'),
    });
    expect([namesOf(cut).length, cut.text.includes('507 Insufficient Storage')]).toEqual([1, true]);
    const collation = await ask('REPORT', book, { body: query(match('FN', 'x', 'collation="i;klingon"')) });
    expect([collation.status, collation.text.includes('<C:supported-collation/>')]).toEqual([403, true]);
    const parameter =
      '<C:filter><C:prop-filter name="TEL"><C:param-filter name="TYPE"/></C:prop-filter></C:filter>';
    const refused = await ask('REPORT', book, { body: query(parameter) });
    expect([refused.status, refused.text.includes('<C:supported-filter/>')]).toEqual([403, true]);
    const other = await ask('REPORT', book, { body: '<x:y xmlns:x="z"/>' });
    expect([other.status, other.text.includes('<D:supported-report/>')]).toEqual([403, true]);
  });
});

describe('who may see what', () => {
  test('those of the own domain, and everybody where the setting says so, groups as it says', async () => {
    const all = query('');
    expect(namesOf(await ask('REPORT', book, { body: all }))).not.toContain('eva@other.test');
    await running.ground.set({ addressBook: { visibility: 'all' } });
    await eventually(async () => {
      const text = (await ask('REPORT', book, { body: all })).text;
      expect(text).toContain('eva@other.test');
      expect(text).not.toContain('secret@demo.test');
    });
    await running.ground.set({ addressBook: { visibility: 'ownDomain' } });
  });

  test('a book of somebody else is not there, and whoever is hidden has one like everybody', async () => {
    expect((await ask('PROPFIND', book, { as: 'boris@demo.test', headers: { depth: '0' } })).status).toBe(
      404,
    );
    const own = `/carddav/${Buffer.from('secret@demo.test').toString('base64url')}/book/`;
    const seen = await ask('REPORT', own, { as: 'secret@demo.test', body: query('') });
    expect(namesOf(seen)).toContain('Анна Ёлкина');
    expect(seen.text).not.toContain('secret@demo.test');
  });

  test('without a log-in there is a book where the setting has one', async () => {
    const open = '/carddav/public/book/';
    expect((await ask('PROPFIND', open, { as: null, headers: { depth: '1' } })).status).toBe(404);
    await running.ground.set({
      ...{ addressBook: { access: 'localNetworks' }, general: { defaultDomain: 'demo.test' } },
    });
    await eventually(async () => {
      const seen = await ask('REPORT', open, { as: null, body: query('') });
      expect([seen.status, namesOf(seen).includes('Анна Ёлкина')]).toEqual([207, true]);
    });
    await running.ground.set({ addressBook: { access: 'login' } });
  });

  test('the switch of the address book takes it away and brings it back', async () => {
    await running.ground.set({ addressBook: { enabled: false } });
    await eventually(async () =>
      expect((await ask('PROPFIND', book, { headers: { depth: '0' } })).status).toBe(404),
    );
    expect((await ask('GET', '/.well-known/carddav')).status).toBe(404);
    await running.ground.set({ addressBook: { enabled: true } });
    await eventually(async () =>
      expect((await ask('PROPFIND', book, { headers: { depth: '0' } })).status).toBe(207),
    );
  });

  test('a password that is another one now ends what was known of the old one', async () => {
    await createAccounts(running.ground.db, ['clara'], { password: PASSWORD });
    const own = `/carddav/${Buffer.from('clara@demo.test').toString('base64url')}/`;
    const look = () => ask('PROPFIND', own, { as: 'clara@demo.test', headers: { depth: '0' } });
    expect((await look()).status).toBe(207);
    await updateAccount(running.ground.db, 'all', 'clara@demo.test', { isEnabled: false });
    expect((await look()).status).toBe(401);
  });
});

describe('what is refused', () => {
  test.each(['PUT', 'DELETE', 'PROPPATCH', 'MKCOL', 'MOVE', 'POST'])(
    'RFC 3744 §7.1.1: %s, and why',
    async (method) => {
      const { status, text } = await ask(method, `${book}x.vcf`, method === 'DELETE' ? {} : { body: 'x' });
      expect([status, text]).toEqual([403, expect.stringContaining('<D:need-privileges>')]);
    },
  );

  test.each([
    ['a document type', '<!DOCTYPE x [<!ENTITY a "b">]><propfind xmlns="DAV:"><allprop/></propfind>'],
    ['an entity that nobody declared', '<propfind xmlns="DAV:">&lol;</propfind>'],
    ['depth', '<a>'.repeat(5000)],
    ['more elements than anybody needs', `<a>${'<b/>'.repeat(40_000)}</a>`],
    ['no XML', '<propfind'],
    ['two documents', '<a/><b/>'],
  ])('%s', async (_, body) => {
    expect((await ask('PROPFIND', book, { headers: { depth: '0' }, body })).status).toBe(400);
  });

  test('what is too large, and everything below at once', async () => {
    const large = await ask('REPORT', book, { body: `<a>${' '.repeat(3 * 1024 * 1024)}</a>` });
    expect(large.status).toBe(413);
    const { status, text } = await ask('PROPFIND', book);
    expect([status, text.includes('<D:propfind-finite-depth/>')]).toEqual([403, true]);
  });

  test('a wrong password, at the pace and with the count of all log-ins', async () => {
    const wrong = { headers: { authorization: basicOf('anna@demo.test', 'wrong'), depth: '0' }, as: null };
    const began = performance.now();
    expect((await ask('PROPFIND', '/carddav/', wrong)).status).toBe(401);
    expect(performance.now() - began).toBeGreaterThan(900);
  });
});
