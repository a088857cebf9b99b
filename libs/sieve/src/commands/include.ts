// Scripts in scripts: RFC 6609.
import type { CommandDefinition } from '../definition.ts';
import { SieveError } from '../error.ts';
import { Returned } from '../run.ts';

export const include: CommandDefinition = {
  name: 'include',
  needs: 'include',
  tags: {
    personal: { takes: 'nothing' },
    global: { takes: 'nothing' },
    once: { takes: 'nothing' },
    optional: { takes: 'nothing' },
  },
  positional: ['string'],
  compile(given, compiler) {
    const location = (given.oneOf(['personal', 'global']) ?? 'personal') as 'personal' | 'global';
    const name = given.constant(0) ?? '';
    const step = compiler.included(name, location, given.placeOf(0));
    if (step === null) {
      if (given.has('optional')) return () => undefined;
      throw new SieveError(given.placeOf(0), `there is no ${location} script ${JSON.stringify(name)}`);
    }
    const isOnce = given.has('once');
    const key = `${location} ${name}`;
    return (run) => {
      // RFC 6609 §3.2: once, however often and from wherever it was included before.
      if (isOnce && run.included.has(key)) return;
      run.included.add(key);
      const outer = run.variables;
      run.variables = outer.ofIncluded();
      try {
        step(run);
      } catch (error) {
        if (!(error instanceof Returned)) throw error;
      } finally {
        run.variables = outer;
      }
    };
  },
};

// RFC 6609 §3.3: in a script that nobody has included, the end of it.
export const returnCommand: CommandDefinition = {
  name: 'return',
  needs: 'include',
  compile: () => () => {
    throw new Returned();
  },
};

// RFC 6609 §3.4.1.
export const global: CommandDefinition = {
  name: 'global',
  needs: 'include',
  positional: ['strings'],
  compile(given, compiler) {
    if (!compiler.has('variables'))
      throw new SieveError(given.place, 'global needs require "variables" as well');
    const names = (given.texts(0) ?? []).map(({ constant }) => constant?.toLowerCase() ?? '');
    for (const name of names) {
      if (!/^[a-z_]\w*$/.test(name)) {
        throw new SieveError(given.placeOf(0), `${JSON.stringify(name)} is no name of a variable`);
      }
    }
    return (run) => {
      for (const name of names) run.variables.share(name);
    };
  },
};
