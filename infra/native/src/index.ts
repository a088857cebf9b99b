// Infrastructure without containers: starts Postgres, NATS, clamd and Swift as plain child processes.
// Used by the launcher for `./pochtar up` and by the test kit; everything dies with its starter.
export { ensureChromium } from './chromium.ts';
export type { Chromium } from './chromium.ts';
export { eicar, startClamd } from './clamd.ts';
export type { Clamd } from './clamd.ts';
export { mayDecrypt } from './compose-secrets.ts';
export { databaseState } from './data-directory.ts';
export { DeadlineError, until } from './deadline.ts';
export { ensurePackage, ensureProgram, librariesOf } from './debian-package.ts';
export type { Program } from './debian-package.ts';
export { natsConfig } from './nats-config.ts';
export { natsUsers } from './nats-users.ts';
export type { NatsUser } from './nats-users.ts';
export { natsGreets, natsInfo, startNats } from './nats.ts';
export type { NatsServer } from './nats.ts';
export { freePort, isPortFree, reservePort } from './ports.ts';
export { startPostgres } from './postgres.ts';
export type { PostgresServer } from './postgres.ts';
export {
  asSuperuser,
  ownerRole,
  provisionDatabase,
  setRolePasswords,
} from './postgres-roles.ts';
export { startThunderbird } from './thunderbird.ts';
export { Refusal } from './refusal.ts';
export { giveTree } from './ownership.ts';
export { serviceCommand } from './run-as.ts';
export { serverUser, serviceUser } from './system-users.ts';
export type { SystemUser } from './system-users.ts';
export { hasPostgres } from './stale-lock.ts';
export { ensureRoundcube, startRoundcube } from './roundcube.ts';
export type { Roundcube } from './roundcube.ts';
export { startServer } from './server-process.ts';
export type { ServerProcess } from './server-process.ts';
export { startSwift } from './swift.ts';
export type { Swift } from './swift.ts';
export { ensureSwiftProgram, keepsAttributes } from './swift-program.ts';
export { programs, readSecret, Secrets } from './secrets.ts';
