// The service against a fresh database and bus, and an administrator who asks.
import { randomBytes, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type AdminQuestion,
  type AdminReply,
  type AdminScope,
  askAdmin,
  type Bus,
  connectBus,
} from '@pochtar/bus';
import { Health, processEnv, silentLogger } from '@pochtar/runtime';
import { type Database, openDatabase } from '@pochtar/store/db';
import {
  createTestDatabase,
  startTestNats,
  type TestDatabase,
  temporaryDirectory,
  type TestNats,
} from '@pochtar/testkit';
import { start } from '../src/service.ts';

export interface Running extends AsyncDisposable {
  readonly testDatabase: TestDatabase;
  readonly nats: TestNats;
  readonly db: Database;
  readonly bus: Bus;
  readonly key: Buffer;
  /** Starts a replica more. */
  startService(): Promise<AsyncDisposable>;
  ask<Request, Result, Input>(
    question: AdminQuestion<Request, Result, Input>,
    request: NoInfer<Input>,
    scope?: AdminScope,
  ): Promise<AdminReply<Result>>;
  /** The result; a complaint fails the test. */
  get<Request, Result, Input>(
    question: AdminQuestion<Request, Result, Input>,
    request: NoInfer<Input>,
  ): Promise<Result>;
  /** The complaint as `code field`, or `ok`. */
  complaint<Request, Result, Input>(
    question: AdminQuestion<Request, Result, Input>,
    request: NoInfer<Input>,
    scope?: AdminScope,
  ): Promise<string>;
}

export async function runService(
  options: { hostName?: string; serviceCount?: number; dns?: string } = {},
): Promise<Running> {
  await using opened = new AsyncDisposableStack();
  const testDatabase = opened.use(await createTestDatabase());
  const nats = opened.use(await startTestNats());
  const dir = opened.use(temporaryDirectory());
  const key = randomBytes(32);
  const keyFile = join(dir.path, 'master-key');
  writeFileSync(keyFile, key.toString('base64'));
  const db = opened.use(openDatabase({ url: testDatabase.url('settings'), password: testDatabase.password }));
  const asker = {
    url: nats.url,
    user: 'console',
    password: nats.password,
    name: 'test',
    log: silentLogger(),
  };
  const bus = opened.use(await connectBus(asker));
  const startService = (): Promise<AsyncDisposable> => {
    const environment = {
      ...testDatabase.env('settings'),
      ...nats.env('settings'),
      POCHTAR_HOSTNAME: options.hostName ?? 'mail.example.org',
    };
    const { dns } = options;
    const config = {
      ...processEnv.parse({ ...environment, ...(dns !== undefined && { POCHTAR_DNS_SERVERS: dns }) }),
      POCHTAR_MASTER_KEY_FILE: keyFile,
      POCHTAR_DNS_PORT: Number(dns?.split(':')[1] ?? 53),
    };
    return start(config, {
      name: 'settings',
      instance: randomUUID(),
      log: silentLogger(),
      health: new Health(),
    });
  };
  for (let i = 0; i < (options.serviceCount ?? 1); i++) opened.use(await startService());
  const ask: Running['ask'] = (question, request, scope = 'all') =>
    askAdmin(
      bus,
      question,
      { author: 'test:anna', role: scope === 'all' ? 'admin' : 'domainAdmin', scope },
      request,
    );
  const kept = opened.move();
  return {
    testDatabase,
    nats,
    db,
    bus,
    key,
    startService,
    ask,
    async get(question, request) {
      const reply = await ask(question, request);
      if (!reply.ok) throw new Error(`${reply.error.code} ${reply.error.field}: ${reply.error.message.en}`);
      return reply.result;
    },
    async complaint(question, request, scope) {
      const reply = await ask(question, request, scope);
      return reply.ok ? 'ok' : `${reply.error.code} ${reply.error.field}`;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
