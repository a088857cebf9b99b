// Starts the processes of a table in the order of their dependencies, keeps them running, and stops them in the
// reverse order. It knows nothing of what they are.
import type { Launch, ProcessReport } from './supervised.ts';
import { Supervised } from './supervised.ts';

export interface SupervisorEntry {
  name: string;
  dependsOn: string[];
  once?: boolean;
  launch: Launch;
}

export class Supervisor implements AsyncDisposable {
  readonly #processes = new Map<string, Supervised>();
  readonly #entries: SupervisorEntry[];
  #stopped: Promise<void> | undefined;

  /** Entries stand after what they depend on. */
  constructor(entries: SupervisorEntry[], note: (report: ProcessReport) => void = () => {}) {
    this.#entries = entries;
    for (const { name, launch, once = false } of entries) {
      this.#processes.set(name, new Supervised({ name, launch, once, note }));
    }
  }

  /** Resolves when every process is ready or done; rejects at the first that cannot be. The others stay up. */
  async start(): Promise<void> {
    const started = new Map<string, Promise<void>>();
    for (const { name, dependsOn } of this.#entries) {
      const promise = this.#startAfter(
        name,
        dependsOn.map((other) => started.get(other) ?? Promise.resolve()),
      );
      // Promise.all below reports the first failure; the others are its consequences.
      promise.catch(() => {});
      started.set(name, promise);
    }
    await Promise.all(started.values());
  }

  async #startAfter(name: string, before: Promise<void>[]): Promise<void> {
    await Promise.all(before);
    if (this.#stopped) throw new Error('stopped');
    await this.#process(name).start();
  }

  #process(name: string): Supervised {
    const process = this.#processes.get(name);
    if (!process) throw new Error(`there is no process ${name}`);
    return process;
  }

  reports(): ProcessReport[] {
    return [...this.#processes.values()].map((process) => process.report);
  }

  /** Restarts a process and its replicas (`smtp` means smtp, smtp-2, …). Returns the names; none when unknown. */
  async restart(name: string): Promise<string[]> {
    const matching = [...this.#processes.values()].filter(
      (process) => process.name === name || replicaOf(process.name) === name,
    );
    for (const process of matching) await process.restart();
    return matching.map((process) => process.name);
  }

  /** Stops level by level: first what nothing depends on, last what all depend on. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stopAll(): Promise<void> {
    const levels = new Map<string, number>();
    for (const { name, dependsOn } of this.#entries) {
      levels.set(name, 1 + Math.max(0, ...dependsOn.map((other) => levels.get(other) ?? 0)));
    }
    for (const level of [...new Set(levels.values())].toSorted((a, b) => b - a)) {
      const names = [...levels].filter(([, own]) => own === level).map(([name]) => name);
      await Promise.all(names.map((name) => this.#process(name).stop()));
    }
  }
}

/** The name of the n-th replica: smtp, smtp-2, smtp-3. */
export function replicaName(name: string, number: number): string {
  return number === 1 ? name : `${name}-${number}`;
}

function replicaOf(name: string): string {
  return name.replace(/-\d+$/, '');
}
