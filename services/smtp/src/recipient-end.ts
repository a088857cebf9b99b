// Where a name leads in the end, as far as it leads to one place. Mail that could only come back is refused while its
// sender is still there: a notice later would go to whoever's name stands in MAIL FROM.
import type { Resolved } from '@pochtar/store/directory';
import type { Tools } from './tools.ts';

/** An alias of an alias of … further is delivery's to judge, loops too. */
const MAX_STEPS = 5;

/** Follows aliases with a single target. What leads to several, or out of here, is its own end. */
export async function endOf(tools: Pick<Tools, 'recipients'>, resolved: Resolved): Promise<Resolved> {
  let end = resolved;
  for (let step = 0; step < MAX_STEPS && end.kind === 'alias' && end.targets.length === 1; step++) {
    const next = await tools.recipients.resolve(end.targets[0] as string);
    if (next.kind === 'remote') return end;
    end = next;
  }
  return end;
}

/** Whether there is a mailbox for it now or, when it is full, later. */
export function isReachable(end: Resolved): boolean {
  return end.kind === 'account' ? end.isEnabled : end.kind !== 'unknown';
}
