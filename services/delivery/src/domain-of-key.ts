// The domain of an address as rows have it: a local part in quotes may hold an at sign, so the last one divides.

export function domainOfKey(key: string): string {
  return key.slice(key.lastIndexOf('@') + 1);
}
