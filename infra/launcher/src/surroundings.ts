// What a command needs to reach the run that is up.
import { Secrets, serviceUser } from '@pochtar/native';
import type { Surroundings } from './environment.ts';
import { infrastructurePorts } from './infrastructure.ts';
import type { StatePaths } from './paths.ts';

/** Ports of 0 where they are not known: nobody answers there. */
export function surroundingsOf(paths: StatePaths): Surroundings {
  const ports = infrastructurePorts(paths) ?? { postgres: 0, nats: 0 };
  return { paths, ports, secrets: new Secrets(paths.secrets), user: serviceUser() };
}
