// admin.alias.* and admin.group.*: list, create, update, delete.
import {
  adminAlias,
  adminGroup,
  type AliasInfo,
  answerAdmin,
  done,
  type GroupInfo,
  pageOf,
  refused,
} from '@pochtar/bus';
import {
  createName,
  deleteName,
  type DirectoryName,
  findName,
  listMembers,
  listNames,
  type NameChange,
  type NameKind,
  type Scope,
  updateName,
} from '@pochtar/store/directory';
import { addressTaken, noDomain, notFound, readAddress, readAddresses } from '../addresses.ts';
import type { Context, Refusal } from '../context.ts';
import { endOf, readPage } from '../page.ts';

export function answerNames(context: Context): { stop(): Promise<void> }[] {
  return [...answerAliases(context), ...answerGroups(context)];
}

function answerAliases(context: Context): { stop(): Promise<void> }[] {
  const { db } = context;
  return [
    answerAdmin(context, adminAlias.list, async (request, { scope }) => {
      const page = await readPage(context, request, scope);
      if (!page.ok) return page;
      const { rows, next } = endOf((await listNames(db, 'alias', page.page)).map(aliasOf), request.limit);
      return done({ aliases: rows, next });
    }),
    answerAdmin(context, adminAlias.create, async ({ address, targets }, { scope }) => {
      const row = await create(context, scope, 'alias', { address, targets, field: 'targets' });
      return row.ok ? done({ alias: aliasOf(row.row) }) : row;
    }),
    answerAdmin(context, adminAlias.update, async ({ address, targets }, { scope }) => {
      const read = readAddresses('targets', targets);
      if (!read.ok) return read;
      const row = await update(context, scope, 'alias', address, { targets: read.keys });
      return row.ok ? done({ alias: aliasOf(row.row) }) : row;
    }),
    answerAdmin(context, adminAlias.delete, ({ address }, { scope }) =>
      remove(context, scope, 'alias', address),
    ),
  ];
}

function answerGroups(context: Context): { stop(): Promise<void> }[] {
  const { db } = context;
  return [
    answerAdmin(context, adminGroup.list, async (request, { scope }) => {
      const page = await readPage(context, request, scope);
      if (!page.ok) return page;
      const { rows, next } = endOf((await listNames(db, 'group', page.page)).map(groupOf), request.limit);
      return done({ groups: rows, next });
    }),
    answerAdmin(context, adminGroup.members, async ({ address, after, limit }, { scope }) => {
      const read = readAddress('address', address);
      if (!read.ok) return read;
      const found = await listMembers(db, scope, read.key, { after, limit });
      if (found === null) return notFound('address', read.key);
      const { rows, next } = pageOf(found.members, (member) => member, limit);
      return done({ members: rows, total: found.total, next });
    }),
    answerAdmin(context, adminGroup.create, async ({ address, name, members }, { scope }) => {
      const row = await create(context, scope, 'group', {
        address,
        name,
        targets: members,
        field: 'members',
      });
      return row.ok ? done({ group: groupOf(row.row) }) : row;
    }),
    answerAdmin(context, adminGroup.update, async ({ address, name, add, remove: taken }, { scope }) => {
      const added = readAddresses('add', add);
      if (!added.ok) return added;
      const removed = readAddresses('remove', taken);
      if (!removed.ok) return removed;
      const change = { name, add: added.keys, remove: removed.keys };
      const row = await update(context, scope, 'group', address, change);
      return row.ok ? done({ group: groupOf(row.row) }) : row;
    }),
    answerAdmin(context, adminGroup.delete, ({ address }, { scope }) =>
      remove(context, scope, 'group', address),
    ),
  ];
}

function aliasOf({ address, targets, createdAt }: DirectoryName): AliasInfo {
  return { address, targets, createdAt: createdAt.toISOString() };
}

function groupOf({ address, name, targets, targetCount, createdAt }: DirectoryName): GroupInfo {
  return { address, name, members: targets, memberCount: targetCount, createdAt: createdAt.toISOString() };
}

type Row = { ok: true; row: DirectoryName } | Refusal;

async function create(
  context: Context,
  scope: Scope,
  kind: NameKind,
  wanted: { address: string; targets: readonly string[]; field: string; name?: string },
): Promise<Row> {
  const address = readAddress('address', wanted.address);
  if (!address.ok) return address;
  const targets = readAddresses(wanted.field, wanted.targets);
  if (!targets.ok) return targets;
  const loop = loopOf(wanted.field, address.key, targets.keys);
  if (loop !== null) return loop;
  const name = {
    kind,
    address: address.key,
    domain: address.domain,
    targets: targets.keys,
    name: wanted.name ?? '',
  };
  const outcome = await createName(context.db, scope, name);
  if (outcome === 'noDomain') return noDomain('address', address.domain);
  if (outcome === 'addressTaken') return addressTaken('address', address.key);
  return announced(context, scope, kind, address.key);
}

async function update(
  context: Context,
  scope: Scope,
  kind: NameKind,
  written: string,
  change: NameChange,
): Promise<Row> {
  const address = readAddress('address', written);
  if (!address.ok) return address;
  const field = change.targets === undefined ? 'add' : 'targets';
  const loop = loopOf(field, address.key, change.targets ?? change.add ?? []);
  if (loop !== null) return loop;
  const isChanged = await updateName(context.db, scope, kind, address.key, change);
  return isChanged ? announced(context, scope, kind, address.key) : notFound('address', address.key);
}

async function announced(context: Context, scope: Scope, kind: NameKind, address: string): Promise<Row> {
  context.announce.directory([address]);
  const row = await findName(context.db, scope, kind, address);
  return row === null ? notFound('address', address) : { ok: true, row };
}

function loopOf(field: string, address: string, targets: readonly string[]): Refusal | null {
  if (!targets.includes(address)) return null;
  return refused(
    'loop',
    field,
    `${field}: ${address} ведёт на самого себя: уберите этот адрес`,
    `${field}: ${address} leads to itself: remove this address`,
  );
}

async function remove(context: Context, scope: Scope, kind: NameKind, written: string) {
  const address = readAddress('address', written);
  if (!address.ok) return address;
  if (!(await deleteName(context.db, scope, kind, address.key))) return notFound('address', address.key);
  context.announce.directory([address.key]);
  return done({});
}
