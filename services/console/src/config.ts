// Environment -> configuration; the only reader of process.env in this service.
import { processEnv, readEnv } from '@pochtar/runtime';
import { join } from 'node:path';
import { z } from 'zod';

const consoleEnv = processEnv.extend({
  POCHTAR_CONSOLE_HOST: z.string().default('::').describe('`::` is every address of this machine'),
  POCHTAR_CONSOLE_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  POCHTAR_CONSOLE_NAMES: z
    .string()
    .default('')
    .describe('names, separated by commas, that plain HTTP on loopback is answered under besides localhost'),
  POCHTAR_CONSOLE_PAGES: z
    .string()
    .default(join(import.meta.dirname, '../dist'))
    .describe('the built pages'),
});

export type Config = z.infer<typeof consoleEnv>;

/** Throws when a variable is wrong, and names it. */
export function readConfig(environment?: Record<string, string | undefined>): Config {
  return readEnv(consoleEnv, environment);
}
