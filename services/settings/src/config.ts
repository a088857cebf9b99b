// Environment -> configuration; the only reader of process.env in this service.
import { processEnv, readEnv } from '@pochtar/runtime';
import { z } from 'zod';

const schema = processEnv.extend({
  POCHTAR_MASTER_KEY_FILE: z.string(
    'give the file of the master key: secrets and certificate keys are sealed with it',
  ),
  /** Of the name servers that domains are checked at; for tests. */
  POCHTAR_DNS_PORT: z.coerce.number().int().min(1).max(65535).default(53),
});

export type Config = z.infer<typeof schema>;

export function readConfig(): Config {
  return readEnv(schema);
}
