// A test prints what happens line by line, and its verdict at the end, which is the exit code too.
import type { TestEvent, TestVerdict } from '@pochtar/bus';
import { type ExitCode, exitCode } from './exit-code.ts';
import { text } from './language.ts';
import { plain } from './output.ts';
import type { Session } from './session.ts';

export async function printTest(
  session: Session,
  run: (onEvent: (event: TestEvent) => void) => Promise<TestVerdict>,
): Promise<ExitCode> {
  let printed = Promise.resolve();
  const print = (line: string): void => {
    printed = printed.then(() => session.print(line));
  };
  const verdict = await run((event) =>
    print(session.isJson ? `${JSON.stringify(event)}\n` : eventLine(session, event)),
  );
  print(session.isJson ? `${JSON.stringify(verdict)}\n` : verdictLines(session, verdict));
  await printed;
  return { good: exitCode.done, bad: exitCode.isBad, unknown: exitCode.isUnknown }[verdict.verdict];
}

const marks = { true: '✓', false: '✗', undefined: ' ' } as const;

function eventLine(session: Session, { ok, text: words }: TestEvent): string {
  return `${marks[`${ok}`]} ${plain(session.say(words))}\n`;
}

function verdictLines(session: Session, { verdict, text: words, remedy }: TestVerdict): string {
  const titles = {
    good: text('Годится', 'Fit'),
    bad: text('Не годится', 'Not fit'),
    unknown: text('Неизвестно', 'Not known'),
  };
  const line = `${session.say(titles[verdict])}: ${plain(session.say(words))}\n`;
  return remedy === undefined ? line : `${line}${plain(session.say(remedy))}\n`;
}
