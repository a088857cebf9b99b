// How the other commands talk to the supervisor that is up: one JSON line each way over a Unix socket that only
// its owner may open. The socket is also the lock that keeps a second supervisor off the same state directory.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { processIdentity, readFacts, writeWhole } from '@pochtar/runtime';
import type { StatePaths } from './paths.ts';
import type { ProcessReport } from './supervised.ts';

export type ControlRequest =
  | { command: 'status' }
  | { command: 'down' }
  | { command: 'restart'; process: string };

export interface ControlReply {
  supervisor?: SupervisorIdentity;
  processes?: ProcessReport[];
  /** What was restarted. */
  restarted?: string[];
  error?: string;
}

interface SupervisorIdentity {
  pid: number;
  /** See `processIdentity`. */
  identity: string | null;
}

interface SupervisorFacts extends SupervisorIdentity {
  socket: string;
}

const timeoutMs = 60_000;
/** unix(7): the longest path of a socket. */
const maxSocketPath = 107;

/** Opens the control socket. Throws AlreadyUp when another supervisor holds it. */
export async function listenForControl(
  paths: StatePaths,
  answer: (request: ControlRequest) => Promise<ControlReply>,
): Promise<AsyncDisposable> {
  const other = await findSupervisor(paths);
  if (other) throw new AlreadyUp(other.pid);
  const socket = socketPath(paths);
  rmSync(socket, { force: true });
  const server = createServer((connection) => {
    let text = '';
    connection.setTimeout(timeoutMs, () => connection.destroy());
    connection.on('error', () => connection.destroy());
    connection.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      if (text.length > 4096) connection.destroy();
      if (!text.includes('\n')) return;
      void replyTo(text, answer).then((reply) => connection.end(`${JSON.stringify(reply)}\n`));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  chmodSync(socket, 0o600);
  const facts: SupervisorFacts = { ...thisSupervisor(), socket };
  writeWhole(factsFile(paths), JSON.stringify(facts));
  return { [Symbol.asyncDispose]: () => close(server, paths, socket) };
}

export class AlreadyUp extends Error {
  readonly pid: number;

  constructor(pid: number) {
    super(`Pochtar is up already (process ${pid})`);
    this.pid = pid;
  }
}

/** The supervisor that is up on this state directory, if one is. */
export async function findSupervisor(paths: StatePaths): Promise<SupervisorFacts | undefined> {
  const facts = readFacts(factsFile(paths), ({ pid, identity, socket }) =>
    typeof pid === 'number' && typeof socket === 'string'
      ? { pid, identity: typeof identity === 'string' ? identity : null, socket }
      : undefined,
  );
  const socket = facts?.socket ?? nearSocket(paths);
  if (!(await canConnect(socket))) return undefined;
  if (facts) return facts;
  // What it wrote down is lost: it says itself who it is.
  const { supervisor } = await ask(socket, { command: 'status' });
  return supervisor && { ...supervisor, socket };
}

/** What a supervisor answers of itself. */
export function thisSupervisor(): SupervisorIdentity {
  return { pid: process.pid, identity: processIdentity(process.pid) };
}

/** Asks the supervisor; undefined when none is up. */
export async function askSupervisor(
  paths: StatePaths,
  request: ControlRequest,
): Promise<ControlReply | undefined> {
  const facts = await findSupervisor(paths);
  return facts && ask(facts.socket, request);
}

function ask(path: string, request: ControlRequest): Promise<ControlReply> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => socket.write(`${JSON.stringify(request)}\n`));
    let text = '';
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error('the supervisor does not answer')));
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
    socket.on('error', reject);
    socket.on('end', () => {
      // An answer that breaks off is none: the supervisor has just ended.
      try {
        resolve(JSON.parse(text) as ControlReply);
      } catch (error) {
        reject(new Error('the supervisor broke off its answer', { cause: error }));
      }
    });
  });
}

async function replyTo(
  text: string,
  answer: (request: ControlRequest) => Promise<ControlReply>,
): Promise<ControlReply> {
  try {
    return await answer(JSON.parse(text) as ControlRequest);
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function nearSocket(paths: StatePaths): string {
  return join(paths.run, 'control.sock');
}

function socketPath(paths: StatePaths): string {
  const near = nearSocket(paths);
  return Buffer.byteLength(near) <= maxSocketPath ? near : join(mkdtempSync(join(tmpdir(), 'pochtar-')), 'c');
}

function factsFile(paths: StatePaths): string {
  return join(paths.run, 'supervisor.json');
}

async function close(server: Server, paths: StatePaths, socket: string): Promise<void> {
  rmSync(factsFile(paths), { force: true });
  await new Promise((resolve) => {
    server.close(resolve);
  });
  rmSync(socket, { force: true });
  if (dirname(socket) !== paths.run) rmSync(dirname(socket), { recursive: true, force: true });
}

function canConnect(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
