// The console in this process, on a port of its own, before the settings and delivery processes of an installation.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { adminAdministrator, askAdmin, connectBus, wholeServer } from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { eventually, temporaryDirectory } from '@pochtar/testkit';
import { type Ground, openGround, serviceContext, type SettingsParts } from '@pochtar/testkit/ground';
import { readConfig } from '../src/config.ts';
import { start } from '../src/service.ts';

export const PASSWORD = 'correct horse battery staple';

export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

/** Somebody at the API: keeps its cookie. */
export interface Visitor {
  cookie: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

export interface RunningConsole extends AsyncDisposable {
  ground: Ground;
  port: number;
  url: string;
  /** Without a session. */
  visitor(): Visitor;
  /** Ends the process of the console and starts another one on the same port. */
  restart(): Promise<void>;
  /** Logged in. */
  loggedIn(login: string, password?: string): Promise<Visitor>;
}

export interface ConsoleOptions {
  /** Programs beside it (`delivery`, `filter-dlp`); the settings process always. */
  beside?: readonly string[];
  /** That they start with. */
  settings?: SettingsParts;
  pages?: string;
  /** Of this machine, besides loopback ones. */
  names?: string;
  /** Everything that the programs log. */
  log?: (line: string) => void;
}

/** Administrators `root` (of everything), `demo` (of demo.test) and `auditor`, with PASSWORD. */
export async function runConsole(options: ConsoleOptions = {}): Promise<RunningConsole> {
  await using stack = new AsyncDisposableStack();
  const ground = stack.use(await openGround(options.settings));
  const directory = stack.use(temporaryDirectory());
  for (const program of ['settings', ...(options.beside ?? [])]) {
    stack.defer(await runProgram(program, ground, join(directory.path, program), options.log));
  }
  await createAdministrators(ground);
  const environment = {
    ...ground.environment('console'),
    POCHTAR_CONSOLE_HOST: '127.0.0.1',
    POCHTAR_CONSOLE_NAMES: options.names ?? '',
    POCHTAR_CONSOLE_PAGES: options.pages ?? join(directory.path, 'no-pages'),
  };
  const run = async (port: number) => {
    const config = readConfig({ ...environment, POCHTAR_CONSOLE_PORT: String(port) });
    const console = await start(config, serviceContext('console'));
    const listening = await eventually(() => {
      const address = console.listeners.addresses[0];
      if (address === undefined) throw new Error('it does not listen yet');
      return address.port;
    });
    return { console, port: listening };
  };
  let current = await run(0);
  stack.defer(() => current.console[Symbol.asyncDispose]());
  const { port } = current;
  const url = `http://127.0.0.1:${port}`;
  const visitor = (): Visitor => visitorOf(url);
  const opened = stack.move();
  return {
    ...{ ground, port, url, visitor },
    async restart() {
      await current.console[Symbol.asyncDispose]();
      current = await run(port);
    },
    async loggedIn(login, password = PASSWORD) {
      const one = visitor();
      const { status, body } = await one.call('POST', '/session', { login, password });
      if (status !== 200) throw new Error(`${login} was not let in: ${status} ${JSON.stringify(body)}`);
      return one;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

async function runProgram(
  program: string,
  ground: Ground,
  runFile: string,
  onLog?: (line: string) => void,
): Promise<() => Promise<void>> {
  const [service = program, filter] = program.split('-');
  const main = fileURLToPath(new URL(`../../${service}/src/main.ts`, import.meta.url));
  const child = spawn(process.execPath, [main], {
    stdio: ['ignore', onLog === undefined ? 'ignore' : 'pipe', 'inherit'],
    env: {
      ...{ PATH: process.env['PATH'], ...ground.environment(program), POCHTAR_RUN_FILE: runFile },
      ...(filter !== undefined && { POCHTAR_FILTER: filter }),
    },
  });
  child.stdout?.on('data', (chunk: Buffer) => onLog?.(chunk.toString()));
  const ended = once(child, 'exit');
  const isReady = async (): Promise<boolean> => {
    const { health } = JSON.parse(readFileSync(runFile, 'utf8')) as { health: string };
    return (await fetch(`${health}/readyz`)).ok;
  };
  await eventually(isReady, { timeout: 60_000, interval: 50 });
  return async () => {
    child.kill('SIGTERM');
    await ended;
  };
}

async function createAdministrators(ground: Ground): Promise<void> {
  const { url, password } = ground.nats;
  await using bus = await connectBus({ url, user: 'ctl', password, name: 'test', log: silentLogger() });
  const people = [
    { login: 'root', role: 'admin', domains: null },
    { login: 'demo', role: 'domainAdmin', domains: ['demo.test'] },
    { login: 'auditor', role: 'auditor', domains: null },
  ] as const;
  for (const person of people) {
    const request = {
      ...person,
      domains: person.domains === null ? null : [...person.domains],
      password: PASSWORD,
    };
    const reply = await askAdmin(bus, adminAdministrator.create, wholeServer('test'), request);
    if (!reply.ok) throw new Error(reply.error.message.en);
  }
}

function visitorOf(url: string): Visitor {
  const one: Visitor = {
    cookie: '',
    async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
      const response = await fetch(`${url}/api/v1${path}`, {
        method,
        redirect: 'manual',
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(one.cookie !== '' && { cookie: one.cookie }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const set = response.headers.get('set-cookie');
      if (set !== null) one.cookie = set.split(';')[0] ?? '';
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json') === true;
      return {
        status: response.status,
        headers: response.headers,
        body: text === '' || !isJson ? text || null : (JSON.parse(text) as unknown),
      };
    },
  };
  return one;
}
