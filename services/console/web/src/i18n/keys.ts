// The keys of words: those of Russian, plurals by their stem.
import type { ru } from './ru.ts';
import type { audit } from './ru/audit.ts';
import type { bookClients } from './ru/book-clients.ts';
import type { contacts } from './ru/contacts.ts';
import type { dlp } from './ru/dlp.ts';
import type { external } from './ru/external.ts';
import type { guard } from './ru/guard.ts';
import type { hooks } from './ru/hooks.ts';
import type { queueMoves } from './ru/queue-moves.ts';
import type { quarantine } from './ru/quarantine.ts';
import type { routes } from './ru/routes.ts';
import type { tasks } from './ru/tasks.ts';
import type { tryMail } from './ru/try.ts';

type Written = keyof typeof ru;
type Stem<Name> = Name extends
  | `${infer Base}_one`
  | `${infer Base}_few`
  | `${infer Base}_many`
  | `${infer Base}_other`
  ? Base
  : Name;
/** Words of a page that few open come with it (`addWords`). */
export type Key = Stem<
  | Written
  | keyof typeof audit
  | keyof typeof bookClients
  | keyof typeof contacts
  | keyof typeof dlp
  | keyof typeof external
  | keyof typeof guard
  | keyof typeof hooks
  | keyof typeof quarantine
  | keyof typeof queueMoves
  | keyof typeof routes
  | keyof typeof tasks
  | keyof typeof tryMail
>;

/** English has the same keys, and of plurals one and other. */
export type English = Record<Exclude<Written, `${string}_few` | `${string}_many`>, string>;

export type Language = 'ru' | 'en';
