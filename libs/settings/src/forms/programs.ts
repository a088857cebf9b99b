import type { AppliedBy } from './description.ts';

/** Programs that are no part of this version yet. */
export const programsToCome: ReadonlySet<string> = new Set<AppliedBy>(['firewall', 'tasks']);
