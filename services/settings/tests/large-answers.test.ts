// Answers that would not fit into one message of the bus (1 MiB): each ends where the message is full and goes on, or says
// what is left out. With as much as an installation can really have.
import {
  adminAdministrator,
  adminAudit,
  adminDomain,
  adminGroup,
  adminLists,
  adminSettings,
  askAdmin,
  type AdminQuestion,
  askWhole,
  type Bus,
  wholeServer,
} from '@pochtar/bus';
import type { Database } from '@pochtar/store/db';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Running, runService } from './running-service.ts';

let service: Running;
let db: Database;
let bus: Bus;
let ask: Running['get'];
const root = wholeServer('test');

beforeAll(async () => {
  service = await runService();
  ({ db, bus } = service);
  ask = service.get.bind(service);
  await ask(adminDomain.create, { name: 'demo.test' });
});
afterAll(() => service[Symbol.asyncDispose]());

async function whole<Request extends { after?: string | undefined }, Result extends { next: string | null }>(
  question: AdminQuestion<Request, Result, { after?: string | undefined }>,
): Promise<Result> {
  const reply = await askWhole(bus, question, root, {});
  if (!reply.ok) throw new Error(reply.error.message.en);
  return reply.result;
}

test('10,000 domains come in pages, and whole to who asks until there are no more', async () => {
  await db.query({
    text: `insert into directory.domain (name)
      select 'd' || lpad(n::text, 6, '0') || '.' || repeat('x', 50) || '.test' from generate_series(1, 10000) n`,
  });
  const first = await ask(adminDomain.list, {});
  expect(first.next).toBe(first.domains.at(-1)?.name);
  expect(first.domains.length).toBeLessThan(10_000);
  const { domains, next } = await whole(adminDomain.list);
  expect(next).toBeNull();
  const names = domains.map(({ name }) => name).filter((name) => name.endsWith('x.test'));
  expect(new Set(names).size).toBe(10_000);
});

test('a group of 20,000 members shows the first 1,000 and their number; all of them come in pages', async () => {
  const member = `'member' || lpad(n::text, 6, '0') || '@' || repeat('x', 60) || '.test'`;
  await db.query({
    text: `insert into directory.address (address, domain_id, kind, name, targets)
      select 'large' || g || '@demo.test', d.id, 'group', 'large', array(select ${member} from generate_series(1, 20000) n)
      from directory.domain d, generate_series(1, 20) g where d.name = 'demo.test'`,
  });
  const { groups, next } = await ask(adminGroup.list, { search: 'large', limit: 20 });
  expect(groups[0]).toMatchObject({ memberCount: 20_000 });
  expect(groups[0]?.members).toHaveLength(1000);
  // Each is 80 kB: the page ends early, and goes on.
  expect(groups.length).toBeLessThan(20);
  expect(next).toBe(groups.at(-1)?.address);
  const reply = await askWhole(bus, adminGroup.members, root, { address: 'large1@demo.test', limit: 1000 });
  expect(reply).toMatchObject({ ok: true, result: { total: 20_000, next: null } });
  expect(reply.ok && new Set(reply.result.members).size).toBe(20_000);
});

test('settings of two sections that fill a message each come one after the other', async () => {
  const fill = (name: string, field: string) =>
    db.query({
      text: `update settings.section set document = jsonb_set(document, array[$2::text], to_jsonb(repeat('x', 600000)))
        where name = $1`,
      values: [name, field],
    });
  const [before] = await db.query<{ documents: unknown }>({
    text: 'select jsonb_object_agg(name, document) as documents from settings.section',
  });
  await fill('general', 'heloName');
  await fill('relay', 'host');
  const first = await ask(adminSettings.get, {});
  expect(first.next).not.toBeNull();
  const { sections, next } = await whole(adminSettings.get);
  expect(next).toBeNull();
  const names = sections.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['general', 'relay', 'limits']));
  expect(new Set(names).size).toBe(names.length);
  await db.query({
    text: 'update settings.section set document = ($1::jsonb)->name',
    values: [JSON.stringify(before?.documents)],
  });
});

test('administrators of a thousand domains each come in pages', async () => {
  await db.query({
    text: `insert into directory.administrator (login, password_hash, role, domain_ids)
      select 'of-many-' || n, 'x', 'domainAdmin', array(select id from directory.domain order by id limit 1000)
      from generate_series(1, 40) n`,
  });
  const first = await ask(adminAdministrator.list, {});
  expect(first.next).not.toBeNull();
  const { administrators, next } = await whole(adminAdministrator.list);
  expect(next).toBeNull();
  expect(administrators.filter(({ login }) => login.startsWith('of-many-'))).toHaveLength(40);
});

test('the audit log tells of a change of a thousand addresses by its beginning', async () => {
  await db.query({
    text: `insert into audit.entry (author, role, action, object, details, outcome)
      select 'console:many', 'admin', 'group.create', 'g' || n, jsonb_build_object('members',
        (select jsonb_agg('member' || m || '@' || repeat('x', 60) || '.test') from generate_series(1, 1000) m),
        'comment', repeat('x', 3000)), 'done'
      from generate_series(1, 200) n`,
  });
  const { entries, next } = await ask(adminAudit.list, { author: 'console:many', limit: 200 });
  const [newest] = entries as unknown as [{ details: { members: string[]; comment: string } }];
  const { members, comment } = newest.details;
  expect([members.length, members.at(-1)]).toEqual([51, '… +950']);
  expect(comment).toHaveLength(501);
  expect(entries.length).toBeGreaterThan(50);
  expect(next).toBe(entries.at(-1)?.id);
});

test('entries that refer to 200 named networks of 256 addresses come in pages, and are removed at once', async () => {
  await db.query({
    text: `with network as (
        insert into lists.network (name, key, addresses, author, revision)
        select 'net' || n, 'net' || n, array(select '2001:db8:1234:5678:9abc:def0:' || n || ':' || a
          from generate_series(1, 256) a), 'test', 1 from generate_series(1, 200) n returning id, key)
      insert into lists.entry (list, kind, value, network_id, author, revision)
      select 'black', 'namedNetwork', 'network:' || key, id, 'test', 1 from network`,
  });
  const { entries, next, total } = await ask(adminLists.list, { list: 'black', limit: 200 });
  expect(total.value).toBe(200);
  expect(entries.length).toBeLessThan(200);
  const rest = await ask(adminLists.list, { list: 'black', limit: 200, after: next as string });
  expect(rest.entries[0]?.value).not.toBe(entries.at(-1)?.value);
  const values = Array.from({ length: 200 }, (_, index) => `network:net${index + 1}`);
  const { removed } = await ask(adminLists.remove, { list: 'black', values });
  expect(removed).toHaveLength(200);
});

test('a question that is larger than a message is refused at once and says so', async () => {
  const yaml = 'x: "\\""\n'.repeat(120_000).slice(0, 899_000);
  const reply = await askAdmin(bus, adminSettings.import, root, { yaml });
  expect(reply).toMatchObject({ ok: false, error: { code: 'tooLarge' } });
});
