// pochtar settings test: tries settings before they are saved, and prints what happens line by line.
import { testKinds, type TestKind } from '@pochtar/settings';
import { readAssignment } from '../assignment.ts';
import type { Command } from '../command.ts';
import { type Input, UsageError } from '../input.ts';
import { text } from '../language.ts';
import { printTest } from '../print-test.ts';
import { changesOf, readSecrets } from '../save-assignments.ts';
import type { Session } from '../session.ts';

const kindList = testKinds.join(', ');

export const settingsTestCommand: Command = {
  words: 'settings test',
  summary: text('проверить настройки, не сохраняя их', 'try settings without saving them'),
  details: text(
    [
      `Проверки: ${kindList}.`,
      '  pochtar settings test relay relay.host=smtp.example.org relay.port=465 relay.smtps=on',
      '  pochtar settings test relay relay.authEnabled=on relay.username=me --secret relay.password < password-file',
      '  pochtar settings test dnsbl --only zen.example.org',
      'Что не указано, берётся из сохранённого; сохранённый пароль посылается только серверу, для которого он задан.',
      'С --json каждая строка — объект, последняя — заключение. Код 0: годится, 6: нет, 7: сказать нельзя.',
    ].join('\n'),
    [
      `Tests: ${kindList}.`,
      '  pochtar settings test relay relay.host=smtp.example.org relay.port=465 relay.smtps=on',
      '  pochtar settings test relay relay.authEnabled=on relay.username=me --secret relay.password < password-file',
      '  pochtar settings test dnsbl --only zen.example.org',
      'What is not given is taken from what is saved; a stored password is sent to the server it is stored for only.',
      'With --json each line is an object, the last one the verdict. Exit code 0: fit, 6: not, 7: it cannot be told.',
    ].join('\n'),
  ),
  args: [{ name: 'TEST' }, { name: 'SECTION.FIELD=VALUE', isMany: true, isOptional: true }],
  options: {
    secret: {
      value: 'SECTION.FIELD',
      help: text('прочитать секрет со стандартного ввода', 'read a secret from standard input'),
    },
    only: { value: 'ZONE', help: text('только этот список', 'only this list') },
  },
  async run(session, input) {
    const kind = kindOf(input.arg(0));
    const request = { kind, ...(await draftOf(session, input)), useStoredSecret: true };
    const only = input.option('only');
    return printTest(session, (onEvent) =>
      session.test({ ...request, ...(only !== undefined && { only }) }, onEvent),
    );
  },
};

function kindOf(word: string): TestKind {
  const kind = testKinds.find((one) => one === word);
  if (kind !== undefined) return kind;
  throw new UsageError(
    text(
      `проверки «${word.slice(0, 64)}» нет; есть ${kindList}`,
      `there is no test “${word.slice(0, 64)}”; there are ${kindList}`,
    ),
  );
}

async function draftOf(session: Session, input: Input) {
  const changes = await changesOf(session, input.args.slice(1).map(readAssignment));
  const values = Object.fromEntries([...changes.values()].map(({ section, patch = {} }) => [section, patch]));
  const secrets: Record<string, Record<string, string>> = {};
  for (const { section, field, value } of await readSecrets(session, input)) {
    if (value !== null) secrets[section] = { ...secrets[section], [field]: value };
  }
  return { values, secrets };
}
