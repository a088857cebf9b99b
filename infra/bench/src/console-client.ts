// A browser that asks the console's API: one connection, and the cookie of an administrator.
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Instance } from './instance.ts';

/** What of the API's own description is read here. */
export interface Described {
  paths: Record<string, Record<string, unknown>>;
}

export class ConsoleClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #endpoint: string;
  #cookie = '';

  private constructor(endpoint: string) {
    this.#endpoint = endpoint;
  }

  static async logIn(instance: Instance): Promise<ConsoleClient> {
    const { console: endpoint, admin } = instance.endpoints();
    const client = new ConsoleClient(endpoint);
    const { login, password } = admin;
    const { status, body } = await client.#send('POST', '/session', JSON.stringify({ login, password }));
    if (status !== 200) throw new Error(`the administrator was not let in: ${status} ${body}`);
    return client;
  }

  get(path: string): Promise<{ status: number; body: string }> {
    return this.#send('GET', path);
  }

  async json<Answer>(path: string): Promise<Answer> {
    const { status, body } = await this.get(path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${body.slice(0, 500)}`);
    return JSON.parse(body) as Answer;
  }

  change(method: string, path: string, body?: unknown): Promise<{ status: number; body: string }> {
    return this.#send(method, path, body === undefined ? undefined : JSON.stringify(body));
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(method: string, path: string, body?: string): Promise<{ status: number; body: string }> {
    const headers = {
      ...(this.#cookie !== '' && { cookie: this.#cookie }),
      // With its length: Node sends no body of a DELETE otherwise.
      ...(body !== undefined && {
        ...{ 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      }),
    };
    const url = `http://${this.#endpoint}/api/v1${path}`;
    return new Promise((resolve, reject) => {
      const sent = request(url, { method, headers, agent: this.#agent }, (response) => {
        const [set] = response.headers['set-cookie'] ?? [];
        if (set !== undefined) this.#cookie = set.split(';')[0] as string;
        text(response).then((read) => resolve({ status: response.statusCode ?? 0, body: read }), reject);
      });
      sent.once('error', reject);
      sent.end(body);
    });
  }
}
