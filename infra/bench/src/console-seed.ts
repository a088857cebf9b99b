// A large installation, written past the mail path in few statements: what the console has to show pages of.
import type { Database } from '@pochtar/store/db';
import type { Instance } from './instance.ts';
import { openDatabaseOf, openDatabaseOfOwner } from './program-database.ts';

export interface SeedSizes {
  accounts: number;
  mails: number;
  /** Of both lists together. */
  entries: number;
}

const DOMAINS = 50;
/** Far sides that mail waits for. */
const DESTINATIONS = 2000;

/** Fills in the directory, the lists and the audit log as the settings process, the queue and the trace as delivery. */
export async function seedConsole(instance: Instance, sizes: SeedSizes): Promise<void> {
  await using settings = await openDatabaseOf(instance, 'settings');
  await seedDirectory(settings, sizes.accounts);
  await seedLists(settings, sizes.entries);
  await seedAudit(settings, sizes.accounts * 5);
  await using delivery = await openDatabaseOf(instance, 'delivery');
  await seedQueue(delivery, sizes.mails);
  await seedTrace(delivery, sizes.mails);
  await analyse(instance);
}

/** Clients that are shut out. */
export async function seedBans(instance: Instance, addresses: readonly string[]): Promise<void> {
  await using smtp = await openDatabaseOf(instance, 'smtp');
  await smtp.query({
    text: `insert into lists.login_failure (subject, failures, until)
      select 'address ' || address, 1000, now() + interval '1 hour' from unnest($1::text[]) address
      on conflict do nothing`,
    values: [addresses],
  });
}

async function seedDirectory(db: Database, accounts: number): Promise<void> {
  const run = (text: string, values: unknown[] = []) => db.query({ text, values });
  await run(
    `insert into directory.domain (name) select 'd' || n || '.bench.test' from generate_series(1, $1::int) n`,
    [DOMAINS],
  );
  await run(
    `with made as (
        insert into directory.account (domain_id, address, display_name, quota_bytes)
        select d.id, 'user' || n || '@' || d.name, 'User Number ' || n, 5000000000
        from generate_series(1, $1::int) n join directory.domain d on d.name = 'd' || (1 + n % $2::int) || '.bench.test'
        returning id, address, domain_id
      ), named as (
        insert into directory.address (address, domain_id, kind, account_id)
        select address, domain_id, 'account', id from made
      ), validity as (
        insert into store.uid_validity (account_id, last) select id, 1 from made
      )
      insert into store.mailbox (account_id, name, uid_validity, bytes, exists_count)
      select id, name, 1, id * 1000, 10 from made, unnest(array['INBOX', 'Sent', 'Drafts', 'Trash', 'Junk']) name`,
    [accounts, DOMAINS],
  );
  await run(
    `insert into directory.address (address, domain_id, kind, targets, name)
      select kind || n || '@' || d.name, d.id, kind, array(
          select 'user' || 1 + (n * 7 + k) % $1::int || '@d' || 1 + (1 + (n * 7 + k) % $1::int) % $2::int || '.bench.test'
          from generate_series(1, case kind when 'group' then 40 else 2 end) k),
        case kind when 'group' then 'Group ' || n else '' end
      from unnest(array['alias', 'group']) kind, generate_series(1, $1::int / 10) n
      join directory.domain d on d.name = 'd' || (1 + n % $2::int) || '.bench.test'`,
    [accounts, DOMAINS],
  );
}

async function seedLists(db: Database, entries: number): Promise<void> {
  await db.query({
    text: `with next as (update lists.access_state set revision = revision + 1 returning revision),
      listed as (select n, case when n % 10 = 0 then 'white' else 'black' end as list,
        (array['address', 'network', 'domain', 'mailbox'])[1 + n % 4] as kind from generate_series(1, $1::int) n)
      insert into lists.entry (list, kind, value, comment, author, revision)
      select list, kind, case kind when 'address' then '10.' || n / 250 % 250 || '.' || n % 250 || '.1'
          when 'network' then '172.16.' || n / 250 % 250 || '.' || n % 250 || '/32'
          when 'domain' then 'far' || n || '.test' else 'sender' || n || '@far.test' end,
        'entry ' || n, 'console:admin', revision from listed, next`,
    values: [entries],
  });
}

async function seedAudit(db: Database, entries: number): Promise<void> {
  await db.query({
    text: `insert into audit.entry (author, role, client_address, action, object, details, outcome)
      select 'console:admin' || n % 7, 'admin', '127.0.0.1',
        (array['account.create', 'account.update', 'settings.set', 'queue.retry', 'console.login'])[1 + n % 5],
        'user' || n || '@d1.bench.test', '{"displayName": "somebody"}', 'done'
      from generate_series(1, $1::int) n`,
    values: [entries],
  });
}

/** UUIDs of version 7 (RFC 9562 §5.7) of the time in `at`: the queue's order. */
const ID = `(lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0')
  || '8' || lpad(to_hex(n), 15, '0'))::uuid`;

/** Of a hundred mails 94 wait for a far side, three are held and three wait at a filter; nothing is due within the bench. */
async function seedQueue(db: Database, mails: number): Promise<void> {
  await db.query({
    text: `with planned as (
        select n, now() - (($1::int - n) * interval '3 days' / $1::int) as at, case n % 100 when 0 then 'parked'
          when 1 then 'parked' when 2 then 'parked' when 3 then 'held' when 4 then 'held' when 5 then 'held'
          else 'active' end as state
        from generate_series(1, $1::int) n
      ), mail as materialized (
        select ${ID} as id, gen_random_uuid() as content_id, * from planned
      ), content as (
        insert into store.content (id, pack_id, pack_offset, length, sha256, header_length, header, header_complete,
          envelope, body_structure, parts, texts_version)
        select content_id, gen_random_uuid(), 64, 4000, '\\x00', 200,
          convert_to('From: <load@far.test>' || E'\\r\\nSubject: waits ' || n || E'\\r\\n\\r\\n', 'UTF8'), true,
          '(NIL "x" NIL NIL NIL NIL NIL NIL NIL NIL)', '("text" "plain" NIL NIL NIL "7bit" 800 10 NIL NIL NIL NIL)', '[]', 1
        from mail
      ), recipient as (
        insert into queue.recipient (mail_id, address, route, destination, due_at, attempt, last_attempt_at, last_reply,
          delay_notified)
        select id, 'someone' || n || '-' || k || '@far' || (n + k) % $2::int || '.test',
          case state when 'active' then 'remote' else 'unrouted' end,
          case state when 'active' then 'far' || (n + k) % $2::int || '.test' end,
          case state when 'active' then now() + interval '1 day' + n * interval '1 second' end, 3, now(),
          '451 4.7.1 try again later', true
        from mail, generate_series(1, 1 + n % 2) k
      )
      insert into queue.mail (id, content_id, accepted_at, reverse_path, origin, client_address, helo, size, slip, step,
        step_at, state, due_at, reason, held_by)
      select id, content_id, at, 'user' || n % 10000 || '@d1.bench.test', 'submitted', '192.0.2.1', 'client.test', 4000,
        '{antivirus,dkim}', case state when 'active' then 'schedule' else 'antivirus' end, at, state,
        case state when 'parked' then now() + interval '1 day' end,
        case when state <> 'active' then 'waits' end, case state when 'held' then 'person' end
      from mail`,
    values: [mails, DESTINATIONS],
  });
}

async function seedTrace(db: Database, mails: number): Promise<void> {
  await db.query({
    text: `with planned as (select n, now() - (($1::int - n) * interval '30 days' / $1::int) as at
        from generate_series(1, $1::int) n)
      insert into trace.delivery (mail_id, recipient, ended_at, accepted_at, reverse_path, origin, client_address, size,
        outcome, detail, attempts)
      select ${ID}, 'user' || n % 10000 || '@d' || n % 50 || '.bench.test', at, at, 'sender' || n % 5000 || '@far.test',
        'incoming', '192.0.2.1', 4000, (array['delivered', 'relayed', 'bounced'])[1 + n % 3], 'INBOX', 1
      from planned`,
    values: [mails],
  });
  await db.query({
    text: `insert into trace.refusal (at, client_address, reverse_path, recipient, reply)
      select now() - n * interval '1 minute', '192.0.2.1', 'spam' || n || '@far.test', 'user' || n || '@d1.bench.test',
        '550 5.7.1 listed' from generate_series(1, $1::int) n`,
    values: [mails / 20],
  });
}

/** What Postgres would find out by itself within a minute. Only who owns the tables may tell it to. */
async function analyse(instance: Instance): Promise<void> {
  await using owner = await openDatabaseOfOwner(instance);
  const tables = ['directory.account', 'directory.address', 'store.mailbox', 'store.content'];
  tables.push(
    'queue.mail',
    'queue.recipient',
    'trace.delivery',
    'trace.refusal',
    'lists.entry',
    'audit.entry',
  );
  await owner.query({ text: `analyze ${tables.join(', ')}` });
}
