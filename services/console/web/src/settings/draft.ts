// What is typed and not saved: a value by path, on top of the stored documents. Fields follow their own path only, so that
// typing into one renders one. It lives in memory alone, because it may hold secrets. React knows it by `use-draft.ts`.
import {
  checkValue,
  type Document,
  expectedOf,
  type FormsDescription,
  isSameValue,
  isShown,
  mergeThreeWay,
  type SecretInput,
  type Text,
} from '@pochtar/settings/forms';
import type { FieldProblem } from '../api/problem.ts';
import { describedAt, isSecret, partsOf, sectionOf } from './catalogue.ts';

export interface StoredSection {
  name: string;
  revision: number;
  document: Document;
  secrets: Record<string, boolean>;
  author: string;
  changedAt: string;
}

/** Both changed the field since the draft began. */
export interface Conflict {
  path: string;
  base: unknown;
  theirs: unknown;
  author: string;
}

export interface SectionChange {
  section: string;
  expectedRevision: number;
  patch: Record<string, unknown>;
  secrets?: Record<string, string | null>;
}

export class Draft {
  readonly #forms: FormsDescription;
  readonly #stored = new Map<string, StoredSection>();
  readonly #values = new Map<string, unknown>();
  readonly #secrets = new Map<string, string | null>();
  readonly #conflicts = new Map<string, Conflict>();
  #problems: readonly FieldProblem[] = [];
  #cautions: readonly FieldProblem[] = [];
  /** What the server was shown when it found them. */
  #shown = '';
  readonly #listeners = new Map<string, Set<() => void>>();
  /** Grows with every change: the snapshot for those who follow everything. */
  version = 0;
  #isBeingSaved = false;

  constructor(forms: FormsDescription) {
    this.#forms = forms;
  }

  /** What is on its way to be saved needs no check beside it, which would be late by one revision. */
  get isBeingSaved(): boolean {
    return this.#isBeingSaved;
  }

  async whileSaved<Result>(save: () => Promise<Result>): Promise<Result> {
    this.#isBeingSaved = true;
    try {
      return await save();
    } finally {
      this.#isBeingSaved = false;
    }
  }

  subscribe(path: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(path) ?? new Set();
    this.#listeners.set(path, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  #tell(...paths: string[]): void {
    this.version++;
    for (const path of [...paths, '*']) for (const listener of this.#listeners.get(path) ?? []) listener();
  }

  /** What is stored now. A draft of something older is merged: what nobody typed takes the new value. */
  take(sections: readonly StoredSection[]): void {
    const changed = sections.filter(({ name, revision }) => this.#stored.get(name)?.revision !== revision);
    for (const section of changed) this.#rebase(section);
    if (changed.length > 0) this.#tell(...this.#listeners.keys());
  }

  #rebase(theirs: StoredSection): void {
    const before = this.#stored.get(theirs.name);
    this.#stored.set(theirs.name, theirs);
    const described = sectionOf(this.#forms, theirs.name);
    if (before === undefined || described === undefined) return;
    const mine = { ...before.document, ...this.#patchOf(theirs.name) };
    const merged = mergeThreeWay(before.document, theirs.document, mine, described);
    const isInConflict = new Set(merged.conflicts.map(({ field }) => field));
    for (const { name } of described.fields) {
      const path = `${theirs.name}.${name}`;
      const value = isInConflict.has(name) ? mine[name] : merged.document[name];
      if (isSameValue(value, theirs.document[name])) this.#values.delete(path);
      else this.#values.set(path, value);
    }
    for (const { field, base, theirs: value } of merged.conflicts) {
      const path = `${theirs.name}.${field}`;
      // A second change of theirs: what I began with stays the first.
      const known = this.#conflicts.get(path);
      this.#conflicts.set(path, { path, base: known?.base ?? base, theirs: value, author: theirs.author });
    }
  }

  get isLoaded(): boolean {
    return this.#stored.size > 0;
  }

  stored(section: string): StoredSection | undefined {
    return this.#stored.get(section);
  }

  value(path: string): unknown {
    return this.#values.has(path) ? this.#values.get(path) : this.storedValue(path);
  }

  storedValue(path: string): unknown {
    const { section, field } = partsOf(path);
    return this.#stored.get(section)?.document[field];
  }

  set(path: string, value: unknown): void {
    if (isSameValue(value, this.storedValue(path))) this.#values.delete(path);
    else this.#values.set(path, value);
    this.#tell(path);
  }

  /** Undefined: as it is stored; null: to be removed. */
  secret(path: string): string | null | undefined {
    return this.#secrets.get(path);
  }

  setSecret(path: string, value: string | null | undefined): void {
    if (value === undefined) this.#secrets.delete(path);
    else this.#secrets.set(path, value);
    this.#tell(path);
  }

  isSecretSet(path: string): boolean {
    const { section, field } = partsOf(path);
    return this.#stored.get(section)?.secrets[field] ?? false;
  }

  /** The document as it would be stored. */
  document(section: string): Document {
    return { ...this.#stored.get(section)?.document, ...this.#patchOf(section) };
  }

  #patchOf(section: string): Record<string, unknown> {
    const own = [...this.#values].filter(([path]) => path.startsWith(`${section}.`));
    return Object.fromEntries(own.map(([path, value]) => [partsOf(path).field, value]));
  }

  secretInput(section: string): SecretInput {
    const own = [...this.#secrets].filter(([path]) => path.startsWith(`${section}.`));
    return {
      given: Object.fromEntries(own.map(([path, value]) => [partsOf(path).field, value])),
      present: this.#stored.get(section)?.secrets ?? {},
    };
  }

  isShown(path: string): boolean {
    if (describedAt(this.#forms, path)?.when === undefined) return true;
    const { section, field } = partsOf(path);
    const described = sectionOf(this.#forms, section);
    return described === undefined || isShown(described, field, this.document(section));
  }

  changedPaths(): string[] {
    return [...new Set([...this.#values.keys(), ...this.#secrets.keys()])];
  }

  changedSections(): string[] {
    return [...new Set(this.changedPaths().map((path) => partsOf(path).section))];
  }

  /** What the bounds of the catalogue say; of hidden fields nothing. */
  localProblem(path: string): Text | undefined {
    const described = describedAt(this.#forms, path);
    if (described === undefined || isSecret(described) || !this.isShown(path)) return undefined;
    const value = this.value(path);
    if (described.input.kind === 'integer' && value === '') return expectedOf(described.input);
    return checkValue(described, value);
  }

  /** Paths of fields that cannot be sent as they are, or are missing beside what was changed. */
  localProblems(): string[] {
    return this.changedSections()
      .flatMap((name) => sectionOf(this.#forms, name)?.fields.map((field) => `${name}.${field.name}`) ?? [])
      .filter((path) => this.localProblem(path) !== undefined);
  }

  /** What is sent; with `onlySound`, without the fields that are wrong as they stand. */
  changes(onlySound = false): SectionChange[] {
    return this.changedSections().flatMap((section) => {
      const stored = this.#stored.get(section);
      if (stored === undefined) return [];
      const entries = Object.entries(this.#patchOf(section));
      const patch = Object.fromEntries(
        onlySound
          ? entries.filter(([field]) => this.localProblem(`${section}.${field}`) === undefined)
          : entries,
      );
      const secrets = this.secretInput(section).given;
      const hasSecrets = Object.keys(secrets).length > 0;
      if (Object.keys(patch).length === 0 && !hasSecrets) return [];
      return [{ section, expectedRevision: stored.revision, patch, ...(hasSecrets && { secrets }) }];
    });
  }

  /** What the server found. */
  found(problems: readonly FieldProblem[], cautions: readonly FieldProblem[] = []): void {
    const touched = new Set([...this.#problems, ...problems].map(pathOf));
    this.#problems = problems;
    this.#cautions = cautions;
    this.#shown = JSON.stringify(this.changes());
    this.#tell(...touched);
  }

  problems(path: string): readonly FieldProblem[] {
    return this.#problems.filter((problem) => pathOf(problem) === path);
  }

  allProblems(): readonly FieldProblem[] {
    return this.#problems;
  }

  /** Without those that were found of what has been changed since: the server has not answered to that yet. */
  knownProblems(): readonly FieldProblem[] {
    return this.#problems.length > 0 && this.#shown === JSON.stringify(this.changes()) ? this.#problems : [];
  }

  cautions(): readonly FieldProblem[] {
    return this.#cautions;
  }

  conflicts(): Conflict[] {
    return [...this.#conflicts.values()];
  }

  resolve(path: string, choice: 'theirs' | 'mine'): void {
    const conflict = this.#conflicts.get(path);
    if (conflict === undefined) return;
    this.#conflicts.delete(path);
    if (choice === 'theirs') this.#values.delete(path);
    this.#tell(path);
  }

  discard(): void {
    const touched = this.changedPaths();
    this.#values.clear();
    this.#secrets.clear();
    this.#conflicts.clear();
    this.found([]);
    this.#tell(...touched);
  }
}

/** The field of a finding: `autoCreateFolders.2.specialUse` is of autoCreateFolders. */
export function pathOf({ section, field }: Pick<FieldProblem, 'section' | 'field'>): string {
  return section === undefined ? field : `${section}.${field.split('.')[0] ?? ''}`;
}
