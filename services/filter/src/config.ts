// Environment -> configuration; the only reader of process.env in this service.
import { contentFilters, dialogueFilters, type FilterName } from './filter.ts';
import { processEnv, readEnv } from '@pochtar/runtime';
import { z } from 'zod';

const names = [...dialogueFilters, ...contentFilters] as const;

const schema = processEnv.extend({
  POCHTAR_FILTER: z.enum(names, `must be one of ${names.join(', ')}: the filter this process runs`),
});

export type Config = z.infer<typeof schema>;

export function readConfig(): Config {
  return readEnv(schema);
}

/** The name in the process table, such as `filter-dnsbl`, known before the environment is checked. */
export function processName(): `filter-${FilterName}` | 'filter' {
  const named = names.find((name) => name === process.env['POCHTAR_FILTER']);
  return named === undefined ? 'filter' : `filter-${named}`;
}
