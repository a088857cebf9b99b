// The help pages, made from the definitions of the commands.
import type { Command } from './command.ts';
import { allCommands } from './commands/index.ts';
import { type Text, text } from './language.ts';

interface Speaker {
  say(message: Text): string;
}

const usage = text('Использование', 'Usage');
const options = text('Параметры', 'Options');
const json = text('вывести результат как JSON', 'print the result as JSON');

/** All commands, one line each. */
export function generalHelp(speaker: Speaker): string {
  const head = text('pochtar: управление почтовым сервером', 'pochtar: running the mail server');
  const more = text(
    'Подробно о команде: pochtar КОМАНДА --help. Коды завершения: 0 сделано, 1 отказ, 2 команда не понята, 3 нет связи, 4 сохранено, но не применено, 5 раздел тем временем изменил кто-то другой, 6 проверка нашла ошибку, 7 проверка не дала ответа.',
    'About a command: pochtar COMMAND --help. Exit codes: 0 done, 1 refused, 2 not understood, 3 cannot be reached, 4 saved but not applied, 5 somebody else changed the section meanwhile, 6 a test found something wrong, 7 a test could not tell.',
  );
  return `${speaker.say(head)}\n\n${lines(speaker, allCommands)}\n${speaker.say(more)}\n`;
}

/** The commands of one object. */
export function objectHelp(speaker: Speaker, commands: readonly Command[]): string {
  return lines(speaker, commands);
}

function lines(speaker: Speaker, commands: readonly Command[]): string {
  const rows = commands.map((command) => [synopsis(command), speaker.say(command.summary)] as const);
  return columns(rows);
}

export function commandHelp(speaker: Speaker, command: Command): string {
  const rows = Object.entries(command.options ?? {}).map(
    ([name, option]) =>
      [`--${name}${option.value === undefined ? '' : ` ${option.value}`}`, speaker.say(option.help)] as const,
  );
  const details = command.details === undefined ? '' : `\n${speaker.say(command.details)}\n`;
  return (
    `${speaker.say(usage)}: pochtar ${synopsis(command)}\n\n${speaker.say(command.summary)}\n${details}\n` +
    `${speaker.say(options)}:\n${columns([...rows, ['--json', speaker.say(json)]])}`
  );
}

function synopsis(command: Command): string {
  const args = (command.args ?? []).map(({ name, isOptional, isMany }) => {
    const many = isMany === true ? `${name}…` : name;
    return isOptional === true ? `[${many}]` : many;
  });
  return [command.words, ...args].join(' ');
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const widest = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(widest)}  ${right}\n`).join('');
}
