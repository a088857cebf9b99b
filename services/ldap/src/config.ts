// Environment -> configuration; the only reader of process.env in this service.
import { processEnv, readEnv } from '@pochtar/runtime';
import type { z } from 'zod';

export type Config = z.infer<typeof processEnv>;

export function readConfig(): Config {
  return readEnv(processEnv);
}
