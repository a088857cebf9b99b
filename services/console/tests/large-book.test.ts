// A book of ten thousand by CardDAV: sent while it is read, in little memory, and synced in a moment when little has changed.
import { createContact } from '@pochtar/store/directory';
import { createAccounts } from '@pochtar/testkit/ground';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORD, type RunningConsole, runConsole } from './running-console.ts';

const PEOPLE = 9999;
const book = `/carddav/${Buffer.from('anna@demo.test').toString('base64url')}/book/`;
let running: RunningConsole;

beforeAll(async () => {
  running = await runConsole();
  await createAccounts(running.ground.db, ['anna'], { password: PASSWORD });
  await running.ground.db.query({
    text: `insert into directory.contact (domain_id, address, display_name, contact)
      select d.id, 'p' || n || '@supplier.test', 'Пётр Сидоров ' || n,
        jsonb_build_object('organisation', 'ООО «Ромашка»', 'jobTitle', 'Инженер', 'workPhone', '+7 495 ' || n)
      from directory.domain d, generate_series(1, $1) n where d.name = 'demo.test'`,
    values: [PEOPLE - 1],
  });
});
afterAll(() => running[Symbol.asyncDispose]());

/** How many cards came, in how long, and what they took of memory at most. */
async function listed(method: string, body: string, headers: object) {
  const basic = Buffer.from(`anna@demo.test:${PASSWORD}`).toString('base64');
  const before = process.memoryUsage().rss;
  const began = performance.now();
  const cpu = process.cpuUsage();
  const response = await fetch(`${running.url}${book}`, {
    ...{ method, body, headers: { ...headers, 'content-type': 'text/xml', authorization: `Basic ${basic}` } },
  });
  expect(response.status).toBe(207);
  let [count, rest, most, bytes, token] = [0, '', 0, 0, ''];
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).length;
    const text = rest + Buffer.from(chunk as Uint8Array).toString('latin1');
    count += text.split('</D:response>').length - 1;
    token = /<D:sync-token>([^<]+)/.exec(text)?.[1] ?? token;
    rest = text.slice(-400).replaceAll('</D:response>', '');
    most = Math.max(most, process.memoryUsage().rss - before);
  }
  const { user, system } = process.cpuUsage(cpu);
  const said = { ms: performance.now() - began, cpuMs: (user + system) / 1000, mib: most / 2 ** 20, bytes };
  console.info(method, body.slice(0, 60), said);
  return { count, token, ...said };
}

const sync = (token: string) =>
  `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`;

test('a listing, all cards and a sync of ten thousand', async () => {
  await listed('REPORT', sync(''), {});
  const listing = await listed('PROPFIND', '', { depth: '1' });
  expect(listing.count).toBe(PEOPLE + 1);
  const query =
    '<C:addressbook-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><D:prop><C:address-data/></D:prop></C:addressbook-query>';
  const cards = await listed('REPORT', query, {});
  expect(cards.count).toBe(PEOPLE);
  const first = await listed('REPORT', sync(''), {});
  expect(first.count).toBe(PEOPLE);
  const name = { domain: 'demo.test', address: 'new@supplier.test' };
  await createContact(running.ground.db, 'all', { ...name, displayName: '', contact: {} });
  const second = await listed('REPORT', sync(first.token), {});
  expect(second.count).toBe(1);
  for (const { mib, cpuMs } of [listing, cards, first, second]) {
    expect(mib).toBeLessThan(100);
    expect(cpuMs).toBeLessThan(15_000);
  }
});
