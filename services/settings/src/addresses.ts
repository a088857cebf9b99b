// Addresses and domains as administrators write them -> keys, or a complaint that names the field.
import { noMailAddress, refused } from '@pochtar/bus';
import { addressKey, domainKey, isDomain, parseAddress } from '@pochtar/mail';
import type { Refusal } from './context.ts';

export interface AddressKey {
  ok: true;
  key: string;
  /** The domain key. */
  domain: string;
}

export function readAddress(field: string, written: string): AddressKey | Refusal {
  const address = parseAddress(written.trim());
  if (address === null || address.domain.startsWith('[')) {
    const { ru, en } = noMailAddress(written);
    return refused('wrongFormat', field, `${field}: ${ru}`, `${field}: ${en}`);
  }
  return { ok: true, key: addressKey(address), domain: domainKey(address.domain) };
}

export function readAddresses(
  field: string,
  written: readonly string[],
): { ok: true; keys: string[] } | Refusal {
  const keys: string[] = [];
  for (const [index, one] of written.entries()) {
    const read = readAddress(`${field}.${index}`, one);
    if (!read.ok) return read;
    keys.push(read.key);
  }
  return { ok: true, keys };
}

export function readDomain(field: string, written: string): { ok: true; key: string } | Refusal {
  const name = written.trim().replace(/\.$/, '');
  if (isDomain(name)) return { ok: true, key: domainKey(name) };
  return refused(
    'wrongFormat',
    field,
    `${field}: «${written.slice(0, 100)}» не имя домена: укажите, например, example.org`,
    `${field}: “${written.slice(0, 100)}” is no domain name: give one such as example.org`,
  );
}

export function noDomain(field: string, domain: string): Refusal {
  return refused(
    'noDomain',
    field,
    `${field}: домена ${domain} здесь нет: сначала создайте его (pochtar domain create ${domain})`,
    `${field}: there is no domain ${domain} here: create it first (pochtar domain create ${domain})`,
  );
}

export function addressTaken(field: string, address: string): Refusal {
  return refused(
    'exists',
    field,
    `${field}: адрес ${address} уже занят: выберите другой или удалите прежний`,
    `${field}: the address ${address} is taken: choose another one or delete the old one`,
  );
}

export function notFound(field: string, value: string): Refusal {
  return refused(
    'notFound',
    field,
    `${field}: «${value.slice(0, 100)}» не найден: проверьте имя`,
    `${field}: “${value.slice(0, 100)}” does not exist: check the name`,
  );
}
