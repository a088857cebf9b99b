// Variables of a run: RFC 5229; global ones of included scripts: RFC 6609 §3.4; ${env.…}: RFC 5183 §4.
import type { SieveLimits } from './limits.ts';
import type { VariableSource } from './text.ts';

export class Variables implements VariableSource {
  readonly #limits: SieveLimits;
  readonly #environment: Readonly<Record<string, string>>;
  #own = new Map<string, string>();
  readonly #global: Map<string, string>;
  /** Names without namespace that mean the global ones in this script. */
  readonly #shared = new Set<string>();
  #matches: readonly string[] = [];

  constructor(
    limits: SieveLimits,
    environment: Readonly<Record<string, string>>,
    global = new Map<string, string>(),
  ) {
    this.#limits = limits;
    this.#environment = environment;
    this.#global = global;
  }

  variable(name: string): string {
    if (/^\d/.test(name)) return this.#matches[Number(name)] ?? '';
    if (name.startsWith('env.')) return this.#environment[name.slice(4)] ?? '';
    return this.#place(name).get(bare(name)) ?? '';
  }

  /** False: there are too many. What is too long is cut, RFC 5229 §6. */
  set(name: string, value: string): boolean {
    const place = this.#place(name);
    if (!place.has(bare(name)) && this.#own.size + this.#global.size >= this.#limits.variables) return false;
    place.set(bare(name), value.slice(0, this.#limits.variableLength).toWellFormed());
    return true;
  }

  get matches(): readonly string[] {
    return this.#matches;
  }

  /** RFC 5229 §3.2: what the wildcards of the last match stood for. */
  setMatches(matches: readonly string[]): void {
    this.#matches = matches;
  }

  share(name: string): void {
    this.#shared.add(name);
  }

  /** Those of a script that this one includes: of its own, but for the global ones. */
  ofIncluded(): Variables {
    return new Variables(this.#limits, this.#environment, this.#global);
  }

  #place(name: string): Map<string, string> {
    return name.startsWith('global.') || this.#shared.has(name) ? this.#global : this.#own;
  }
}

function bare(name: string): string {
  return name.startsWith('global.') ? name.slice('global.'.length) : name;
}
