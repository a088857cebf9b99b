// admin.dkim.*: list, create, import, check, activate, retire, remove.
import {
  adminDkim,
  type AdminReply,
  answerAdmin,
  type Asker,
  type DkimKeyInfo,
  done,
  pageAfter,
  refused,
} from '@pochtar/bus';
import { dkimSelector } from '@pochtar/settings';
import {
  addDkimKey,
  type DkimKey,
  findDkimKey,
  findDomain,
  listDkimKeys,
  removeDkimKey,
  retireDkimKey,
  type Scope,
} from '@pochtar/store/directory';
import { readSections } from '@pochtar/store/settings';
import { notFound, readDomain } from '../addresses.ts';
import type { Context, Refusal } from '../context.ts';
import { type KeyPair, makeKeyPair, readKeyPair } from '../dkim/key-pair.ts';
import { keyRecord, recordName } from '../dkim/key-record.ts';
import { activate, daysToKeep, lookForKey } from '../dkim/look-for-key.ts';
import type { LookUpOptions } from '../dns/lookup.ts';
import { storedSettings } from '../stored-settings.ts';

/** A domain has two that sign, and a few that come or go. */
const MAX_KEYS = 20;

type Changed = Promise<AdminReply<{ key: DkimKeyInfo }>>;

export function answerDkim(context: Context, dns: LookUpOptions): { stop(): Promise<void> }[] {
  const changing = (work: (key: DkimKey) => Promise<Refusal | null>) => change(context, work);
  return [
    answerAdmin(context, adminDkim.list, (request, { scope }) => list(context, request, scope)),
    answerAdmin(context, adminDkim.create, async (request, { scope }) =>
      add(context, request, scope, request.algorithm, () => makeKeyPair(request.algorithm)),
    ),
    answerAdmin(context, adminDkim.import, async (request, { scope }) => {
      const pair = readKeyPair(request.pem);
      return typeof pair === 'string'
        ? unreadable[pair]
        : add(context, request, scope, pair.algorithm, () => Promise.resolve(pair));
    }),
    answerAdmin(
      context,
      adminDkim.check,
      changing(async (key) => (await lookForKey(context, key, dns), null)),
    ),
    answerAdmin(context, adminDkim.activate, (request, asker) =>
      changing((key) => switchTo(context, key, dns, request.isForced))(request, asker),
    ),
    answerAdmin(
      context,
      adminDkim.retire,
      changing(async ({ id }) => (await retireDkimKey(context.db, id, await daysToKeep(context.db)), null)),
    ),
    answerAdmin(context, adminDkim.remove, (request, { scope }) => remove(context, request, scope)),
  ];
}

async function list(
  { db }: Context,
  { domain, after }: { domain?: string | undefined; after?: string | undefined },
  scope: Scope,
) {
  const name = domain === undefined ? null : readDomain('domain', domain);
  if (name?.ok === false) return name;
  if (name !== null && (await findDomain(db, scope, name.key)) === null) return notFound('domain', name.key);
  const keys = (await listDkimKeys(db, scope, name?.key ?? null)).map(infoOf);
  const { rows, next } = pageAfter(keys, ({ record }) => record.name, after);
  const { dkim } = storedSettings(new Map((await readSections(db, ['dkim'])).map((row) => [row.name, row])));
  return done({ keys: rows, isSigning: dkim.sign, next });
}

function infoOf(key: DkimKey): DkimKeyInfo {
  const { id: _, createdAt, checkedAt, activatedAt, keepUntil, ...facts } = key;
  return {
    ...facts,
    createdAt: createdAt.toISOString(),
    checkedAt: checkedAt?.toISOString() ?? null,
    activatedAt: activatedAt?.toISOString() ?? null,
    keepUntil: keepUntil?.toISOString() ?? null,
    record: keyRecord(key),
  };
}

async function add(
  context: Context,
  request: { domain: string; selector?: string | undefined; isAutomatic: boolean },
  scope: Scope,
  algorithm: DkimKey['algorithm'],
  pairOf: () => Promise<KeyPair>,
): Changed {
  const name = readDomain('domain', request.domain);
  if (!name.ok) return name;
  const { db } = context;
  const domain = await findDomain(db, scope, name.key);
  if (domain === null) return notFound('domain', name.key);
  const keys = await listDkimKeys(db, scope, domain.name);
  if (keys.length >= MAX_KEYS) return tooMany(domain.name);
  const selector = await selectorFor(context, request.selector, algorithm, keys);
  if (typeof selector !== 'string') return selector;
  const { isAutomatic } = request;
  const key = { domainId: domain.id, domain: domain.name, selector, isAutomatic, ...(await pairOf()) };
  if (!(await addDkimKey(db, context.key, key))) return taken(selector);
  return answerWith(context, domain.name, selector);
}

/** The one that is asked for, or the next free one that begins as the settings say. */
async function selectorFor(
  { db }: Context,
  written: string | undefined,
  algorithm: DkimKey['algorithm'],
  keys: readonly DkimKey[],
): Promise<string | Refusal> {
  const isTaken = (selector: string): boolean => keys.some((key) => key.selector === selector);
  if (written !== undefined) {
    const selector = dkimSelector(written);
    if (selector === undefined) return wrongSelector(written);
    return isTaken(selector) ? taken(selector) : selector;
  }
  const { dkim } = storedSettings(new Map((await readSections(db, ['dkim'])).map((row) => [row.name, row])));
  // A name in the DNS holds one key.
  const base = algorithm === 'rsa' ? dkim.selector : `${dkim.selector.slice(0, 50)}-ed25519`;
  for (let count = 1; ; count++) {
    const selector = count === 1 ? base : `${base.slice(0, 59)}-${count}`;
    if (!isTaken(selector)) return selector;
  }
}

function change(context: Context, work: (key: DkimKey) => Promise<Refusal | null>) {
  return async (request: { domain: string; selector: string }, { scope }: Asker): Changed => {
    const key = await find(context, request, scope);
    if ('ok' in key) return key;
    const refusal = await work(key);
    return refusal ?? answerWith(context, key.domain, key.selector);
  };
}

async function find(
  { db }: Context,
  request: { domain: string; selector: string },
  scope: Scope,
): Promise<DkimKey | Refusal> {
  const name = readDomain('domain', request.domain);
  if (!name.ok) return name;
  if ((await findDomain(db, scope, name.key)) === null) return notFound('domain', name.key);
  const key = await findDkimKey(db, scope, name.key, request.selector.trim().toLowerCase());
  return key ?? notFound('selector', request.selector);
}

/** The change is told, so that pages show it; whoever signs reads the keys for each mail. */
async function answerWith(context: Context, domain: string, selector: string): Changed {
  context.announce.directory([`postmaster@${domain}`]);
  const key = await findDkimKey(context.db, 'all', domain, selector);
  return key === null ? notFound('selector', selector) : done({ key: infoOf(key) });
}

async function switchTo(
  context: Context,
  key: DkimKey,
  dns: LookUpOptions,
  isForced: boolean,
): Promise<Refusal | null> {
  if (key.state === 'active') return null;
  const now = isForced ? key : await lookForKey(context, key, dns);
  if (!isForced && now?.found !== 'ok') return notPublished(recordName(key.selector, key.domain));
  await activate(context, key.id);
  return null;
}

async function remove(
  context: Context,
  request: { domain: string; selector: string; isForced: boolean },
  scope: Scope,
): Promise<AdminReply<object>> {
  const key = await find(context, request, scope);
  if ('ok' in key) return key;
  const isNeeded = key.keepUntil !== null && key.keepUntil > new Date();
  if (isNeeded && !request.isForced) return stillNeeded(key.selector, key.keepUntil as Date);
  if (key.state === 'active' || !(await removeDkimKey(context.db, key.id))) return inUse(key.selector);
  context.announce.directory([`postmaster@${key.domain}`]);
  return done({});
}

const unreadable: Readonly<Record<'encrypted' | 'unreadable' | 'unusable', Refusal>> = {
  encrypted: refused(
    'encrypted',
    'pem',
    'ключ закрыт паролем: снимите пароль (openssl pkey -in КЛЮЧ) и загрузите снова',
    'the key is locked by a password: take it off (openssl pkey -in KEY) and upload it again',
  ),
  unreadable: refused(
    'wrongFormat',
    'pem',
    'это не закрытый ключ в PEM: нужен файл, который начинается с -----BEGIN PRIVATE KEY----- или -----BEGIN RSA PRIVATE KEY-----',
    'this is no private key in PEM: give the file that begins with -----BEGIN PRIVATE KEY----- or -----BEGIN RSA PRIVATE KEY-----',
  ),
  unusable: refused(
    'wrongKind',
    'pem',
    'таким ключом почту не подписывают: нужен RSA от 1024 до 4096 бит или Ed25519',
    'mail is not signed with such a key: give RSA of 1024 to 4096 bits, or Ed25519',
  ),
};

function wrongSelector(written: string): Refusal {
  const shown = written.slice(0, 63);
  return refused(
    'wrongFormat',
    'selector',
    `«${shown}» не селектор: укажите латинские буквы, цифры, дефис и точки, например default`,
    `“${shown}” is no selector: give letters, digits, hyphens and dots, such as default`,
  );
}

function taken(selector: string): Refusal {
  return refused(
    'exists',
    'selector',
    `ключ с селектором ${selector} уже есть: выберите другой селектор`,
    `there is a key with the selector ${selector}: choose another one`,
  );
}

function tooMany(domain: string): Refusal {
  return refused(
    'tooMany',
    'domain',
    `у домена ${domain} уже ${MAX_KEYS} ключей: удалите отслужившие`,
    `${domain} has ${MAX_KEYS} keys already: remove those that have served`,
  );
}

function notPublished(name: string): Refusal {
  return refused(
    'notPublished',
    'selector',
    `записи ${name} с этим ключом в DNS нет: опубликуйте её, иначе подписи не пройдут проверку`,
    `the DNS has no record ${name} with this key: publish it, or signatures will not verify`,
  );
}

function inUse(selector: string): Refusal {
  return refused(
    'inUse',
    'selector',
    `ключом ${selector} подписывают: сначала выведите его из работы`,
    `the key ${selector} signs: retire it first`,
  );
}

function stillNeeded(selector: string, until: Date): Refusal {
  const day = until.toISOString().slice(0, 10);
  return refused(
    'stillNeeded',
    'selector',
    `письма, подписанные ключом ${selector}, могут быть в пути: удалите его после ${day}`,
    `mail signed with ${selector} may be under way: remove it after ${day}`,
  );
}
