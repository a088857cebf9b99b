// Tests of the header: RFC 5228 §5.5, §5.7, §5.9; `:index` and `:last` of RFC 5260 §6.
import { type BoundArguments, type Tag } from '../arguments.ts';
import type { TestDefinition } from '../definition.ts';
import { SieveError } from '../error.ts';
import type { Field } from '../fields.ts';
import { MATCH_TAGS, matchOf, valuesOf } from '../match.ts';
import type { Run } from '../run.ts';

export const INDEX_TAGS: Readonly<Record<string, Tag>> = {
  index: { takes: 'number', needs: 'index' },
  last: { takes: 'nothing', needs: 'index' },
};

/** Which of the fields of one name a test looks at. */
export type Choice = (fields: readonly Field[]) => readonly Field[];

// RFC 5260 §6.1: counted from one, with `:last` from the last one upwards.
export function choiceOf(given: BoundArguments): Choice {
  const index = given.number('index');
  if (index === null) {
    if (given.has('last')) throw new SieveError(given.place, ':last goes with :index only');
    return (fields) => fields;
  }
  const at = given.has('last') ? -index : index - 1;
  if (index === 0) throw new SieveError(given.placeOf('index'), ':index counts from 1');
  return (fields) => {
    const field = fields.at(at);
    return field === undefined || (at >= 0 && at >= fields.length) ? [] : [field];
  };
}

/** The text of each field with one of these names. */
function textsOf(run: Run, names: readonly string[], choice: Choice): string[] {
  return names.flatMap((name) => choice(run.fields.named(name)).map((field) => run.fields.text(field)));
}

export const header: TestDefinition = {
  name: 'header',
  tags: { ...MATCH_TAGS, ...INDEX_TAGS },
  positional: ['strings', 'strings'],
  compile(given, compiler) {
    const [names, keys] = [given.texts(0) ?? [], given.texts(1) ?? []];
    const [match, choice] = [matchOf(given, compiler), choiceOf(given)];
    return (run) => match(run, textsOf(run, valuesOf(names, run), choice), valuesOf(keys, run));
  },
};

export const exists: TestDefinition = {
  name: 'exists',
  positional: ['strings'],
  compile(given) {
    const names = given.texts(0) ?? [];
    return (run) => valuesOf(names, run).every((name) => run.fields.named(name).length > 0);
  },
};

export const size: TestDefinition = {
  name: 'size',
  tags: { over: { takes: 'number' }, under: { takes: 'number' } },
  compile(given) {
    const [over, under] = [given.number('over'), given.number('under')];
    if ((over === null) === (under === null)) {
      throw new SieveError(given.place, 'size takes :over or :under with a number of octets');
    }
    // RFC 5228 §5.9: what is of exactly that size is neither.
    return ({ mail }) => (over === null ? mail.size < (under ?? 0) : mail.size > over);
  },
};
