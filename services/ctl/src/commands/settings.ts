// pochtar settings: get, set, search, status.
import { adminSettings } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { UsageError } from '../input.ts';
import { text } from '../language.ts';
import { plain } from '../output.ts';
import { saveAssignments } from '../save-assignments.ts';
import { saveAndWait, savingOptions } from '../save-and-wait.ts';
import { settingsListing, shownValue } from '../settings-listing.ts';
import { cautionLines, statusTable } from '../settings-tables.ts';
import { settingsFileCommands } from './settings-file.ts';
import { settingsHistoryCommands } from './settings-history.ts';
import { settingsSearch } from './settings-search.ts';
import { settingsTestCommand } from './settings-test.ts';

const get: Command = {
  words: 'settings get',
  summary: text('текущие настройки', 'current settings'),
  args: [{ name: 'SECTION[.FIELD]', isOptional: true }],
  async run(session, input) {
    const [name, field] = input.args[0]?.split('.', 2) ?? [];
    const result = await session.askWhole(adminSettings.get, name === undefined ? {} : { section: name });
    if (field === undefined) {
      return session.show(result, () => settingsListing(session, result.sections));
    }
    const document = result.sections[0]?.document ?? {};
    if (!Object.hasOwn(document, field)) {
      const fields = Object.keys(document).join(', ');
      throw new UsageError(
        text(
          `${name}.${field}: такого поля нет; поля — ${fields}`,
          `${name}.${field}: there is no such field; the fields are ${fields}`,
        ),
      );
    }
    return session.show(document[field], () => `${plain(shownValue(document[field]))}\n`);
  },
};

const set: Command = {
  words: 'settings set',
  summary: text('изменить настройки', 'change settings'),
  details: text(
    [
      '  pochtar settings set network.smtpPort=2526',
      `  pochtar settings set dnsbl.zones='["a.test","b.test"]'`,
      '  pochtar settings set dnsbl.zones+=c.test network.trustedProxies-=192.0.2.1',
      '  pochtar settings set sending.maxMessageSizeMb=10 --wait',
      '  pochtar settings set relay.authEnabled=on relay.username=me --secret relay.password < password-file',
      'Все изменения одной команды вступают в силу вместе или не вступают вовсе.',
      'С --wait: 0, когда применили все процессы, которые работают; если раздел не применяет никто, об этом сказано.',
    ].join('\n'),
    [
      '  pochtar settings set network.smtpPort=2526',
      `  pochtar settings set dnsbl.zones='["a.test","b.test"]'`,
      '  pochtar settings set dnsbl.zones+=c.test network.trustedProxies-=192.0.2.1',
      '  pochtar settings set sending.maxMessageSizeMb=10 --wait',
      '  pochtar settings set relay.authEnabled=on relay.username=me --secret relay.password < password-file',
      'All changes of one command come into force together or not at all.',
      'With --wait: 0 when every process that runs has applied it; where none uses the section, that is said.',
    ].join('\n'),
  ),
  args: [{ name: 'SECTION.FIELD=VALUE', isMany: true, isOptional: true }],
  options: {
    ...savingOptions,
    secret: {
      value: 'SECTION.FIELD',
      help: text('прочитать секрет со стандартного ввода', 'read a secret from standard input'),
    },
    'remove-secret': { value: 'SECTION.FIELD', isMany: true, help: text('убрать секрет', 'remove a secret') },
  },
  run: (session, input) => saveAndWait(session, input, (saving) => saveAssignments(session, input, saving)),
};

const status: Command = {
  words: 'settings status',
  summary: text('какую ревизию применил каждый процесс', 'which revision each process has applied'),
  args: [{ name: 'SECTION', isOptional: true }],
  async run(session, input) {
    const [section] = input.args;
    const result = await session.ask(adminSettings.status, section === undefined ? {} : { section });
    const cautions = result.sections.flatMap((one) => one.cautions ?? []);
    const code = await session.show(
      result,
      () => statusTable(session, result.sections) + cautionLines(session, cautions),
    );
    if (!result.isComplete) {
      session.note(
        text(
          'процесс settings только что запущен: отчёты ещё собираются',
          'the settings process has just started: reports are still coming in',
        ),
      );
    }
    return code;
  },
};

export const settingsCommands: Command[] = [
  get,
  set,
  settingsSearch,
  settingsTestCommand,
  status,
  ...settingsHistoryCommands,
  ...settingsFileCommands,
];
