// Which rules concern a mail and each of its recipients, and what has to be looked for because of them.
import type { DlpCondition, DlpDefinition } from '@pochtar/bus';
import type { Search } from '@pochtar/dlp';

export interface Rule {
  name: string;
  definition: DlpDefinition;
}

export type Direction = DlpDefinition['directions'][number];

export interface Recipient {
  address: string;
  direction: Direction;
}

/** The rules, in their order, that concern a recipient of a mail of this sender. */
export function rulesFor(rules: readonly Rule[], sender: string, { address, direction }: Recipient): Rule[] {
  return rules.filter(
    ({ definition: { directions, senders, recipients } }) =>
      directions.includes(direction) && matches(senders, sender) && matches(recipients, address),
  );
}

/** Whether an address is one of those named; no names are all. */
function matches(patterns: readonly string[], address: string): boolean {
  const lower = address.toLowerCase();
  const domain = lower.slice(lower.lastIndexOf('@') + 1);
  return patterns.length === 0 || patterns.some((pattern) => isMatch(pattern, lower, domain));
}

function isMatch(pattern: string, address: string, domain: string): boolean {
  if (pattern.includes('@')) return pattern === address;
  if (!pattern.startsWith('*.')) return pattern === domain;
  return domain === pattern.slice(2) || domain.endsWith(pattern.slice(1));
}

/** What a condition looks for in texts; null for those that look at other things. */
export function searchOf(condition: DlpCondition): Search | null {
  if (condition.kind === 'words') return { kind: 'words', terms: condition.terms };
  if (condition.kind === 'expression') return { kind: 'expression', expression: condition.expression };
  return condition.kind === 'detector' ? { kind: 'detector', detector: condition.detector } : null;
}

/** Whether what cannot be read may hold what the rule looks for. */
export function readsTexts({ definition }: Rule): boolean {
  return definition.conditions.some((one) => searchOf(one) !== null || one.kind === 'documents');
}

/** What all these rules search for, each once. */
export function searchesOf(rules: readonly Rule[]): Search[] {
  const searches = new Map<string, Search>();
  for (const { definition } of rules) {
    for (const condition of definition.conditions) {
      const search = searchOf(condition);
      if (search !== null) searches.set(JSON.stringify(search), search);
    }
  }
  return [...searches.values()];
}

export function comparesDocuments(rules: readonly Rule[]): boolean {
  return rules.some(({ definition }) => definition.conditions.some(({ kind }) => kind === 'documents'));
}
