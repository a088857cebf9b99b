// Environment -> configuration; the only reader of process.env in this service.
import { networksEntry, processEnv, readEnv } from '@pochtar/runtime';
import { z } from 'zod';

const schema = processEnv.extend({
  /** Networks that are not of the public internet and have addresses of hooks, which may be http:// there. */
  POCHTAR_HOOK_NETWORKS: networksEntry,
  /** How often what happened is looked for. */
  POCHTAR_HOOKS_SECONDS: z.coerce.number().positive().max(60).default(1),
});

export type Config = z.infer<typeof schema>;

export function readConfig(environment?: Record<string, string | undefined>): Config {
  return readEnv(schema, environment);
}
