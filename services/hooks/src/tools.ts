// What every part of this service works with.
import type { Counter } from '@opentelemetry/api';
import type { Bus } from '@pochtar/bus';
import type { Logger } from '@pochtar/runtime';
import type { Database } from '@pochtar/store/db';
import type { MasterKey } from '@pochtar/store/settings';
import type { Poster } from './post.ts';

export interface Tools {
  db: Database;
  bus: Bus;
  log: Logger;
  key: MasterKey;
  poster: Poster;
  /** Of this start: whose leases are ours. */
  instance: string;
  attempts: Counter;
}
