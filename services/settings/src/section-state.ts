// A stored section as askers see it: its document as this release reads it, and which of its secrets are set.
import { catalogue, readStored, type SectionName } from '@pochtar/settings';

/** As it is stored, where this release can't read it. */
export function readableDocument(name: SectionName, document: object): Record<string, never> {
  const stored = readStored(name, document);
  return JSON.parse(JSON.stringify(stored.ok ? stored.value : document)) as Record<string, never>;
}

/** Which secrets of a section are set. */
export function secretsOf(section: SectionName, present: ReadonlySet<string>): Record<string, boolean> {
  const names = Object.keys(catalogue[section].secrets);
  return Object.fromEntries(names.map((secret) => [secret, present.has(`${section}.${secret}`)]));
}
