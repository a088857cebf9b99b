// Arguments and options of one command, read strictly: what is not understood is a complaint with the remedy.
import { parseArgs } from 'node:util';
import { type Text, text } from './language.ts';
import type { Syntax } from './syntax.ts';

/** The command line was not understood. */
export class UsageError extends Error {
  override name = 'UsageError';
  readonly text: Text;

  constructor(message: Text) {
    super(message.en);
    this.text = message;
  }
}

export class Input {
  readonly args: readonly string[];
  readonly #values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;

  constructor(args: readonly string[], values: Input['values']) {
    this.args = args;
    this.#values = values;
  }

  get values(): Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>> {
    return this.#values;
  }

  /** The argument at this place, which the command requires. */
  arg(index: number): string {
    return this.args[index] ?? '';
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  option(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  options(name: string): string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** An option that the command cannot do without. */
  needed(name: string, value: Text): string {
    const given = this.option(name);
    if (given !== undefined) return given;
    throw new UsageError(text(`укажите --${name} ${value.ru}`, `give --${name} ${value.en}`));
  }

  /** One of a few words; undefined when the option is not given. */
  word<Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const given = this.option(name);
    return given === undefined ? undefined : oneOf(words, given, `--${name}`);
  }

  /** A whole number within the bounds. */
  number(name: string, bounds: { min: number; max: number }): number | undefined {
    const value = this.option(name);
    if (value === undefined) return undefined;
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= bounds.min && number <= bounds.max) return number;
    const { min, max } = bounds;
    throw new UsageError(
      text(
        `--${name}: укажите целое число от ${min} до ${max}`,
        `--${name}: give a whole number from ${min} to ${max}`,
      ),
    );
  }

  /** A size such as 500M or 2G; `none` is null. */
  size(name: string): number | null | undefined {
    const value = this.option(name);
    if (value === undefined) return undefined;
    if (value === 'none') return null;
    const [, digits, unit = ''] = /^(\d{1,12})([kmgt]?)b?$/i.exec(value) ?? [];
    const bytes = Number(digits) * 1024 ** ' kmgt'.indexOf(unit.toLowerCase() || ' ');
    if (bytes > 0 && Number.isSafeInteger(bytes)) return bytes;
    throw new UsageError(
      text(
        `--${name}: укажите размер, например 500M или 2G, или none`,
        `--${name}: give a size such as 500M or 2G, or none`,
      ),
    );
  }

  /** A moment as ISO 8601, or some time ago: 90m, 24h, 7d. */
  moment(name: string, now: Date): string | undefined {
    const value = this.option(name);
    if (value === undefined) return undefined;
    const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(value) ?? [];
    if (count !== undefined) {
      const minutes = Number(count) * { m: 1, h: 60, d: 1440 }[unit as 'm' | 'h' | 'd'];
      return new Date(now.getTime() - minutes * 60_000).toISOString();
    }
    const time = /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN;
    if (!Number.isNaN(time)) return new Date(time).toISOString();
    throw new UsageError(
      text(
        `--${name}: укажите время, например 2027-01-31T12:00 или 24h (столько назад)`,
        `--${name}: give a time such as 2027-01-31T12:00 or 24h (that long ago)`,
      ),
    );
  }
}

/** Reads what stands behind the words of a command. Throws `UsageError`. */
export function readInput(command: Syntax, words: readonly string[]): Input {
  const options: Record<string, { type: 'string' | 'boolean'; multiple?: boolean; short?: string }> = {
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  };
  for (const [name, option] of Object.entries(command.options ?? {})) {
    options[name] = {
      type: option.value === undefined ? 'boolean' : 'string',
      ...(option.isMany === true && { multiple: true }),
    };
  }
  let parsed: { values: Input['values']; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(reworded(error, Object.keys(options)));
  }
  const input = new Input(parsed.positionals, parsed.values);
  if (!input.flag('help')) checkCount(command, parsed.positionals);
  return input;
}

/** The word, where it is one of those that are known; `where` it stands is named otherwise. */
export function oneOf<Word extends string>(words: readonly Word[], given: string, where: string): Word {
  const known = words.find((word) => word === given);
  if (known !== undefined) return known;
  const all = words.join(', ');
  throw new UsageError(text(`${where}: укажите одно из ${all}`, `${where}: give one of ${all}`));
}

function reworded(error: unknown, known: readonly string[]): Text {
  const message = error instanceof Error ? error.message : String(error);
  const name = /'(-[^' ]*)/.exec(message)?.[1] ?? '';
  const code = (error as { code?: string }).code;
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const list = known.map((option) => `--${option}`).join(', ');
    return text(`параметра ${name} нет; есть ${list}`, `there is no option ${name}; there are ${list}`);
  }
  return text(`параметр ${name}: ${message}`, `option ${name}: ${message}`);
}

function checkCount(command: Syntax, given: readonly string[]): void {
  const args = command.args ?? [];
  const least = args.filter((argument) => argument.isOptional !== true).length;
  const isOpen = args.some((argument) => argument.isMany === true);
  if (given.length < least) {
    const missing = args[given.length]?.name ?? '';
    throw new UsageError(text(`не хватает аргумента ${missing}`, `the argument ${missing} is missing`));
  }
  if (!isOpen && given.length > args.length) {
    const extra = given[args.length] ?? '';
    throw new UsageError(text(`лишний аргумент «${extra}»`, `unexpected argument “${extra}”`));
  }
}
