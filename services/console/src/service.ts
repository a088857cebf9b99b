// The web console: the API, the pages, live events. What it opens, in which order, and how it ends.
import { readFileSync } from 'node:fs';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { join } from 'node:path';
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
import { type Config, readConfig } from './config.ts';
import { Hints } from './events/hints.ts';
import { followCertificates } from './http/certificates.ts';
import { showIn } from './http/front-door.ts';
import { servePages } from './http/pages.ts';
import { SAFE_HEADERS, STRICT_TRANSPORT } from './http/safe-headers.ts';
import { liveHandlers } from './routes/live.ts';
import { sessionHandlers } from './routes/session.ts';
import { testHandlers } from './routes/tests.ts';
import { isEncrypted } from './session/cookie.ts';
import { Sessions } from './session/sessions.ts';

export const service: Service<Config> = { name: 'console', config: readConfig, start };

/** Those of the last two are shown to users who set up a mail client. */
const sections = ['network', 'limits', 'accessEncryption', 'sending', 'addressBook'] as const;
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
  const hints = stack.use(new Hints(bus));
  const pages = config.POCHTAR_CONSOLE_PAGES;
  const { app, plain, answer } = await openApp({ bus, sessions, hints, log, pages });
  const secure = createHttps({ SNICallback: tls.sni, minVersion: 'TLSv1.2' }, answer);
  const redirecting = createHttp(redirect);
  const listeners = openListeners(
    { settings, tls, log },
    {
      refusal: () => 'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 10\r\n\r\n',
      onConnection: ({ socket }) => showIn(socket, { plain, secure, redirecting }),
    },
  );
  stack.defer(async () => {
    for (const server of [plain, secure, redirecting]) server.closeAllConnections();
    await app.close();
  });
  stack.use(listeners);
  stack.use(keepListening(listeners, config, context));
  await bus.connection.flush();
  const running = stack.move();
  return { listeners, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function openApp(parts: Pick<AppParts, 'bus' | 'sessions' | 'log'> & { hints: Hints; pages: string }) {
  const { bus, sessions, hints, log, pages } = parts;
  const version = ownVersion();
  let answer: RequestListener = () => {};
  const plain = createHttp((request, response) => answer(request, response));
  const app = await createApp({
    ...{ bus, sessions, log },
    handlers: {
      ...sessionHandlers(sessions, version),
      ...liveHandlers(hints, sessions, version),
      ...testHandlers(bus),
    },
    serverFactory: (handler) => {
      answer = handler;
      return plain;
    },
  });
  app.addHook('onSend', async (request, reply) => {
    reply.headers(SAFE_HEADERS);
    if (isEncrypted(request)) reply.header('strict-transport-security', STRICT_TRANSPORT);
  });
  await servePages(app, pages);
  await app.ready();
  return { app, plain, answer };
}

const redirect: RequestListener = (request, response) => {
  const host = request.headers.host ?? '';
  response.writeHead(308, { location: `https://${host}${request.url ?? '/'}`, connection: 'close' }).end();
};

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

function ownVersion(): string {
  const file = readFileSync(join(import.meta.dirname, '../package.json'), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}
