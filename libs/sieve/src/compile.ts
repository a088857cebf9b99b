// From the tree of a script to something that runs: commands in their order, if and its like (RFC 5228 §3), tests that hold
// tests (§5.2, §5.3, §5.6, §5.8, §5.10), and what the extensions bring.
import { BoundArguments, notRequired } from './arguments.ts';
import type { Check, Compiler, Step } from './definition.ts';
import { type Place, SieveError } from './error.ts';
import type { SieveLimits } from './limits.ts';
import { type Run, Stopped } from './run.ts';
import { parseSyntax, type SyntaxNode } from './syntax.ts';
import { constantText, type Text, variableText, withEncodedCharacters } from './text.ts';
import { COMMANDS, IMPLIED, TESTS } from './vocabulary.ts';

/** Finds a script that another one includes; null when there is none. */
export type ScriptFinder = (name: string, location: 'personal' | 'global') => string | null;

export interface Program {
  step: Step;
  needsBody: boolean;
  /** What it and those it includes require. */
  extensions: ReadonlySet<string>;
}

export interface CompileOptions {
  limits: SieveLimits;
  find: ScriptFinder;
  /** Extensions that may be required. */
  supported: ReadonlySet<string>;
}

/** What a script and those it includes share while they are compiled. */
interface Whole extends CompileOptions {
  needsBody: boolean;
  extensions: Set<string>;
  /** Of scripts, the first one included. */
  count: number;
}

/** Throws SieveError. */
export function compile(script: string, options: CompileOptions): Program {
  const whole: Whole = { ...options, needsBody: false, extensions: new Set(), count: 0 };
  const step = compileOne(script, whole, []);
  return { step, needsBody: whole.needsBody, extensions: whole.extensions };
}

function compileOne(script: string, whole: Whole, path: readonly string[]): Step {
  whole.count++;
  return new ScriptCompiler(whole, path).script(parseSyntax(script, whole.limits));
}

class ScriptCompiler implements Compiler {
  readonly limits: SieveLimits;
  readonly #whole: Whole;
  /** The scripts that have included this one. */
  readonly #path: readonly string[];
  readonly #required = new Set<string>();
  #namespaces: ReadonlySet<string> = new Set();

  constructor(whole: Whole, path: readonly string[]) {
    this.limits = whole.limits;
    this.#whole = whole;
    this.#path = path;
  }

  script(commands: readonly SyntaxNode[]): Step {
    // RFC 5228 §3.2: requires stand at the beginning.
    const first = commands.findIndex(({ name }) => name !== 'require');
    const requires = first < 0 ? commands : commands.slice(0, first);
    for (const node of requires) this.#require(node);
    const namespaces = { env: 'environment', global: 'include' };
    const known = Object.entries(namespaces).filter(([, extension]) => this.has(extension));
    this.#namespaces = new Set(known.map(([name]) => name));
    return this.#block(commands.slice(requires.length));
  }

  has(extension: string): boolean {
    return this.#required.has(extension);
  }

  text(value: string, place: Place): Text {
    const encoded = this.has('encoded-character') ? withEncodedCharacters(value, place) : value;
    return this.has('variables') ? variableText(encoded, this.#namespaces, place) : constantText(encoded);
  }

  needsBody(): void {
    this.#whole.needsBody = true;
  }

  included(name: string, location: 'personal' | 'global', place: Place): Step | null {
    const key = `${location} ${name}`;
    const script = this.#whole.find(name, location);
    if (script === null) return null;
    // RFC 6609 §3.2: a script that includes itself, over however many others, is an error.
    if (this.#path.includes(key)) throw new SieveError(place, `the script ${name} includes itself`);
    const { includeDepth, includes } = this.limits;
    if (this.#path.length >= includeDepth)
      throw new SieveError(place, `scripts include others ${includeDepth} deep`);
    if (this.#whole.count > includes)
      throw new SieveError(place, `at most ${includes} scripts can be included`);
    try {
      return compileOne(script, this.#whole, [...this.#path, key]);
    } catch (error) {
      if (!(error instanceof SieveError)) throw error;
      const { line, column } = error.place;
      throw new SieveError(place, `in the script ${name}, line ${line}, column ${column}: ${error.message}`);
    }
  }

  #require(node: SyntaxNode): void {
    const given = new BoundArguments(node, { positional: ['strings'] }, this);
    noTests(node);
    noBlock(node);
    for (const { constant: name = '' } of given.texts(0) ?? []) {
      if (!this.#whole.supported.has(name)) {
        throw new SieveError(given.placeOf(0), `there is no extension ${JSON.stringify(name)} here`);
      }
      for (const one of [name, ...(IMPLIED[name] === undefined ? [] : [IMPLIED[name]])]) {
        this.#required.add(one);
        this.#whole.extensions.add(one);
      }
    }
  }

  #block(nodes: readonly SyntaxNode[]): Step {
    const steps: Step[] = [];
    for (let at = 0; at < nodes.length; ) {
      const node = nodes[at] as SyntaxNode;
      if (node.name === 'if') {
        const length = chainLength(nodes, at);
        steps.push(this.#conditional(nodes.slice(at, at + length)));
        at += length;
      } else {
        steps.push(this.#command(node));
        at++;
      }
    }
    return (run) => {
      for (const step of steps) step(run);
    };
  }

  // RFC 5228 §3.1.
  #conditional(chain: readonly SyntaxNode[]): Step {
    const branches = chain.map((node) => {
      noArguments(node);
      if (node.block === null) throw new SieveError(node.place, `${node.name} takes a block: { … }`);
      return {
        check: node.name === 'else' ? always(node) : this.#oneTest(node),
        step: this.#block(node.block),
      };
    });
    return (run) => {
      const taken = branches.find(({ check }) => check(run));
      taken?.step(run);
    };
  }

  #command(node: SyntaxNode): Step {
    if (node.name === 'elsif' || node.name === 'else') {
      throw new SieveError(node.place, `${node.name} follows the block of an if or elsif`);
    }
    if (node.name === 'require') {
      throw new SieveError(
        node.place,
        'require stands at the beginning of the script, in front of other commands',
      );
    }
    noTests(node);
    noBlock(node);
    if (node.name === 'stop') return this.#stop(node);
    const definition = COMMANDS.get(node.name);
    if (definition === undefined) throw new SieveError(node.place, `there is no command ${node.name}`);
    this.#demand(node, definition.needs);
    const step = definition.compile(new BoundArguments(node, definition, this), this);
    return (run) => {
      run.place = node.place;
      run.spend(1);
      step(run);
    };
  }

  #stop(node: SyntaxNode): Step {
    noArguments(node);
    return () => {
      throw new Stopped();
    };
  }

  #oneTest(node: SyntaxNode): Check {
    const [test] = node.tests;
    if (test === undefined || node.tests.length > 1 || node.isTestList) {
      throw new SieveError(node.place, `${node.name} takes one test`);
    }
    return this.#test(test);
  }

  #test(node: SyntaxNode): Check {
    const nesting = this.#nesting(node);
    if (nesting !== null) return nesting;
    noTests(node);
    const definition = TESTS.get(node.name);
    if (definition === undefined) throw new SieveError(node.place, `there is no test ${node.name}`);
    this.#demand(node, definition.needs);
    const check = definition.compile(new BoundArguments(node, definition, this), this);
    return (run) => {
      run.place = node.place;
      run.spend(1);
      return check(run);
    };
  }

  /** Tests of tests, and the two that ask nothing; null: none of them. */
  #nesting(node: SyntaxNode): Check | null {
    switch (node.name) {
      case 'true':
      case 'false':
        noArguments(node);
        noTests(node);
        return () => node.name === 'true';
      case 'not': {
        noArguments(node);
        const check = this.#oneTest(node);
        return (run) => !check(run);
      }
      case 'allof':
      case 'anyof': {
        noArguments(node);
        if (!node.isTestList)
          throw new SieveError(node.place, `${node.name} takes tests in brackets: (…, …)`);
        const checks = node.tests.map((test) => this.#test(test));
        if (node.name === 'allof') return (run) => checks.every((check) => check(run));
        return (run) => checks.some((check) => check(run));
      }
      default:
        return null;
    }
  }

  #demand(node: SyntaxNode, extension: string | undefined): void {
    if (extension !== undefined && !this.has(extension)) throw notRequired(node.place, node.name, extension);
  }
}

/** An if with the elsifs and the else that belong to it. */
function chainLength(nodes: readonly SyntaxNode[], from: number): number {
  let end = from + 1;
  while (nodes[end]?.name === 'elsif') end++;
  return nodes[end]?.name === 'else' ? end + 1 - from : end - from;
}

function always(node: SyntaxNode): Check {
  noTests(node);
  return (_run: Run) => true;
}

function noArguments(node: SyntaxNode): void {
  const [first] = node.arguments;
  if (first !== undefined) throw new SieveError(first.place, `${node.name} takes no arguments`);
}

function noTests(node: SyntaxNode): void {
  const [first] = node.tests;
  if (first !== undefined) throw new SieveError(first.place, `${node.name} takes no test`);
}

function noBlock(node: SyntaxNode): void {
  if (node.block !== null) throw new SieveError(node.place, `${node.name} takes no block: it ends with ";"`);
}
