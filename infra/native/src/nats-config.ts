// The configuration text of a nats-server with the product's users and permissions. One format for the native
// run, the tests and the containers; it must be read by 2.9.10 (Debian 12) up to the current line.
import { natsUsers } from './nats-users.ts';
import type { NatsUser } from './nats-users.ts';

export interface NatsConfigOptions {
  host: string;
  port: number;
  storeDir: string;
  /** Gives each user's password as it is to stand in the file: a quoted string or an environment $VARIABLE. */
  passwordOf: (user: string) => string;
  /** Where the server writes its process id. */
  pidFile?: string;
  /** Where it answers questions about its state (HTTP, without a password): for its own container only. */
  monitor?: string;
  /** Sync every write: for servers from 2.10 on; 2.9.10 refuses to start with it. */
  syncAlways?: boolean;
}

/** Returns the whole configuration file. */
export function natsConfig(options: NatsConfigOptions): string {
  return [
    `host: ${JSON.stringify(options.host)}`,
    `port: ${options.port}`,
    ...(options.pidFile ? [`pid_file: ${JSON.stringify(options.pidFile)}`] : []),
    ...(options.monitor ? [`http: ${JSON.stringify(options.monitor)}`] : []),
    'max_payload: 1MB',
    // A client that cannot take its messages is cut off rather than buffered for.
    'max_pending: 64MB',
    'jetstream {',
    `  store_dir: ${JSON.stringify(options.storeDir)}`,
    ...(options.syncAlways ? ['  sync_interval: always'] : []),
    '  max_memory_store: 64MB',
    '  max_file_store: 4GB',
    '}',
    'authorization {',
    '  timeout: 5',
    '  users: [',
    ...natsUsers.map((user) => userBlock(user, options.passwordOf(user.name))),
    '  ]',
    '}',
    '',
  ].join('\n');
}

function userBlock(user: NatsUser, password: string): string {
  const answers = user.answers ? ', allow_responses: { max: 1, expires: "1m" }' : '';
  const permissions = `publish: ${list(user.publish)}, subscribe: ${list(user.subscribe)}${answers}`;
  return `    { user: ${user.name}, password: ${password}, permissions: { ${permissions} } }`;
}

function list(subjects: string[]): string {
  return `[${subjects.map((subject) => JSON.stringify(subject)).join(', ')}]`;
}
