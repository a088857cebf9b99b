// The tree of a Sieve script, whatever its words mean: RFC 5228 §8.2.
import { type Place, SieveError } from './error.ts';
import { Lexer, type Mark, type Token } from './lexer.ts';
import type { SieveLimits } from './limits.ts';

export type Argument =
  | { kind: 'tag'; name: string; place: Place }
  | { kind: 'number'; value: number; place: Place }
  | { kind: 'strings'; values: readonly string[]; isList: boolean; place: Place };

/** A command or a test. */
export interface SyntaxNode {
  name: string;
  place: Place;
  arguments: Argument[];
  tests: SyntaxNode[];
  /** In brackets, even when there is one. */
  isTestList: boolean;
  /** Null: it ends with a semicolon. */
  block: SyntaxNode[] | null;
}

/** Throws SieveError. */
export function parseSyntax(script: string, limits: SieveLimits): SyntaxNode[] {
  if (Buffer.byteLength(script) > limits.scriptBytes) {
    throw new SieveError({ line: 1, column: 1 }, `the script has more than ${limits.scriptBytes} octets`);
  }
  return new Parser(script, limits).script();
}

class Parser {
  readonly #lexer: Lexer;
  readonly #limits: SieveLimits;
  #token: Token | null;
  #nodes = 0;

  constructor(script: string, limits: SieveLimits) {
    this.#lexer = new Lexer(script);
    this.#limits = limits;
    this.#token = this.#lexer.next();
  }

  script(): SyntaxNode[] {
    const commands: SyntaxNode[] = [];
    while (this.#token !== null) commands.push(this.#command(0));
    return commands;
  }

  #command(depth: number): SyntaxNode {
    const node = this.#named('a command', depth);
    if (this.#takes(';')) return node;
    if (!this.#takes('{')) throw this.#unexpected(`";" or "{" behind ${node.name}`);
    node.block = [];
    while (!this.#takes('}')) node.block.push(this.#command(depth + 1));
    return node;
  }

  /** A command up to its end, or a test. */
  #named(what: string, depth: number): SyntaxNode {
    const token = this.#token;
    if (token?.kind !== 'identifier') throw this.#unexpected(what);
    if (depth > this.#limits.depth)
      throw new SieveError(token.place, `more than ${this.#limits.depth} levels deep`);
    this.#count(token.place);
    this.#advance();
    const { name, place } = token;
    const node: SyntaxNode = { name, place, arguments: [], tests: [], isTestList: false, block: null };
    for (let argument = this.#argument(); argument !== null; argument = this.#argument()) {
      node.arguments.push(argument);
    }
    if (this.#token?.kind === 'identifier') node.tests.push(this.#named('a test', depth + 1));
    else if (this.#takes('(')) {
      node.isTestList = true;
      do node.tests.push(this.#named('a test', depth + 1));
      while (this.#takes(','));
      if (!this.#takes(')')) throw this.#unexpected('"," or ")" behind a test');
    }
    return node;
  }

  #argument(): Argument | null {
    const token = this.#token;
    if (token === null || token.kind === 'identifier') return null;
    if (token.kind === 'mark') return token.mark === '[' ? this.#stringList(token.place) : null;
    this.#count(token.place);
    this.#advance();
    if (token.kind === 'string') {
      return { kind: 'strings', values: [token.value], isList: false, place: token.place };
    }
    return token as Argument;
  }

  #stringList(place: Place): Argument {
    this.#advance();
    const values: string[] = [];
    do {
      const token = this.#token;
      if (token?.kind !== 'string') throw this.#unexpected('a string');
      this.#count(token.place);
      values.push(token.value);
      this.#advance();
    } while (this.#takes(','));
    if (!this.#takes(']')) throw this.#unexpected('"," or "]" behind a string of a list');
    return { kind: 'strings', values, isList: true, place };
  }

  #takes(mark: Mark): boolean {
    if (this.#token?.kind !== 'mark' || this.#token.mark !== mark) return false;
    this.#advance();
    return true;
  }

  #advance(): void {
    this.#token = this.#lexer.next();
  }

  #count(place: Place): void {
    if (++this.#nodes > this.#limits.nodes) {
      throw new SieveError(place, `the script has more than ${this.#limits.nodes} commands and arguments`);
    }
  }

  #unexpected(wanted: string): SieveError {
    const place = this.#token?.place ?? this.#lexer.place();
    return new SieveError(place, `${wanted} is expected here, not ${shown(this.#token)}`);
  }
}

function shown(token: Token | null): string {
  if (token === null) return 'the end of the script';
  if (token.kind === 'mark') return `"${token.mark}"`;
  if (token.kind === 'tag') return `:${token.name}`;
  if (token.kind === 'identifier') return token.name;
  return token.kind === 'string' ? 'a string' : 'a number';
}
