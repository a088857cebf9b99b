// Live events: hints of what has changed, for pages that then ask again. Nothing of a mail or a setting is in them. What
// several messages of the bus say within a second is said once.
import {
  type Bus,
  directoryChanged,
  dnsblChanged,
  guardChanged,
  routesChanged,
  hooksChanged,
  listsChanged,
  mailBounced,
  mailDeferred,
  mailHeld,
  type Role,
  settingsApplied,
  settingsChanged,
  taskChanged,
} from '@pochtar/bus';
import { type Topic, topics } from '../contract/live.ts';

const GATHER_MS = 1000;

/** What each role may hear of. */
const TOPICS: Readonly<Record<Role, readonly Topic[]>> = {
  admin: topics,
  auditor: topics,
  domainAdmin: ['directory', 'queue', 'tasks'],
  user: [],
};

const ENCRYPTION: ReadonlySet<string> = new Set(['smtpEncryption', 'accessEncryption']);

type Listener = (topic: Topic) => void;

/** One subscription to the bus for all streams of this process. */
export class Hints implements AsyncDisposable {
  readonly #listeners = new Map<Listener, ReadonlySet<Topic>>();
  readonly #gathered = new Set<Topic>();
  readonly #subscriptions: { stop(): unknown }[];
  #timer: NodeJS.Timeout | undefined;

  constructor(bus: Bus) {
    this.#subscriptions = [
      bus.subscribe(settingsChanged, ({ section }) => {
        this.#note('settings');
        // Whatever changes a certificate makes a new revision of the sections that listeners take theirs from.
        if (ENCRYPTION.has(section)) this.#note('certificates');
      }),
      bus.subscribe(settingsApplied, () => this.#note('applied')),
      bus.subscribe(directoryChanged, () => this.#note('directory')),
      bus.subscribe(listsChanged, () => this.#note('lists')),
      bus.subscribe(dnsblChanged, () => this.#note('dnsbl')),
      bus.subscribe(guardChanged, () => this.#note('guard')),
      bus.subscribe(routesChanged, () => this.#note('routes')),
      bus.subscribe(taskChanged, () => this.#note('tasks')),
      bus.subscribe(hooksChanged, () => this.#note('hooks')),
      ...[mailDeferred, mailBounced, mailHeld].map((subject) =>
        bus.subscribe(subject, () => this.#note('queue')),
      ),
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    await Promise.all(this.#subscriptions.map((one) => one.stop()));
  }

  /** Calls `listener` for what `role` may hear of; returns what ends it. */
  listen(role: Role, listener: Listener): () => void {
    this.#listeners.set(listener, new Set(TOPICS[role]));
    return () => void this.#listeners.delete(listener);
  }

  #note(topic: Topic): void {
    this.#gathered.add(topic);
    this.#timer ??= setTimeout(() => this.#tell(), GATHER_MS);
  }

  #tell(): void {
    this.#timer = undefined;
    for (const topic of this.#gathered) {
      for (const [listener, wanted] of this.#listeners) if (wanted.has(topic)) listener(topic);
    }
    this.#gathered.clear();
  }
}
