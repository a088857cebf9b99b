// Who looks: HTTP Basic with the log-ins of people (RFC 7617). Passwords are asked of the settings process, which counts failures
// over all protocols; that one was right is kept while the account has the same epoch.
import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { authCheck, type Bus } from '@pochtar/bus';
import { type Logger, networkSet } from '@pochtar/runtime';
import type { CurrentSettings } from '@pochtar/service';
import { findViewer } from '@pochtar/store/book';
import type { Queryable } from '@pochtar/store/db';

export interface Viewer {
  /** null: nobody has logged in. */
  address: string | null;
  /** Whose people are its own; null: nobody's. */
  domain: string | null;
}

export type Identified = { ok: true; viewer: Viewer } | { ok: false; why: 'wrong' | 'banned' | 'busy' };

interface Known {
  address: string;
  epoch: number;
  until: number;
}

export interface ViewerTools {
  db: Queryable;
  bus: Bus;
  log: Logger;
  settings: CurrentSettings<'network'>;
}

const ASK_MS = 10_000;
/** Telephones ask a few questions in a row, and again after a while. */
const KEEP_MS = 600_000;
const MAX_KEPT = 10_000;
/** After a password that is wrong. */
const PAUSE_MS = 1000;

export class Viewers {
  readonly #tools: ViewerTools;
  readonly #known = new Map<string, Known>();

  constructor(tools: ViewerTools) {
    this.#tools = tools;
  }

  async identify(authorization: string | undefined, clientAddress: string): Promise<Identified> {
    const credentials = basicOf(authorization);
    if (credentials === null) return { ok: false, why: 'wrong' };
    const { name, password } = credentials;
    // Nobody finds the password by what is kept.
    const key = createHash('sha256')
      .update(JSON.stringify([name, password]))
      .digest('base64url');
    const known = this.#known.get(key);
    if (known !== undefined && known.until > Date.now()) {
      const viewer = await findViewer(this.#tools.db, known.address);
      if (viewer !== null && viewer.epoch === known.epoch) return { ok: true, viewer };
    }
    this.#known.delete(key);
    return this.#ask(key, name, password, clientAddress);
  }

  async #ask(key: string, name: string, password: string, clientAddress: string): Promise<Identified> {
    const { bus, settings, log, db } = this.#tools;
    const isShared = networkSet(settings.current('network').webmailAddresses)(clientAddress);
    const request = {
      protocol: 'console',
      clientAddress,
      isShared,
      authorizationName: '',
      name,
      password,
    } as const;
    const answer = await bus.ask(authCheck, request, ASK_MS).catch((error: unknown) => {
      log.warn({ err: error }, 'a password could not be checked');
      return { outcome: 'busy' } as const;
    });
    if (answer.outcome === 'ok') {
      const { address, epoch } = answer.account;
      if (this.#known.size >= MAX_KEPT) this.#known.delete(this.#known.keys().next().value ?? '');
      this.#known.set(key, { address, epoch, until: Date.now() + KEEP_MS });
      const viewer = await findViewer(db, address);
      return viewer === null ? { ok: false, why: 'wrong' } : { ok: true, viewer };
    }
    if (answer.outcome !== 'refused') return { ok: false, why: answer.outcome };
    await wait(PAUSE_MS, undefined, { ref: false });
    return { ok: false, why: 'wrong' };
  }
}

const MAX_HEADER = 2000;

// RFC 7617 §2: the name ends at the first colon.
function basicOf(authorization: string | undefined): { name: string; password: string } | null {
  const [, written = ''] =
    /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(authorization?.slice(0, MAX_HEADER) ?? '') ?? [];
  const text = Buffer.from(written, 'base64').toString();
  const colon = text.indexOf(':');
  if (colon <= 0 || text.includes('\0')) return null;
  return { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
