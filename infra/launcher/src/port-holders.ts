// Who holds a port, in words: the report about a taken port says what to stop.
import { portHolders } from '@pochtar/runtime';

/** `"nginx: master process" (pid 812)`; undefined when nobody listens there that can be seen. */
export async function nameHolders(host: string, port: number): Promise<string | undefined> {
  const holders = await portHolders(host, port);
  const names = holders.map(({ pid, command, uid }) =>
    pid === null ? `a process of user ${uid}` : `"${command}" (pid ${pid})`,
  );
  return names.length > 0 ? [...new Set(names)].join(', ') : undefined;
}
