// An installation of its own for measuring: brought up under var/bench by the launcher, asked through its own
// command line, taken down again.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStatus } from '@pochtar/launcher/run-status';
import { sharedCaches } from '@pochtar/launcher/shared-caches';
import type { Root } from './processes.ts';

const ROOT = join(import.meta.dirname, '../../..');
const LAUNCHER = join(ROOT, 'pochtar');
const COMMAND_TIMEOUT_MS = 300_000;

export interface Endpoint {
  host: string;
  port: number;
}

export interface Endpoints {
  smtp: string;
  submission: string;
  smtps: string;
  imap: string;
  imaps: string;
  pop3: string;
  pop3s: string;
  ldap: string;
  console: string;
  accounts: { address: string; password: string }[];
  admin: { login: string; password: string };
  caFile: string;
}

export interface ProcessState {
  name: string;
  pid: number | null;
  state: string;
  ready: boolean;
  /** What keeps it from being ready, by part. */
  faults: Record<string, string>;
}

/** One installation; `var` holds all its state. */
export class Instance {
  readonly directory: string;
  readonly #environment: Record<string, string>;

  constructor(directory: string, environment: Record<string, string> = {}) {
    this.directory = directory;
    this.#environment = environment;
  }

  /** Runs a launcher command and returns what it printed. Throws with its error output when it fails. */
  async pochtar(words: string[], input = ''): Promise<string> {
    const child = spawn(LAUNCHER, words, {
      cwd: ROOT,
      env: {
        ...process.env,
        ...sharedCaches,
        ...this.#environment,
        POCHTAR_VAR: this.directory,
        LANG: 'C',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: COMMAND_TIMEOUT_MS,
    });
    child.stdin.end(input);
    const [out, error, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>((resolve) => child.once('close', resolve)),
    ]);
    if (code !== 0) throw new Error(`pochtar ${words.join(' ')}: exit ${code}\n${error}${out}`);
    return out;
  }

  async json<T>(words: string[], input = ''): Promise<T> {
    return JSON.parse(await this.pochtar([...words, '--json'], input)) as T;
  }

  endpoints(): Endpoints {
    return JSON.parse(readFileSync(join(this.directory, 'endpoints.json'), 'utf8')) as Endpoints;
  }

  /** Where one of the services listens. */
  endpoint(name: Exclude<keyof Endpoints, 'accounts' | 'admin'>): Endpoint {
    return splitEndpoint(this.endpoints()[name]);
  }

  /** As `pochtar status --json` has them, without a command's start: whoever waits asks often. */
  async processes(): Promise<ProcessState[]> {
    return (await runStatus(this.directory)).processes;
  }

  /** Every process whose CPU and memory count, Postgres and NATS among them. */
  async roots(): Promise<Root[]> {
    return (await this.processes()).flatMap(({ name, pid }) => (pid === null ? [] : [{ name, pid }]));
  }
}

function splitEndpoint(endpoint: string): Endpoint {
  const colon = endpoint.lastIndexOf(':');
  return { host: endpoint.slice(0, colon), port: Number(endpoint.slice(colon + 1)) };
}

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
