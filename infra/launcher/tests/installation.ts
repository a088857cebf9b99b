// One installation as a person has it, with a state directory of its own: what the launcher's tests say and ask.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { reservePort } from '@pochtar/native';
import { eventually, temporaryDirectory } from '@pochtar/testkit';
import type { Endpoints } from '../src/first-start.ts';
import { root } from '../src/paths.ts';

export interface Status {
  up: boolean;
  processes: {
    name: string;
    pid: number | null;
    ready: boolean;
    state: string;
    restarts: number;
    faults: Record<string, string>;
  }[];
}

export interface Said {
  code: number;
  out: string;
  err: string;
}

export const startMs = 240_000;
// As the first start on a machine: with caches of its own.
const { NODE_COMPILE_CACHE: _, ...surroundings } = process.env;

export class TriedInstallation implements Disposable {
  readonly #directory = temporaryDirectory();
  /** Of the first start. */
  first!: Endpoints;

  constructor() {
    chmodSync(this.#directory.path, 0o711);
  }

  below(...names: string[]): string {
    return join(this.#directory.path, 'var', ...names);
  }

  #environment(language: 'ru' | 'en'): NodeJS.ProcessEnv {
    return { ...surroundings, POCHTAR_VAR: this.below(), POCHTAR_LANG: language };
  }

  pochtar = async (...words: string[]): Promise<Said> => {
    try {
      const options = { env: this.#environment('en'), timeout: startMs };
      const { stdout, stderr } = await promisify(execFile)(join(root, 'pochtar'), words, options);
      return { code: 0, out: stdout, err: stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, out: stdout, err: stderr };
    }
  };

  /** `up` in the foreground, in Russian; resolves when it says that all works. `stop` is Ctrl-C. */
  async upInForeground(): Promise<{ err: string; stop: () => Promise<number> }> {
    const child = spawn(join(root, 'pochtar'), ['up'], {
      env: this.#environment('ru'),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const text = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (text.out += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (text.err += chunk.toString('utf8')));
    await eventually(
      () => {
        if (!text.out.includes('Pochtar работает.')) throw new Error(`it is not up: ${text.err}`);
      },
      { timeout: startMs, interval: 100 },
    );
    const stop = async (): Promise<number> => {
      child.kill('SIGINT');
      const [code] = (await once(child, 'exit')) as [number];
      return code;
    };
    return { err: text.err, stop };
  }

  async status(): Promise<Status> {
    return JSON.parse((await this.pochtar('status', '--json')).out) as Status;
  }

  async pids(): Promise<Map<string, number>> {
    const { processes } = await this.status();
    return new Map(processes.flatMap(({ name, pid }) => (pid === null ? [] : [[name, pid] as const])));
  }

  /** Takes it down and keeps its ports from other installations of this machine, which choose theirs meanwhile. */
  async takeDown(): Promise<Said> {
    const said = await this.pochtar('down');
    const ports = JSON.parse(readFileSync(this.below('ports.json'), 'utf8')) as Record<string, number>;
    for (const port of Object.values(ports)) await reservePort(port);
    return said;
  }

  /** The reply to a mail from anna to boris. */
  async sendMail(): Promise<string> {
    const [anna] = this.first.accounts;
    const login = Buffer.from(`\0${anna?.address}\0${anna?.password}`).toString('base64');
    const mail = `From: ${anna?.address}\r\nTo: boris@demo.test\r\nSubject: kept\r\n\r\nkept\r\n.`;
    const lines = ['EHLO client.test', `AUTH PLAIN ${login}`, `MAIL FROM:<${anna?.address}>`];
    const said = await speak(this.first.smtps, [...lines, 'RCPT TO:<boris@demo.test>', 'DATA', mail]);
    if (!said.includes('\r\n354 ')) throw new Error(`DATA was refused: ${said}`);
    return said.split('\r\n').at(-2) ?? '';
  }

  async mailsOfBoris(): Promise<number> {
    const boris = this.first.accounts[1];
    const said = await speak(this.first.pop3s, [`USER ${boris?.address}`, `PASS ${boris?.password}`, 'STAT']);
    return Number(/\+OK (\d+) \d+\r\n$/.exec(said)?.[1]);
  }

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export const portOf = (address: string): number => Number(address.split(':')[1]);

/** The first line a server says. */
export async function greeting(address: string): Promise<string> {
  const socket = connect(portOf(address), '127.0.0.1');
  const [line] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return line.toString('latin1');
}

/** Speaks over TLS from the first byte; answers all that was said. */
async function speak(address: string, lines: string[]): Promise<string> {
  const socket = connectTls({ port: portOf(address), host: '127.0.0.1', rejectUnauthorized: false });
  let said = '';
  socket.on('data', (chunk: Buffer) => {
    said += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  await once(socket, 'data');
  for (const line of lines) {
    const before = said.length;
    socket.write(`${line}\r\n`);
    await eventually(() => said.length > before && said.endsWith('\r\n'));
  }
  socket.destroy();
  return said;
}
