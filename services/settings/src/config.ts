// Environment -> configuration; the only reader of process.env in this service.
import { processEnv, readEnv } from '@pochtar/runtime';
import { z } from 'zod';

const schema = processEnv.extend({
  POCHTAR_MASTER_KEY_FILE: z.string(
    'give the file of the master key: secrets and certificate keys are sealed with it',
  ),
});

export type Config = z.infer<typeof schema>;

export function readConfig(): Config {
  return readEnv(schema);
}
