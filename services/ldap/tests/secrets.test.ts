// What is a secret, or not for this viewer, is reached by no filter, no list of attributes, no base and no way of asking.
import fc from 'fast-check';
import type { Client } from 'ldapts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Filter } from '../src/protocol/filter.ts';
import { arbitraryFilter } from './arbitrary-filter.ts';
import { bindMessage, type ControlFields, message, searchMessage } from './encode-request.ts';
import { BASE, type Installation, PASSWORD, startInstallation } from './installation.ts';
import { RawClient } from './raw-client.ts';
import { requestTags } from '../src/protocol/operation-tags.ts';

let at: Installation;
let client: Client;

beforeAll(async () => {
  at = await startInstallation();
  client = await at.client('anna@demo.test');
});
afterAll(() => at[Symbol.asyncDispose]());

const people = `ou=people,${BASE}`;
const SECRETS = [
  ...['userPassword', 'password_hash', 'passwordHash', 'login_epoch', 'epoch', 'quota', 'id', 'domain'],
  ...['storedKey', 'serverKey', 'salt', 'foldedName', 'aliases', 'members', '__proto__', 'constructor'],
];
/** Hashes, people of another domain, who is switched off, and members that are nobody's here. */
const HIDDEN = ['argon2', 'eva@', 'dora@', 'stranger@', 'other.test'];

async function found(filter: string): Promise<string[]> {
  const { searchEntries } = await client.search(BASE, { filter, attributes: ['mail'] });
  return searchEntries.map(({ mail }) => String(mail));
}

test('an attribute that is a secret is there in no filter and no list', async () => {
  for (const secret of SECRETS) {
    for (const filter of [`(${secret}=*)`, `(!(${secret}=*))`, `(${secret}>=a)`, `(${secret}:2.5.13.5:=1)`]) {
      expect(await found(filter), filter).toEqual([]);
    }
  }
  const attributes = [...SECRETS, '*', '+', '@inetOrgPerson', 'userPassword;binary'];
  const { searchEntries } = await client.search(BASE, { attributes });
  expect(searchEntries.length).toBeGreaterThan(0);
  for (const word of HIDDEN) expect(JSON.stringify(searchEntries)).not.toContain(word);
});

test('the name of who may not be seen is that of nobody', async () => {
  const nobody = `mail=nobody@demo.test,${people}`;
  const bases = [
    `uid=dora,${people}`,
    `mail=eva@other.test,${people}`,
    `mail=stranger@remote.test,${people}`,
  ];
  using raw = await RawClient.open(at.port);
  raw.send(bindMessage(1, 'anna@demo.test', PASSWORD));
  await raw.resultOf(1);
  let id = 1;
  const told = async (octets: (id: number) => Buffer) => {
    raw.send(octets(++id));
    const { code, text, matchedDn } = await raw.resultOf(id);
    return { code, text, matchedDn };
  };
  const comparing = (name: string) => (number: number) =>
    message(number, (writer) => {
      writer.parts(requestTags.compare, () => {
        writer.string(name).sequence(() => void writer.string('objectClass').string('person'));
      });
    });
  const expected = await told((number) => searchMessage(number, { base: nobody }));
  expect(expected.code).toBe(32);
  for (const base of bases) {
    for (const scope of [0, 1, 2]) {
      expect(await told((number) => searchMessage(number, { base, scope })), base).toEqual(expected);
    }
    expect(await told(comparing(base))).toEqual(await told(comparing(nobody)));
  }
  expect(await found(`(member=mail=stranger@remote.test,${people})`)).toEqual([]);
});

const page: ControlFields = { oid: '1.2.840.113556.1.4.319', value: Buffer.from('300502010a0400', 'hex') };
const order: ControlFields = {
  oid: '1.2.840.113556.1.4.473',
  value: Buffer.from('3008300604046d61696c', 'hex'),
};
const attributeLists = fc.subarray([...SECRETS, '*', '+', 'mail', 'member', 'cn', 'entryDN', '1.1', 'name']);
const requests = fc.record({
  base: fc.constantFrom('', BASE, people, `ou=groups,${BASE}`, `uid=anna,${people}`, 'cn=subschema'),
  scope: fc.constantFrom(0, 1, 2),
  filter: arbitraryFilter,
  attributes: attributeLists,
  typesOnly: fc.boolean(),
  controls: fc.subarray([page, order]),
});

interface Answered {
  /** Everything that was sent, as text. */
  text: string;
  entries: number;
}

async function ask(raw: RawClient, id: number, request: { filter: Filter; controls: ControlFields[] }) {
  const { controls, ...fields } = request;
  raw.send(searchMessage(id, fields, controls));
  const answers = await raw.answersTo(id);
  raw.answers.length = 0;
  const text = JSON.stringify(
    answers.map(({ dn, attributes, code, text: said }) => [dn, attributes, code, said]),
  );
  return { text, entries: answers.length - 1 } satisfies Answered;
}

test('property: whatever is asked, as somebody or as nobody, what is hidden is in no answer', async () => {
  using anna = await RawClient.open(at.port);
  anna.send(bindMessage(1, 'anna@demo.test', PASSWORD));
  await anna.resultOf(1);
  using nobody = await RawClient.open(at.port);
  let id = 1;
  await fc.assert(
    fc.asyncProperty(requests, async (request) => {
      id++;
      const seen = await ask(anna, id, request);
      for (const word of HIDDEN) expect(seen.text).not.toContain(word);
      // RFC 4512 §5.1: the root is everybody's, and nothing else is.
      const { entries } = await ask(nobody, id, request);
      expect(entries).toBeLessThanOrEqual(request.base === '' && request.scope === 0 ? 1 : 0);
    }),
    { numRuns: 300, interruptAfterTimeLimit: 10_000 },
  );
});

test('property: who comes, goes and is renamed out of sight changes no answer', async () => {
  using anna = await RawClient.open(at.port);
  anna.send(bindMessage(1, 'anna@demo.test', PASSWORD));
  await anna.resultOf(1);
  const asked = fc.sample(requests, { numRuns: 150, seed: 77_523 });
  let id = 1;
  const answers = async (): Promise<string[]> => {
    const all: string[] = [];
    for (const request of asked) all.push((await ask(anna, ++id, request)).text);
    return all;
  };
  const before = await answers();
  await at.db.query({
    text: `update directory.account set display_name = 'Anna Иванова demo x', login_epoch = login_epoch + 1
      where address in ('eva@other.test', 'dora@demo.test')`,
  });
  await at.addPeople([
    { address: 'anna@other.test', displayName: 'Anna Ivanova' },
    { address: 'x@other.test', displayName: 'demo' },
  ]);
  expect(await answers()).toEqual(before);
});
