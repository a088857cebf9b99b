// Tests of what the script itself has set: RFC 5229 §5, RFC 5232 §4.
import { notRequired } from '../arguments.ts';
import type { TestDefinition } from '../definition.ts';
import { checkFlags } from '../flags.ts';
import { MATCH_TAGS, matchOf, valuesOf } from '../match.ts';

export const stringTest: TestDefinition = {
  name: 'string',
  needs: 'variables',
  tags: MATCH_TAGS,
  positional: ['strings', 'strings'],
  compile(given, compiler) {
    const [sources, keys] = [given.texts(0) ?? [], given.texts(1) ?? []];
    const match = matchOf(given, compiler);
    const isCount = given.has('count');
    return (run) => {
      const values = valuesOf(sources, run);
      // RFC 5229 §5: empty ones are not counted.
      return match(run, isCount ? values.filter((value) => value !== '') : values, valuesOf(keys, run));
    };
  },
};

// RFC 5232 §4: of variables, or of the internal one.
export const hasFlag: TestDefinition = {
  name: 'hasflag',
  needs: 'imap4flags',
  tags: MATCH_TAGS,
  positional: ['strings?', 'strings'],
  compile(given, compiler) {
    const [names, keys] = [given.texts(0), given.texts(1) ?? []];
    if (names !== null && !compiler.has('variables'))
      throw notRequired(given.placeOf(0), 'a variable', 'variables');
    const match = matchOf(given, compiler);
    const isCount = given.has('count');
    return (run) => {
      const flags =
        names === null ? run.flags : valuesOf(names, run).flatMap((name) => flagsOf(run.variable(name)));
      const wanted = valuesOf(keys, run);
      return match(
        run,
        flags,
        isCount ? wanted : wanted.flatMap((key) => key.split(' ').filter((one) => one !== '')),
      );
    };
  },
};

function flagsOf(value: string): readonly string[] {
  return checkFlags([value]);
}
