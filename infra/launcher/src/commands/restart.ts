// pochtar restart <process>: stops a process (and its replicas) in good order and starts it again.
import { askSupervisor } from '../control.ts';
import { say } from '../language.ts';
import { statePaths } from '../paths.ts';

export async function restart(args: string[]): Promise<number> {
  const [name, ...rest] = args;
  if (!name || rest.length > 0)
    throw new Error('pochtar restart <process>; the names are those of pochtar status');
  const reply = await askSupervisor(statePaths(), { command: 'restart', process: name });
  if (!reply) throw new Error(say('Pochtar не работает: ./pochtar up', 'Pochtar is not up: ./pochtar up'));
  if (reply.error) throw new Error(reply.error);
  process.stdout.write(`${say('Перезапущено', 'Restarted')}: ${(reply.restarted ?? []).join(', ')}\n`);
  return 0;
}
