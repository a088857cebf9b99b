// From the words of the command line to the end of the command: finds it, reads its input, runs it, and turns
// what goes wrong into a complaint and an exit code.
import { allCommands } from './commands/index.ts';
import type { Command } from './command.ts';
import type { Config } from './config.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { commandHelp, generalHelp, objectHelp } from './help.ts';
import { readInput, UsageError } from './input.ts';
import { text } from './language.ts';
import { Refused, Session, type Streams } from './session.ts';

export async function runCommandLine(
  words: readonly string[],
  config: Config,
  streams: Streams,
): Promise<ExitCode> {
  await using session = new Session(config, streams, words.includes('--json'));
  try {
    return await findAndRun(session, words);
  } catch (error) {
    if (error instanceof UsageError) {
      session.complain({ code: 'usage', field: '', message: error.text });
      return exitCode.usage;
    }
    if (error instanceof Refused) {
      session.complain(error.error);
      return error.code;
    }
    throw error;
  }
}

async function findAndRun(session: Session, words: readonly string[]): Promise<ExitCode> {
  const [object = 'help', verb] = words;
  if (isHelp(object)) return help(session, generalHelp(session));
  const alone = allCommands.find((command) => command.words === object);
  if (alone !== undefined) return run(session, alone, words.slice(1));
  const commands = allCommands.filter((command) => command.words.startsWith(`${object} `));
  if (commands.length === 0) throw unknownWord(object, objectsOf(allCommands));
  if (verb === undefined || isHelp(verb)) return help(session, objectHelp(session, commands));
  const command = commands.find((one) => one.words === startOf(words, one));
  if (command !== undefined) return run(session, command, words.slice(lengthOf(command)));
  // Of three words, as `dkim key list`.
  const group = commands.filter((one) => one.words.startsWith(`${object} ${verb} `));
  const third = words[2];
  if (group.length > 0 && (third === undefined || isHelp(third)))
    return help(session, objectHelp(session, group));
  throw unknownWord(
    [object, verb, ...(group.length > 0 ? [third] : [])].join(' '),
    (group.length > 0 ? group : commands).map((one) => one.words),
  );
}

function lengthOf({ words }: Command): number {
  return words.split(' ').length;
}

function startOf(words: readonly string[], command: Command): string {
  return words.slice(0, lengthOf(command)).join(' ');
}

async function run(session: Session, command: Command, words: readonly string[]): Promise<ExitCode> {
  const input = readInput(command, words);
  if (input.flag('help')) return help(session, commandHelp(session, command));
  return command.run(session, input);
}

async function help(session: Session, page: string): Promise<ExitCode> {
  await session.print(page);
  return exitCode.done;
}

function isHelp(word: string): boolean {
  return ['help', '--help', '-h'].includes(word);
}

function objectsOf(commands: readonly Command[]): string[] {
  return [...new Set(commands.map((command) => command.words.split(' ')[0] as string))];
}

function unknownWord(word: string, known: readonly string[]): UsageError {
  const names = known.join(', ');
  const shown = word.slice(0, 100);
  return new UsageError(
    text(
      `команды «${shown}» нет; есть: ${names} (подробно: --help)`,
      `there is no command “${shown}”; there are: ${names} (more: --help)`,
    ),
  );
}
