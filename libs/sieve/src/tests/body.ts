// The body test: RFC 5173.
import type { TestDefinition } from '../definition.ts';
import { MATCH_TAGS, matchOf, valuesOf } from '../match.ts';

export const body: TestDefinition = {
  name: 'body',
  needs: 'body',
  tags: {
    ...MATCH_TAGS,
    raw: { takes: 'nothing' },
    text: { takes: 'nothing' },
    content: { takes: 'strings' },
  },
  positional: ['strings'],
  compile(given, compiler) {
    compiler.needsBody();
    const keys = given.texts(0) ?? [];
    const match = matchOf(given, compiler);
    const transform = given.oneOf(['raw', 'text', 'content']) ?? 'text';
    const types = given.texts('content') ?? [];
    return (run) => {
      const values =
        transform === 'raw'
          ? [run.parts.raw()]
          : transform === 'text'
            ? run.parts.text()
            : run.parts.content(valuesOf(types, run));
      // RFC 5173 §6: what the wildcards stood for is not told; and a body is looked at as a whole.
      const before = run.variables.matches;
      const isFound = match(run, values, valuesOf(keys, run));
      run.variables.setMatches(before);
      return isFound;
    };
  },
};
