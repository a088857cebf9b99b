// The state of the run that lies in a directory, as `pochtar status` says it.
import { askSupervisor } from './control.ts';
import { statePaths } from './paths.ts';
import { processStatuses, type ProcessStatus } from './readiness.ts';
import { surroundingsOf } from './surroundings.ts';

export interface RunStatus {
  up: boolean;
  processes: ProcessStatus[];
}

/** Of the run below `directory`; default: that of this checkout (`POCHTAR_VAR`). */
export async function runStatus(directory?: string): Promise<RunStatus> {
  const paths = statePaths(directory);
  const reply = await askSupervisor(paths, { command: 'status' });
  return {
    up: reply !== undefined,
    processes: await processStatuses(reply?.processes ?? [], surroundingsOf(paths)),
  };
}
