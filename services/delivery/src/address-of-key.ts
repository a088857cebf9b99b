// An address as rows have it, read back: its local part may hold anything, so the last at sign divides.
import type { Address } from '@pochtar/mail';

export function addressOfKey(key: string): Address {
  const at = key.lastIndexOf('@');
  return { localPart: key.slice(0, at), domain: key.slice(at + 1) };
}

export function domainOfKey(key: string): string {
  return key.slice(key.lastIndexOf('@') + 1);
}
