// Environment -> configuration of the migrate program.
import { processEnv, readEnv } from '@pochtar/runtime';
import { z } from 'zod';

const environment = processEnv.extend({
  // <directory>/<program>/postgres-password: what the program roles get; absent: passwords are set elsewhere.
  POCHTAR_SECRETS_DIR: z.string().optional(),
  // What a new installation starts with: ports, the storage volume. Read for sections and volumes without a row.
  POCHTAR_FIRST_SETTINGS_FILE: z.string().optional(),
  // Copies of each stream; 3 on a NATS cluster.
  POCHTAR_STREAM_REPLICAS: z.coerce.number().int().min(1).max(5).default(1),
});

export type Config = z.infer<typeof environment>;

export function readConfig(): Config {
  return readEnv(environment);
}
