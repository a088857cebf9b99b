// Through which local addresses foreign domains send without a login: gathered, written together and judged over all processes
// (ADR 29). An address that too many came through hides where its clients come from, or is one that sends for everybody.
import { type Bus, guardChanged } from '@pochtar/bus';
import { domainKey } from '@pochtar/mail';
import { isLocalAddress, type Logger, plainAddress, Tally } from '@pochtar/runtime';
import type { ClientGuard } from '@pochtar/service';
import type { Database } from '@pochtar/store/db';
import { calmGuardedClients, type ForeignSender, noteForeignSenders } from '@pochtar/store/lists';
import type { OwnDirectory } from './directory.ts';
import type { Session } from './session.ts';

/** Pairs of address and domain in a writing. */
const MAX_PAIRS = 2000;
/** A pair that was gathered so recently is not gathered again. */
const KNOWN_MS = 600_000;
const CALM_EVERY_MS = 300_000;

interface ForeignSendersTools {
  db: Database;
  bus: Pick<Bus, 'emit'>;
  directory: Pick<OwnDirectory, 'domains'>;
  guard: Pick<ClientGuard, 'refresh'>;
  log: Logger;
}

export class ForeignSenders implements AsyncDisposable {
  readonly #tools: ForeignSendersTools;
  readonly #tally: Tally<ForeignSender>;
  readonly #timer: NodeJS.Timeout;
  /** When each pair was gathered. Bounded: the oldest go first. */
  readonly #known = new Map<string, number>();

  constructor(tools: ForeignSendersTools) {
    this.#tools = tools;
    this.#tally = new Tally({
      keyOf,
      merge: () => {},
      write: (rows) => this.#write(rows),
      ...{ maxRows: MAX_PAIRS, what: 'domains that sent through local addresses', log: tools.log },
    });
    this.#timer = setInterval(() => void this.#calm(), CALM_EVERY_MS).unref();
  }

  /** A mail has begun, without a login. */
  note({ clientAddress }: Pick<Session, 'clientAddress'>, domain: string): void {
    if (!isLocalAddress(clientAddress) || !isForeignName(domain)) return;
    const pair = { address: plainAddress(clientAddress), domain: domainKey(domain) };
    const key = keyOf(pair);
    if ((this.#known.get(key) ?? 0) > Date.now() - KNOWN_MS) return;
    this.#tools.directory.domains().then(
      (own) => {
        if (isOwn(pair.domain, own)) return;
        this.#remember(key);
        this.#tally.add(pair);
      },
      (error: unknown) => this.#tools.log.debug({ err: error }, 'whose domain it is cannot be told'),
    );
  }

  #remember(key: string): void {
    this.#known.delete(key);
    this.#known.set(key, Date.now());
    if (this.#known.size <= MAX_PAIRS) return;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }

  async #write(rows: ForeignSender[]): Promise<void> {
    const { db, log } = this.#tools;
    for (const address of await noteForeignSenders(db, rows)) {
      log.warn(
        { address },
        'many foreign domains send through one local address: it is not trusted until somebody confirms that it is one client (pochtar guard)',
      );
      this.#tell(address, 'suspended');
    }
  }

  async #calm(): Promise<void> {
    const { db, log } = this.#tools;
    try {
      for (const address of await calmGuardedClients(db)) {
        log.info({ address }, 'a local address has been quiet: it is trusted again');
        this.#tell(address, 'trusted');
      }
    } catch (error) {
      log.warn({ err: error }, 'whether local addresses have been quiet is looked at later');
    }
  }

  #tell(address: string, state: 'suspended' | 'trusted'): void {
    this.#tools.bus.emit(guardChanged, { address, state });
    this.#tools.guard.refresh();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#tally[Symbol.asyncDispose]();
  }
}

function keyOf({ address, domain }: ForeignSender): string {
  return `${address} ${domain}`;
}

/** A neighbour may send as `root@nas` or `root@[10.0.0.7]`: neither is anybody's domain. */
function isForeignName(domain: string): boolean {
  return !domain.startsWith('[') && domain.includes('.');
}

/** At or below one that is hosted here. */
function isOwn(domain: string, own: ReadonlySet<string>): boolean {
  for (let name = domain; name !== ''; name = name.slice(name.indexOf('.') + 1)) {
    if (own.has(name)) return true;
    if (!name.includes('.')) return false;
  }
  return false;
}
