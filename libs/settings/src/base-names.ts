/** The names of the setting `addressBook.baseDn`, one by one: a backslash may stand before a semicolon that is part of a name. */
export function baseNames(setting: string): string[] {
  return setting
    .split(/(?<!\\);/)
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
