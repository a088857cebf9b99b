// The program that a web hook leads to: a small real HTTP server that keeps what it was told and answers as a test says.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

export interface Told {
  id: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
  type: string;
  data: Record<string, unknown>;
}

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** In the order in which they came. */
  readonly told: Told[];
  /** How the next ones are answered; undefined: 204. */
  answer: ((response: ServerResponse, told: Told) => void) | undefined;
  /** Of one path: of one hook. */
  of(path: string): Told[];
}

export async function startReceiver(): Promise<Receiver> {
  const told: Told[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const { type, data } = JSON.parse(body) as { type: string; data: Record<string, unknown> };
    const id = String(request.headers['webhook-id']);
    const one: Told = { id, path: request.url ?? '', headers: request.headers, body, type, data };
    told.push(one);
    if (receiver.answer === undefined) response.writeHead(204).end();
    else receiver.answer(response, one);
  };
  const server = createServer((request, response) => void take(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: Receiver = {
    ...{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, told, answer: undefined },
    of: (path) => told.filter((one) => one.path === path),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}

/** What the library of Standard Webhooks says of it: the payload, or it throws. */
export function verified({ body, headers }: Told, secret: string): unknown {
  const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  return new Webhook(secret).verify(body, given);
}
