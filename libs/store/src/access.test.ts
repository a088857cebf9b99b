// Architecture §12: what each program's role may do in Postgres, and what it must not.
import { createTestDatabase, type TestDatabase } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase, sqlState } from './db.ts';

const INSUFFICIENT_PRIVILEGE = '42501';

let test: TestDatabase;
const open = new Map<string, Database>();

beforeAll(async () => {
  test = await createTestDatabase();
});

afterAll(async () => {
  for (const db of open.values()) await db[Symbol.asyncDispose]();
  await test[Symbol.asyncDispose]();
});

async function stateOf(role: string, text: string): Promise<string | null> {
  let db = open.get(role);
  if (db === undefined) {
    db = openDatabase({ url: test.url(role), password: test.password, max: 1 });
    open.set(role, db);
  }
  try {
    await db.query({ text });
    return null;
  } catch (error) {
    return sqlState(error);
  }
}

const read = (table: string): string => `select * from ${table} limit 1`;
const write = (table: string): string => `delete from ${table} where false`;
const insertKey = `insert into directory.scram_key (account_id, of_password, salt, iterations, stored_key, server_key)
  select id, '', '', 1, '', '' from directory.account where false`;
/** What is asked of an account when somebody logs in or is written to. */
const account = `select id, domain_id, address, display_name, password_hash, enabled, quota_bytes, login_epoch
  from directory.account limit 1`;
/** What an account says of itself. */
const selfMade = ['contact', 'hidden'].map((column) => `select ${column} from directory.account limit 1`);
const dkimKey = 'select key_ciphertext from directory.dkim_key limit 1';
const verdictOf = (filter: string): string =>
  `insert into queue.verdict (mail_id, filter, result) values (gen_random_uuid(), '${filter}', 'accept')`;

const allowed: Record<string, string[]> = {
  smtp: [
    ...[read('settings.section'), account, read('directory.address')],
    ...[read('lists.entry'), 'update lists.entry set hits = hits + 1, last_hit_at = now() where false'],
    ...[read('directory.scram_key'), insertKey],
    "insert into lists.dnsbl_refusal select 'z', '192.0.2.1', now(), now(), 1, '', '' where false",
    ...[write('lists.guarded_client'), write('lists.guarded_client_domain')],
  ],
  'filter-greylist': [write('lists.greylist'), write('lists.greylist_day'), read('settings.section')],
  'filter-dnsbl': [
    read('settings.section'),
    read('lists.entry'),
    read('lists.removed_entry'),
    write('lists.dnsbl_zone'),
  ],
  'filter-antivirus': [
    read('queue.mail'),
    read('queue.verdict'),
    read('store.content'),
    "update queue.mail set step = 'deliver', taken_alone = 1 where false",
    verdictOf('antivirus'),
  ],
  'filter-dkim': [read('directory.dkim_signing_key'), read('lists.guarded_client'), verdictOf('dkim')],
  'filter-dlp': [
    ...[read('dlp.rule'), read('dlp.fingerprint'), write('dlp.incident'), verdictOf('dlp')],
    'select name from directory.domain limit 1',
    "select queue.copy_for_auditor(gen_random_uuid(), gen_random_uuid(), 'audit@far.test')",
  ],
  delivery: [read('queue.recipient'), read('store.message'), write('queue.mail'), write('trace.traffic')],
  imap: [
    ...[read('store.message'), write('store.message'), account],
    ...[read('directory.scram_key'), insertKey],
  ],
  pop3: [account, read('store.message'), write('store.message'), read('directory.scram_key'), insertKey],
  ldap: [
    ...[read('directory.person'), read('directory.person_alias'), read('directory.distribution_group')],
    ...[read('directory.book_change'), read('settings.section'), read('directory.scram_readiness')],
    ...[read('directory.person_photo'), read('lists.guarded_client')],
  ],
  hooks: [
    ...[read('trace.delivery'), read('trace.refusal'), read('hook.hook'), write('hook.message')],
    read('hook.held_mail'),
  ],
  console: [write('console.session'), write('console.kept_answer')],
  settings: [
    write('settings.section'),
    ...[write('directory.account'), write('directory.account_photo')],
    ...[insertKey, write('directory.scram_key'), write('lists.login_failure')],
    write('directory.domain_dns'),
    'select id, public_key, state from directory.dkim_key limit 1',
    write('directory.dkim_key'),
    read('settings.secret'),
    write('settings.put_off_step'),
    write('lists.entry'),
    ...[read('lists.dnsbl_zone'), read('lists.dnsbl_refusal'), read('lists.guarded_client_domain')],
    'update lists.guarded_client set confirmed_at = now() where false',
    ...[write('dlp.rule'), write('dlp.document'), read('dlp.incident')],
    ...[
      'select id, url from hook.hook limit 1',
      write('hook.hook'),
      read('hook.sending'),
      read('hook.message'),
    ],
  ],
};

const denied: Record<string, string[]> = {
  smtp: [
    ...[write('lists.entry'), write('lists.dnsbl_refusal'), read('lists.dnsbl_zone')],
    // Keys that are there are settings' to change.
    "update directory.scram_key set stored_key = '' where false",
    ...[write('directory.scram_key'), write('lists.login_failure')],
    "update lists.entry set value = 'x' where false",
    'update lists.access_state set revision = 0 where false',
    read('store.mailbox'),
    read('store.message'),
    read('queue.mail'),
    read('queue.recipient'),
    'select header from store.content limit 1',
    write('queue.mail'),
    'update store.pack set volume_id = 1 where false',
    write('directory.account'),
    write('settings.section'),
    read('settings.secret'),
    read('settings.certificate'),
    read('trace.delivery'),
    read('trace.traffic'),
    read('queue.owed_notice'),
    read('directory.administrator'),
    read('directory.domain_dns'),
    read('directory.dkim_signing_key'),
    ...selfMade,
  ],
  'filter-dkim': [
    // Only those that sign.
    dkimKey,
    ...[read('lists.entry'), read('lists.guarded_client_domain')],
    read('directory.domain'),
    read('directory.account'),
    read('settings.secret'),
  ],
  'filter-antivirus': [read('directory.dkim_signing_key')],
  'filter-dlp': [
    ...[write('dlp.rule'), write('dlp.document'), write('dlp.fingerprint')],
    read('directory.dkim_signing_key'),
    verdictOf('antivirus'),
    "insert into queue.recipient (mail_id, address, route) values (gen_random_uuid(), 'a@b', 'unrouted')",
    'update queue.mail set content_id = id where false',
    "update queue.mail set released_filters = '{dlp}' where false",
    'update queue.mail set generation = 2 where false',
    "update queue.verdict set result = 'accept' where false",
    write('queue.verdict'),
    'update store.pack set volume_id = 1 where false',
    'update store.content set prefix = null where false',
    read('lists.greylist'),
    read('directory.account'),
    read('store.message'),
    read('store.mailbox'),
    write('queue.mail'),
    write('queue.recipient'),
    write('settings.section'),
    read('settings.secret'),
  ],
  'filter-dnsbl': [
    read('queue.mail'),
    read('queue.verdict'),
    read('store.content'),
    read('settings.volume_secret'),
    read('lists.greylist'),
    read('directory.address'),
  ],
  'filter-greylist': [
    read('queue.mail'),
    read('store.content'),
    read('settings.volume_secret'),
    read('directory.domain'),
  ],
  delivery: [
    read('directory.scram_key'),
    'select password_hash from directory.account limit 1',
    'update store.content set sha256 = null where false',
    write('store.message'),
    write('store.mailbox'),
    write('settings.section'),
    write('directory.address'),
    read('settings.secret'),
    read('settings.server_certificate'),
    read('directory.administrator'),
  ],
  imap: [
    read('queue.mail'),
    "update directory.scram_key set stored_key = '' where false",
    write('directory.scram_key'),
    read('queue.recipient'),
    read('queue.verdict'),
    write('directory.account'),
    write('settings.section'),
    read('settings.secret'),
    read('settings.certificate'),
    read('trace.delivery'),
    'update store.content set prefix = null where false',
    ...selfMade,
  ],
  pop3: [
    read('queue.mail'),
    ...selfMade,
    write('directory.account'),
    write('settings.section'),
    'update store.message set flags = 0 where false',
    write('store.mailbox'),
    read('settings.secret'),
  ],
  ldap: [
    write('directory.book_change'),
    "select directory.note_book_changes(array['a@demo.test'])",
    ...[read('directory.account'), read('directory.address'), read('directory.scram_key'), insertKey],
    ...[read('lists.login_failure'), write('lists.guarded_client')],
    read('store.message'),
    read('queue.mail'),
    read('settings.secret'),
  ],
  settings: [
    ...[read('queue.mail'), read('queue.recipient'), read('store.content'), read('trace.delivery')],
    // Whoever makes the keys of domains cannot read them back.
    ...[dkimKey, read('directory.dkim_signing_key')],
    "update directory.dkim_key set key_ciphertext = '' where false",
    ...['select secret from hook.hook limit 1', 'select previous_secret from hook.hook limit 1'],
    write('hook.message'),
  ],
  hooks: [
    ...[
      write('hook.hook'),
      "update hook.hook set url = '' where false",
      write('queue.mail'),
      write('trace.delivery'),
    ],
    ...['select header from store.content limit 1', read('queue.mail'), read('settings.section')],
    ...[
      'select password_hash from directory.account limit 1',
      read('settings.secret'),
      read('queue.verdict'),
    ],
  ],
  firewall: [read('directory.account'), read('store.message'), read('queue.mail'), write('settings.section')],
  ctl: [read('directory.account'), read('settings.section'), read('queue.mail'), read('store.message')],
  console: [
    ...[read('store.message'), read('queue.mail'), read('settings.secret')],
    read('settings.put_off_step'),
  ],
};

describe('a role in Postgres', () => {
  for (const [role, statements] of Object.entries(allowed)) {
    for (const statement of statements) {
      it(`${role} may: ${statement}`, async () => expect(await stateOf(role, statement)).toBeNull());
    }
  }
  for (const [role, statements] of Object.entries(denied)) {
    for (const statement of statements) {
      it(`${role} must not: ${statement}`, async () =>
        expect(await stateOf(role, statement)).toBe(INSUFFICIENT_PRIVILEGE));
    }
  }

  it('no program creates, drops or alters a table', async () => {
    for (const role of Object.keys(denied)) {
      expect(await stateOf(role, 'create table public.mine (id int)'), role).toBe(INSUFFICIENT_PRIVILEGE);
      expect(await stateOf(role, 'create table settings.mine (id int)'), role).toBe(INSUFFICIENT_PRIVILEGE);
      expect(await stateOf(role, 'drop table public.migration'), role).toBe(INSUFFICIENT_PRIVILEGE);
    }
  });
});
