// Environment -> configuration; the only reader of process.env in this service.
import { type ProcessEnv, processEnv, readEnv } from '@pochtar/runtime';

export type Config = ProcessEnv;

export function readConfig(): Config {
  return readEnv(processEnv);
}
