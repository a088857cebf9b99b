// What the queue still holds, by step and state.
import type { Rig } from './rig.ts';

/** Nothing when it is empty. */
export async function queued({ database }: Rig): Promise<string[]> {
  const rows = await database.query<{ step: string; state: string; mails: number }>({
    text: 'select step, state, count(*) as mails from queue.mail group by step, state order by mails desc',
  });
  return rows.map(({ step, state, mails }) => `${mails} mails in the queue: ${step} ${state}`);
}
