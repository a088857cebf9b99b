// Commands that keep something for later ones: set of RFC 5229 §4, the flags of RFC 5232 §3.
import { type BoundArguments, notRequired } from '../arguments.ts';
import type { Compiler, CommandDefinition, Step } from '../definition.ts';
import { SieveError } from '../error.ts';
import { checkFlags, withoutFlags } from '../flags.ts';
import { valuesOf } from '../match.ts';
import type { Run } from '../run.ts';

const NAME = /^(?:global\.)?[a-z_]\w*$/i;

/** Of a variable that can be set. Throws SieveError. */
function nameGiven(given: BoundArguments, at: number, compiler: Compiler): string {
  const name = given.constant(at) ?? '';
  const isGlobal = /^global\./i.test(name);
  if (!NAME.test(name) || (isGlobal && !compiler.has('include'))) {
    throw new SieveError(given.placeOf(at), `${JSON.stringify(name)} is no name of a variable`);
  }
  return name.toLowerCase();
}

function setVariable(run: Run, name: string, value: string): void {
  if (!run.variables.set(name, value))
    throw run.fault(`at most ${run.limits.variables} variables can be set`);
}

/** RFC 5229 §4.1: by precedence, the greater first; those of one precedence exclude each other. */
const MODIFIERS: readonly Readonly<Record<string, (value: string) => string>>[] = [
  { lower: (value) => value.toLowerCase(), upper: (value) => value.toUpperCase() },
  {
    lowerfirst: (value) => value.replace(/^./u, (first) => first.toLowerCase()),
    upperfirst: (value) => value.replace(/^./u, (first) => first.toUpperCase()),
  },
  { quotewildcard: (value) => value.replace(/[*?\\]/g, '\\$&') },
  { length: (value) => String(Array.from(value).length) },
];

export const set: CommandDefinition = {
  name: 'set',
  needs: 'variables',
  tags: Object.fromEntries(
    MODIFIERS.flatMap((group) => Object.keys(group).map((name) => [name, { takes: 'nothing' }])),
  ),
  positional: ['string', 'string'],
  compile(given, compiler) {
    const name = nameGiven(given, 0, compiler);
    const value = given.text(1);
    const modifiers = MODIFIERS.flatMap((group) => {
      const chosen = given.oneOf(Object.keys(group));
      return chosen === null ? [] : (group[chosen] ?? []);
    });
    return (run) =>
      setVariable(
        run,
        name,
        modifiers.reduce((text, modify) => modify(text), value?.(run) ?? ''),
      );
  },
};

type Change = (flags: readonly string[], given: readonly string[]) => readonly string[];

const CHANGES: Readonly<Record<string, Change>> = {
  setflag: (_flags, given) => checkFlags(given),
  addflag: (flags, given) => checkFlags([...flags, ...given]),
  removeflag: (flags, given) => withoutFlags(flags, given),
};

// RFC 5232 §3: of a variable, or of the internal one.
export const flagCommands: readonly CommandDefinition[] = Object.entries(CHANGES).map(([name, change]) => ({
  name,
  needs: 'imap4flags',
  positional: ['string?', 'strings'],
  compile(given: BoundArguments, compiler: Compiler): Step {
    const flags = given.texts(1) ?? [];
    if (given.text(0) === null) {
      return (run) => {
        run.flags = change(run.flags, valuesOf(flags, run));
      };
    }
    if (!compiler.has('variables')) throw notRequired(given.placeOf(0), 'a variable', 'variables');
    const variable = nameGiven(given, 0, compiler);
    return (run) => {
      const changed = change(checkFlags([run.variable(variable)]), valuesOf(flags, run));
      setVariable(run, variable, changed.join(' '));
    };
  },
}));
