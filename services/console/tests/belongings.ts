// What belongs to a domain: a mailbox, an alias, a group, an external contact, a mail at rest in the queue, one in the quarantine, and a token of its administrator.
import {
  addDkimKey,
  createAccount,
  createContact,
  createName,
  findDomain,
  listDkimKeys,
  removeDkimKey,
} from '@pochtar/store/directory';
import { acceptMails, keepMail } from '@pochtar/store/queue';
import { type Ground, newContent } from '@pochtar/testkit/ground';
import type { Visitor } from './running-console.ts';

export interface Belongings {
  domain: string;
  account: string;
  alias: string;
  group: string;
  /** Outside. */
  contact: string;
  /** At the step of a filter that nobody runs. */
  mail: string;
  /** In the quarantine. */
  held: string;
  token: number;
  /** Of a kind that nobody works on. */
  task: number;
  /** Of a key that nobody signs with. */
  selector: string;
}

let made = 0;
let mails = 0;

/** New ones of `domain`, which exists; `owner` is who makes the token. */
export async function makeBelongings(
  { db, blobs, masterKey }: Ground,
  domain: string,
  owner: Visitor,
): Promise<Belongings> {
  const count = ++made;
  const [account, alias, group] = ['box', 'alias', 'group'].map((kind) => `${kind}${count}@${domain}`) as [
    string,
    string,
    string,
  ];
  await createAccount(db, 'all', { address: account, domain, passwordHash: null, folders: [] });
  await createName(db, 'all', { kind: 'alias', address: alias, domain, targets: [account] });
  await createName(db, 'all', { kind: 'group', address: group, domain, targets: [account] });
  const contact = `contact${count}@of-${domain}`;
  await createContact(db, 'all', { domain, address: contact, displayName: '', contact: {} });
  const selector = `s${count}`;
  // A domain has room for few.
  for (const { id } of await listDkimKeys(db, 'all', domain)) await removeDkimKey(db, id);
  const { id: domainId = 0 } = (await findDomain(db, 'all', domain)) ?? {};
  await addDkimKey(db, masterKey, {
    ...{ domainId, domain, selector, algorithm: 'ed25519', bits: 256, isAutomatic: false },
    ...{ publicKey: `key ${count}`, privateKeyPem: 'none' },
  });
  const mail = await rest(db, blobs, account);
  const held = await rest(db, blobs, account);
  await keepMail(db, held, { filter: 'dlp' }, 'dlp: words');
  return {
    domain,
    account,
    alias,
    group,
    contact,
    mail,
    held,
    token: await token(owner),
    task: await task(db, owner),
    selector,
  };
}

async function rest(db: Ground['db'], blobs: Ground['blobs'], to: string): Promise<string> {
  const bytes = Buffer.from(`From: <x@far.test>\r\nTo: <${to}>\r\nSubject: rests\r\n\r\ntext\r\n`);
  // In the order in which they are made, before any that the server makes: a list of the oldest begins with the first ones.
  const id = `01900000-0000-7000-8000-${String(++mails).padStart(12, '0')}`;
  const content = await newContent(blobs, bytes, id);
  await acceptMails(db, [
    {
      ...{ id, content, acceptedAt: new Date(), reversePath: 'x@far.test', origin: 'incoming' },
      ...{
        protocol: 'ESMTP',
        slip: ['dlp'],
        step: 'dlp',
        settingsRevision: 1,
        recipients: [{ address: to }],
      },
    },
  ]);
  return id;
}

async function task(db: Ground['db'], owner: Visitor): Promise<number> {
  const { body } = await owner.call('GET', '/session');
  const { login, role } = body as { login: string; role: string };
  const [row] = await db.query<{ id: number }>({
    text: `insert into task.task (kind, input, items, total, author, role) values ('none', '{}', '{}', 1, $1, $2) returning id`,
    values: [`console:${login}`, role],
  });
  return row?.id ?? 0;
}

async function token(owner: Visitor): Promise<number> {
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const { body: who } = await owner.call('GET', '/session');
  const { role, domains } = who as { role: string; domains: string[] | null };
  const { body } = await owner.call('POST', '/tokens', { name: `t${made}`, role, domains, expiresAt });
  return (body as { token: { id: number } }).token.id;
}

/**
 * Everything that somebody could change for others, as one text; without what log-ins and uses leave behind, and without
 * notices, which the server sends.
 */
export async function stateOf({ db }: Ground): Promise<string> {
  const tables = ['account', 'address', 'contact', 'domain', 'administrator', 'token'].map(
    (name) => `directory.${name}`,
  );
  const all = [
    ...tables,
    'queue.mail',
    'queue.recipient',
    'settings.section',
    'settings.certificate',
    'settings.put_off_step',
    'directory.dkim_key',
    'queue.route',
  ];
  const uses = `'{last_used_at,last_used_address,last_login_at,last_login_address,step_at}'::text[]`;
  const notices = `select id from queue.mail where origin = 'system'`;
  const texts = all.map(
    (table) => `select '${table}' as place, (to_jsonb(t) - ${uses})::text as line from ${table} t
      where coalesce(to_jsonb(t) ->> 'mail_id', to_jsonb(t) ->> 'id') not in (select id::text from (${notices}) n)
        or to_jsonb(t) -> 'id' is null and to_jsonb(t) -> 'mail_id' is null`,
  );
  const rows = await db.query<{ place: string; line: string }>({
    text: `${texts.join(' union all ')} order by 1, 2`,
  });
  return rows.map(({ place, line }) => `${place} ${line}`).join('\n');
}
