// One port of this machine: bound by all replicas of a program, and by nothing else; and who is in the way.
import { createServer, type Server } from 'node:net';
import type { Words } from './health.ts';
import { holderWords, installationOf, portHolders } from './port-holder.ts';

interface Place {
  host: string;
  port: number;
  /** There is no such interface. */
  isMissing?: boolean;
}

const BIND_ATTEMPTS = 10;
const BIND_PAUSE_MS = 100;

/** A wanted listener could not be opened; the words name the port, who holds it, and the remedy. */
export class ListenError extends Error {
  override name = 'ListenError';
  /** `portTaken`, `portForbidden`, `noAddress`, `noInterface`, `noCertificate` or `failed`. */
  readonly code: string;
  readonly text: Words;

  constructor(code: string, ru: string, en: string) {
    super(en);
    this.code = code;
    this.text = { ru, en };
  }

  /** The same about something that the settings call `name`. */
  of({ ru, en }: Words): ListenError {
    return new ListenError(this.code, `${ru}: ${this.text.ru}`, `${en}: ${this.text.en}`);
  }
}

export function noInterface({ host }: Pick<Place, 'host'>): ListenError {
  return new ListenError(
    'noInterface',
    `у этой машины нет интерфейса ${host}: исправьте список интерфейсов`,
    `this machine has no interface ${host}: correct the list of interfaces`,
  );
}

/** Whether a port could be bound now; nothing stays bound, and one that replicas share could be. Throws `ListenError`. */
export async function tryPort(place: Place): Promise<void> {
  if (place.isMissing) throw noInterface(place);
  try {
    await probe(place);
  } catch (error) {
    if (!isInUse(error)) throw explain(place, error);
    await refuseStrangers(place);
  }
}

/** Binds a port that replicas of this program share, and nobody else. Throws `ListenError`. */
export async function bindShared(server: Server, place: Place): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      if (attempt === 1) await probe(place);
    } catch (error) {
      if (!isInUse(error)) throw explain(place, error);
      await refuseStrangers(place);
    }
    try {
      return await bind(server, place, true);
    } catch (error) {
      // Another replica may be probing at this moment.
      if (!isInUse(error) || attempt === BIND_ATTEMPTS) throw explain(place, error);
    }
    await new Promise((resolve) => setTimeout(resolve, BIND_PAUSE_MS));
  }
}

async function probe(place: Place): Promise<void> {
  const server = createServer();
  await bind(server, place, false);
  await new Promise((resolve) => server.close(resolve));
}

function bind(server: Server, { host, port }: Place, reusePort: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, reusePort }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function refuseStrangers({ host, port }: Place): Promise<void> {
  const own = programOf(process.argv);
  const uid = process.getuid?.() ?? 0;
  for (const holder of await portHolders(host, port)) {
    const isOurs =
      holder.pid === null ? holder.uid === uid : await isSibling(holder.pid, holder.command, own);
    if (isOurs) continue;
    const { ru, en } = await holderWords(holder, port);
    throw new ListenError(
      'portTaken',
      `порт ${port} на ${host} занимает ${ru}: остановите его или выберите другой порт`,
      `port ${port} on ${host} is held by ${en}: stop it or choose another port`,
    );
  }
}

/** The same program of the same installation: two of them on one machine must not share a port. */
async function isSibling(pid: number, command: string, own: string): Promise<boolean> {
  if (pid === process.pid) return true;
  if (own === '' || !command.split(' ').includes(own)) return false;
  return (await installationOf(pid)) === (await installationOf(process.pid));
}

function programOf(argv: readonly string[]): string {
  return argv[1] ?? '';
}

function isInUse(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

const REMEDIES: Record<string, [code: string, ru: string, en: string]> = {
  EADDRINUSE: [
    'portTaken',
    'его занимает другой процесс: остановите его или выберите другой порт',
    'it is held by another process: stop it or choose another port',
  ],
  EACCES: [
    'portForbidden',
    'этому процессу порты ниже 1024 недоступны: выберите порт выше или дайте cap_net_bind_service',
    'this process may not use ports below 1024: choose a higher one or grant cap_net_bind_service',
  ],
  EADDRNOTAVAIL: [
    'noAddress',
    'у этой машины нет такого адреса: исправьте список интерфейсов',
    'this machine has no such address: correct the list of interfaces',
  ],
};

export function explain({ host, port }: Place, error: unknown): ListenError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const [reason, ru, en] = REMEDIES[code] ?? ['failed', message, message];
  return new ListenError(reason, `порт ${port} на ${host}: ${ru}`, `port ${port} on ${host}: ${en}`);
}
