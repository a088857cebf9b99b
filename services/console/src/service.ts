// The web console: the API, the pages, live events. What it opens, in which order, and how it ends.
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import {
  ListenError,
  type Listeners,
  type Service,
  type ServiceContext,
  TlsContexts,
} from '@pochtar/runtime';
import { openListeners, openService } from '@pochtar/service';
import { readMasterKey } from '@pochtar/store/settings';
import { type AppParts, createApp } from './app.ts';
import { type CardDavParts, serveCardDav } from './carddav/routes.ts';
import { serveSetUp, setUpPaths } from './client-setup/routes.ts';
import { SetUp } from './client-setup/set-up.ts';
import { type Config, readConfig } from './config.ts';
import { Hints } from './events/hints.ts';
import { followCertificates } from './http/certificates.ts';
import { serveApiDocs } from './http/api-docs.ts';
import { FrontDoor } from './http/front-door.ts';
import { collectWhenIdle } from './http/idle-memory.ts';
import { servePages } from './http/pages.ts';
import { RepeatedRequests } from './http/repeated-requests.ts';
import { createServers } from './http/servers.ts';
import { openApiOf } from './openapi/document.ts';
import { ownVersion } from './own-version.ts';
import { clientHandlers } from './routes/client.ts';
import { contactHandlers } from './routes/contacts.ts';
import { dlpHandlers } from './routes/dlp.ts';
import { filterHandlers } from './routes/filters.ts';
import { liveHandlers } from './routes/live.ts';
import { quarantineHandlers } from './routes/quarantine.ts';
import { sessionHandlers } from './routes/session.ts';
import { testHandlers } from './routes/tests.ts';
import { Sessions } from './session/sessions.ts';

export const service: Service<Config> = { name: 'console', config: readConfig, start };

/** Those after the first two are what users and mail programs are told. */
const sections = [
  ...(['network', 'limits', 'accessEncryption'] as const),
  ...(['smtpEncryption', 'general', 'sending', 'addressBook'] as const),
];
const RETRY_MS = 5000;

export async function start(
  config: Config,
  context: ServiceContext,
): Promise<AsyncDisposable & { listeners: Listeners }> {
  const { log } = context;
  await using stack = new AsyncDisposableStack();
  const { db, bus, settings } = await openService(config, context, sections, stack);
  const key = await readMasterKey(config.POCHTAR_MASTER_KEY_FILE);
  const tls = new TlsContexts();
  stack.defer(await followCertificates({ db, bus, settings, key, tls, log }));
  const sessions = stack.use(new Sessions(db, bus));
  const repeated = stack.use(new RepeatedRequests({ db, key, log }));
  const hints = stack.use(new Hints(bus));
  const setUp = new SetUp(bus, settings);
  const { app, servers, door, idle } = await openApp({
    ...{ bus, sessions, repeated, hints, log, tls, config, setUp },
    cardDav: { db, bus, log, settings, masterKey: key },
    organisation: () => settings.current('general').organisation,
  });
  const listeners = openListeners(
    { settings, tls, log },
    {
      refusal: () => 'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 10\r\n\r\n',
      // Whoever trusts the balancer on this machine still gets in from it, to put the setting right.
      isProxyHeaderOptional: true,
      onConnection: ({ socket, clientAddress }) => door.showIn(socket, clientAddress),
    },
  );
  stack.use(idle);
  stack.defer(() => app.close());
  stack.defer(() => {
    for (const server of Object.values(servers)) server.close();
    door[Symbol.dispose]();
  });
  stack.use(listeners);
  stack.use(keepListening(listeners, config, context));
  await bus.connection.flush();
  const running = stack.move();
  return { listeners, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

interface OpenApp extends Pick<AppParts, 'bus' | 'sessions' | 'repeated' | 'log'> {
  hints: Hints;
  tls: TlsContexts;
  config: Config;
  setUp: SetUp;
  cardDav: Omit<CardDavParts, 'clientAddress'>;
  organisation: () => string;
}

async function openApp(parts: OpenApp) {
  const { bus, sessions, repeated, hints, log, tls, config, setUp, organisation, cardDav } = parts;
  const version = ownVersion();
  const document = openApiOf(version);
  let answer: RequestListener = () => {};
  const servers = createServers(tls, (request, response) => answer(request, response));
  const door = new FrontDoor(servers);
  const app = await createApp({
    ...{ bus, sessions, repeated, log },
    handlers: {
      ...sessionHandlers(sessions, version, organisation),
      ...liveHandlers(hints, sessions, document),
      ...testHandlers(bus),
      ...filterHandlers(bus),
      ...contactHandlers(bus),
      ...dlpHandlers(bus),
      ...quarantineHandlers(bus),
      ...clientHandlers(setUp),
    },
    hostNames: config.POCHTAR_CONSOLE_NAMES.toLowerCase()
      .split(/[\s,]+/)
      .filter(Boolean),
    anyHostPaths: setUpPaths,
    clientOf: (socket) => door.clientOf(socket),
    serverFactory: (handler) => {
      answer = handler;
      return servers.plain;
    },
  });
  const idle = collectWhenIdle(app);
  await serveSetUp(app, setUp);
  const clientAddress = ({ socket }: { socket: Socket }): string => door.clientOf(socket);
  await serveCardDav(app, { ...cardDav, clientAddress });
  serveApiDocs(app, { sessions, clientAddress, document });
  await servePages(app, config.POCHTAR_CONSOLE_PAGES);
  await app.ready();
  return { app, servers, door, idle };
}

/** Listens, and tries again while it cannot; the health says why. */
function keepListening(
  listeners: Listeners,
  { POCHTAR_CONSOLE_HOST: host, POCHTAR_CONSOLE_PORT: port }: Config,
  { health, log }: ServiceContext,
): Disposable {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  health.report('listeners', 'opening the port');
  const open = (): void => {
    listeners.reconcile([{ host, port, tls: false }]).then(
      () => health.report('listeners', null),
      (error: unknown) => {
        log.error({ err: error }, 'the port of the console could not be opened');
        health.report('listeners', error instanceof ListenError ? error.text : String(error));
        if (!isOver) timer = setTimeout(open, RETRY_MS);
      },
    );
  };
  open();
  return {
    [Symbol.dispose]() {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
