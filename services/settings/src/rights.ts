// What an administrator or a token may: a role, and the domains that go with it.
import { refused } from '@pochtar/bus';
import { type AdministratorRole, domainIds } from '@pochtar/store/directory';
import { noDomain, readDomain } from './addresses.ts';
import type { Context, Refusal } from './context.ts';

export interface Rights {
  role: AdministratorRole;
  domainIds: number[] | null;
}

/** What a role may have: an administrator of domains at least one, the others all. */
export async function readRights(
  context: Context,
  role: AdministratorRole,
  names: readonly string[] | null,
): Promise<{ ok: true; rights: Rights } | Refusal> {
  if (role !== 'domainAdmin' && names === null) return { ok: true, rights: { role, domainIds: null } };
  if (role !== 'domainAdmin') {
    return refused(
      'wrongDomains',
      'domains',
      `domains: роль ${role} относится ко всем доменам: не указывайте их или выберите роль domainAdmin`,
      `domains: the role ${role} has all domains: give none, or choose the role domainAdmin`,
    );
  }
  if (names === null || names.length === 0) {
    return refused(
      'wrongDomains',
      'domains',
      'domains: администратору доменов нужен хотя бы один домен: укажите его',
      'domains: an administrator of domains needs at least one: name it',
    );
  }
  const read = await readDomainIds(context, names);
  return read.ok ? { ok: true, rights: { role, domainIds: read.ids } } : read;
}

/** The ids of domains of ours, ascending. */
export async function readDomainIds(
  { db }: Pick<Context, 'db'>,
  names: readonly string[],
): Promise<{ ok: true; ids: number[] } | Refusal> {
  const keys: string[] = [];
  for (const [index, name] of names.entries()) {
    const read = readDomain(`domains.${index}`, name);
    if (!read.ok) return read;
    keys.push(read.key);
  }
  const known = await domainIds(db, keys);
  const unknown = keys.findIndex((key) => !known.has(key));
  if (unknown >= 0) return noDomain(`domains.${unknown}`, keys[unknown] as string);
  return { ok: true, ids: [...known.values()].toSorted((a, b) => a - b) };
}
