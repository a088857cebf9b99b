// Where things lie: the checkout, and the state directory var/ (moved with POCHTAR_VAR).
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The checkout. */
export const root = resolve(import.meta.dirname, '../../..');

export interface StatePaths {
  readonly var: string;
  readonly postgres: string;
  readonly nats: string;
  /** The directory volume: the bodies of all mails. */
  readonly mail: string;
  readonly secrets: string;
  readonly log: string;
  readonly spool: string;
  /** Facts of the run that is up: pid files, health addresses, the control socket. */
  readonly run: string;
  /** Where programs say that they can be asked; in the hands of the user they run as. */
  readonly announcements: string;
  readonly tools: string;
  /** What Node keeps of code that it has compiled: for the launcher and its commands; */
  readonly compileCache: string;
  /** and for programs that do not run as root. */
  readonly programCache: string;
  readonly ports: string;
  readonly endpoints: string;
}

/** The paths below `POCHTAR_VAR`, or below var/ of the checkout. Installations of one checkout may share the caches. */
export function statePaths(directory: string = process.env['POCHTAR_VAR'] ?? join(root, 'var')): StatePaths {
  const base = resolve(directory);
  const below = (name: string): string => join(base, name);
  return {
    var: base,
    postgres: below('postgres'),
    nats: below('nats'),
    mail: below('mail'),
    secrets: below('secrets'),
    log: below('log'),
    spool: below('spool'),
    run: below('run'),
    announcements: below('run/programs'),
    tools: below('tools'),
    compileCache: process.env['NODE_COMPILE_CACHE'] ?? below('compile-cache'),
    programCache: process.env['POCHTAR_PROGRAM_CACHE'] ?? below('program-cache'),
    ports: below('ports.json'),
    endpoints: below('endpoints.json'),
  };
}

/**
 * Makes the directories; secrets and the run's facts are for their owner only. Not those of the database and the mails:
 * one that is missing there may be a disk that is not mounted. They are made with what lies in them, once.
 */
export function makeStateDirectories(paths: StatePaths): void {
  mkdirSync(paths.var, { recursive: true, mode: 0o755 });
  for (const directory of [paths.secrets, paths.log, paths.spool, paths.run, paths.announcements]) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  }
}
