// Password guessing: after so many failed log-ins an address is banned for a while, and an account is closed to clients it
// has never logged in from (settings section limits). Counted by Postgres, over all processes and protocols together.
import { isIP } from 'node:net';
import { clientKey, plainAddress } from '@pochtar/runtime';
import type { LimitsSettings } from '@pochtar/settings';
import type { Queryable } from '@pochtar/store/db';
import {
  type LoginAttempt,
  type LoginGate,
  loginFailed,
  loginGate,
  type LoginLimits,
  rememberClient,
  secondsUntilOpen,
} from '@pochtar/store/lists';
import type { CurrentSettings } from './open-service.ts';

/** Guessing at an account comes from many addresses; one person's mistakes do not. */
const ACCOUNT_TIMES = 5;

export function loginLimits({ failedLogins }: Pick<LimitsSettings, 'failedLogins'>): LoginLimits {
  return { perClient: failedLogins, perAccount: failedLogins * ACCOUNT_TIMES };
}

export interface Attempt {
  clientAddress: string;
  /** Many users share the address, which limits them itself: it is not banned for one of them. */
  isShared: boolean;
  /** The address key that was tried, or `administrator anna`; null for a name that can be neither. */
  account: string | null;
}

export class LoginGuard {
  readonly #db: Queryable;
  readonly #settings: CurrentSettings<'limits'>;

  constructor(db: Queryable, settings: CurrentSettings<'limits'>) {
    this.#db = db;
    this.#settings = settings;
  }

  /** Whether the password may be tried. */
  gate(attempt: Attempt): Promise<LoginGate> {
    return loginGate(this.#db, subjectsOf(attempt), loginLimits(this.#settings.current('limits')));
  }

  /** How long the gate stays closed. */
  secondsUntilOpen(attempt: Attempt): Promise<number> {
    return secondsUntilOpen(this.#db, subjectsOf(attempt));
  }

  failed(attempt: Attempt): Promise<void> {
    return loginFailed(this.#db, subjectsOf(attempt), this.#settings.current('limits').banMinutes);
  }

  async succeeded({ clientAddress, isShared, account }: Attempt): Promise<void> {
    if (account === null || isShared) return;
    await rememberClient(this.#db, account, clientKey(clientAddress), addressOf(clientAddress));
  }
}

function subjectsOf({ clientAddress, isShared, account }: Attempt): LoginAttempt {
  return {
    client: isShared ? null : clientKey(clientAddress),
    account,
    address: addressOf(clientAddress),
  };
}

/** As the database takes it. */
function addressOf(text: string): string | null {
  const address = plainAddress(text);
  return isIP(address) === 0 ? null : address;
}
