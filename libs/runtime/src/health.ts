// /healthz (the process lives), /readyz (it does its work; otherwise which part does not), /metrics.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Words for people, in both languages. */
export interface Words {
  readonly ru: string;
  readonly en: string;
}

/** Parts report here; the process is ready when all of them are. */
export class Health {
  readonly #parts = new Map<string, string | Words | null>();

  /** `reason` null means the part works. */
  report(part: string, reason: string | Words | null): void {
    this.#parts.set(part, reason);
  }

  /** Parts that do not work, with their reasons. */
  faults(): Record<string, string> {
    const faults: Record<string, string> = {};
    for (const [part, reason] of this.#parts) {
      if (reason !== null) faults[part] = typeof reason === 'string' ? reason : reason.en;
    }
    return faults;
  }

  /** Those of them that are given in both languages. */
  words(): Record<string, Words> {
    const words: Record<string, Words> = {};
    for (const [part, reason] of this.#parts) {
      if (reason !== null && typeof reason !== 'string') words[part] = reason;
    }
    return words;
  }

  get ready(): boolean {
    return this.#parts.size > 0 && [...this.#parts.values()].every((reason) => reason === null);
  }
}

export interface HealthServer extends AsyncDisposable {
  /** http://host:port */
  url: string;
}

/** Port 0 takes a free one, so that replicas can share a machine. */
export async function serveHealth(options: {
  health: Health;
  host: string;
  port: number;
  answerMetrics: (request: IncomingMessage, response: ServerResponse) => void;
}): Promise<HealthServer> {
  const server = createServer((request, response) => {
    if (request.url === '/metrics') return options.answerMetrics(request, response);
    if (request.url === '/healthz') return answer(response, 200, { alive: true });
    if (request.url === '/readyz') {
      const { ready } = options.health;
      const { health } = options;
      const words = health.words();
      return answer(response, ready ? 200 : 503, {
        ready,
        faults: health.faults(),
        ...(Object.keys(words).length > 0 && { words }),
      });
    }
    return answer(response, 404, { error: 'use /healthz, /readyz or /metrics' });
  });
  server.requestTimeout = 5000;
  await listen(server, options.port, options.host);
  const { port } = server.address() as AddressInfo;
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
