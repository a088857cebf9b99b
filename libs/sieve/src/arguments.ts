// The arguments of a command or a test, sorted by what its definition takes. RFC 5228 §2.6: tags first, in any order, each
// with what follows it; then what has a place of its own.
import { type Place, SieveError } from './error.ts';
import type { Argument, SyntaxNode } from './syntax.ts';
import type { Text } from './text.ts';

export interface Tag {
  takes: 'nothing' | 'string' | 'strings' | 'number';
  /** The extension that has to be required for it. */
  needs?: string;
}

/** What a command or a test takes. */
export interface Signature {
  tags?: Readonly<Record<string, Tag>>;
  /** What stands behind the tags, in order. A question mark: one that may be missing. */
  positional?: readonly ('string' | 'strings' | 'number' | 'string?' | 'strings?')[];
}

/** What the script has required, and how its strings are read. */
export interface Reading {
  has(extension: string): boolean;
  text(value: string, place: Place): Text;
}

export class BoundArguments {
  readonly place: Place;
  readonly #tags = new Map<string, Argument | null>();
  readonly #positional: (Argument | null)[];
  readonly #reading: Reading;

  /** Throws SieveError for what the definition does not take, and for what is missing. */
  constructor(node: SyntaxNode, signature: Signature, reading: Reading) {
    this.place = node.place;
    this.#reading = reading;
    const rest = this.#bindTags(node, signature.tags ?? {});
    this.#positional = bindPositional(node, rest, signature.positional ?? []);
  }

  #bindTags(node: SyntaxNode, tags: Readonly<Record<string, Tag>>): Argument[] {
    const given = node.arguments;
    let at = 0;
    for (; given[at]?.kind === 'tag'; at++) {
      const { name, place } = given[at] as Argument & { kind: 'tag' };
      const tag = Object.hasOwn(tags, name) ? tags[name] : undefined;
      if (tag === undefined) throw new SieveError(place, `${node.name} takes no :${name}`);
      if (tag.needs !== undefined && !this.#reading.has(tag.needs))
        throw notRequired(place, `:${name}`, tag.needs);
      if (this.#tags.has(name)) throw new SieveError(place, `:${name} stands here twice`);
      if (tag.takes === 'nothing') this.#tags.set(name, null);
      else {
        const value = given[++at];
        if (value === undefined || !fits(value, tag.takes)) {
          throw new SieveError(value?.place ?? place, `:${name} takes ${NAMES[tag.takes]}`);
        }
        this.#tags.set(name, value);
      }
    }
    const late = given.slice(at).find(({ kind }) => kind === 'tag');
    if (late !== undefined) {
      throw new SieveError(late.place, 'tags stand in front of the other arguments');
    }
    return given.slice(at);
  }

  has(tag: string): boolean {
    return this.#tags.has(tag);
  }

  /** The one of these tags that is given; null for none. Throws SieveError for two. */
  oneOf(tags: readonly string[]): string | null {
    const given = tags.filter((tag) => this.#tags.has(tag));
    if (given.length > 1)
      throw new SieveError(this.place, `:${given[0]} and :${given[1]} exclude each other`);
    return given[0] ?? null;
  }

  /** Of a tag, or of a place. Null: not given. */
  text(which: string | number): Text | null {
    const [text = null] = this.texts(which) ?? [];
    return text;
  }

  /** A string that must not have variables in it: what it says has to be known beforehand. */
  constant(which: string | number): string | null {
    const text = this.text(which);
    if (text === null) return null;
    if (text.constant === undefined) {
      throw new SieveError(this.#argument(which)?.place ?? this.place, 'no variables may stand here');
    }
    return text.constant;
  }

  texts(which: string | number): readonly Text[] | null {
    const argument = this.#argument(which);
    if (argument?.kind !== 'strings') return null;
    return argument.values.map((value) => this.#reading.text(value, argument.place));
  }

  number(which: string | number): number | null {
    const argument = this.#argument(which);
    return argument?.kind === 'number' ? argument.value : null;
  }

  /** Of what stands there, for errors. */
  placeOf(which: string | number): Place {
    return this.#argument(which)?.place ?? this.place;
  }

  #argument(which: string | number): Argument | null {
    return (typeof which === 'number' ? this.#positional[which] : this.#tags.get(which)) ?? null;
  }
}

export function notRequired(place: Place, what: string, extension: string): SieveError {
  return new SieveError(
    place,
    `${what} needs require ${JSON.stringify(extension)}; at the beginning of the script`,
  );
}

const NAMES = { string: 'a string', strings: 'a string or a list of strings', number: 'a number' } as const;

function fits(argument: Argument, takes: keyof typeof NAMES): boolean {
  if (takes === 'number') return argument.kind === 'number';
  return argument.kind === 'strings' && (takes === 'strings' || !argument.isList);
}

function bindPositional(
  node: SyntaxNode,
  given: readonly Argument[],
  wanted: NonNullable<Signature['positional']>,
): (Argument | null)[] {
  const all: (Argument | null)[] = [...given];
  const optional = wanted.findIndex((kind) => kind.endsWith('?'));
  if (optional >= 0 && given.length === wanted.length - 1) all.splice(optional, 0, null);
  for (const [at, kind] of wanted.entries()) {
    const takes = kind.replace('?', '') as keyof typeof NAMES;
    const argument = all[at];
    if (argument === null) continue;
    if (argument === undefined || !fits(argument, takes)) {
      const place = argument?.place ?? node.place;
      throw new SieveError(place, `${node.name} takes ${NAMES[takes]} as argument ${at + 1}`);
    }
  }
  const more = all[wanted.length];
  if (more)
    throw new SieveError(more.place, `${node.name} takes ${wanted.length} arguments, not ${all.length}`);
  return all;
}
