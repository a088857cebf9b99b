// admin.domain.*: list, create, delete.
import { adminDomain, answerAdmin, done, type DomainInfo, pageAfter, refused } from '@pochtar/bus';
import {
  createDomain,
  createName,
  deleteDomain,
  type Domain,
  findDomain,
  listDomains,
  type Scope,
} from '@pochtar/store/directory';
import { readSections } from '@pochtar/store/settings';
import { notFound, readAddress, readDomain } from '../addresses.ts';
import type { Context } from '../context.ts';

export function answerDomains(context: Context): { stop(): Promise<void> }[] {
  const { db } = context;
  return [
    answerAdmin(context, adminDomain.list, async ({ after }, { scope }) => {
      const domains = (await listDomains(db, scope)).map(infoOf);
      const { rows, next } = pageAfter(domains, ({ name }) => name, after);
      return done({ domains: rows, next });
    }),
    answerAdmin(context, adminDomain.create, (request) => create(context, request)),
    answerAdmin(context, adminDomain.delete, async ({ name }, asker) => remove(context, asker.scope, name)),
  ];
}

function infoOf({ createdAt, ...domain }: Domain): DomainInfo {
  return { ...domain, createdAt: createdAt.toISOString() };
}

async function create(context: Context, request: { name: string; postmaster?: string | undefined }) {
  const name = readDomain('name', request.name);
  if (!name.ok) return name;
  const postmaster = request.postmaster === undefined ? null : readAddress('postmaster', request.postmaster);
  if (postmaster?.ok === false) return postmaster;
  if ((await createDomain(context.db, name.key)) === null) {
    return refused(
      'exists',
      'name',
      `name: домен ${name.key} уже есть: выберите другое имя`,
      `name: the domain ${name.key} exists already: choose another name`,
    );
  }
  // RFC 5321 §4.5.1: every domain that takes mail has to take mail for postmaster.
  if (postmaster !== null && postmaster.key !== `postmaster@${name.key}`) {
    const address = `postmaster@${name.key}`;
    await createName(context.db, 'all', {
      kind: 'alias',
      address,
      domain: name.key,
      targets: [postmaster.key],
    });
  }
  context.announce.directory([]);
  const domain = await findDomain(context.db, 'all', name.key);
  return domain === null ? notFound('name', name.key) : done({ domain: infoOf(domain) });
}

async function remove(context: Context, scope: Scope, written: string) {
  const name = readDomain('name', written);
  if (!name.ok) return name;
  const [general] = await readSections(context.db, ['general']);
  const document: { defaultDomain?: unknown } | undefined = general?.document;
  if (document?.defaultDomain === name.key) {
    return refused(
      'inUse',
      'name',
      `домен ${name.key} — домен по умолчанию (general.defaultDomain): сначала выберите там другой`,
      `${name.key} is the default domain (general.defaultDomain): choose another one there first`,
    );
  }
  const outcome = await context.db.transaction((tx) => deleteDomain(tx, scope, name.key));
  if (outcome === 'notFound') return notFound('name', name.key);
  if (outcome === 'notEmpty') {
    return refused(
      'notEmpty',
      'name',
      `в домене ${name.key} есть ящики, псевдонимы, группы или внешние контакты: сначала удалите их`,
      `${name.key} has accounts, aliases, groups or external contacts: delete them first`,
    );
  }
  context.announce.directory([]);
  context.announce.administrators([]);
  return done({});
}
