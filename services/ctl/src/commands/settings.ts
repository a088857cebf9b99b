// pochtar settings: get, set, search, status, history, revert.
import { adminSettings } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { UsageError } from '../input.ts';
import { text } from '../language.ts';
import { plain, table, time } from '../output.ts';
import { saveAssignments } from '../save-assignments.ts';
import { saveAndWait, savingOptions } from '../save-and-wait.ts';
import { settingsListing, shownValue } from '../settings-listing.ts';
import { cautionLines, statusTable } from '../settings-tables.ts';
import { settingsSearch } from './settings-search.ts';

const get: Command = {
  words: 'settings get',
  summary: text('текущие настройки', 'current settings'),
  args: [{ name: 'SECTION[.FIELD]', isOptional: true }],
  async run(session, input) {
    const [name, field] = input.args[0]?.split('.', 2) ?? [];
    const result = await session.ask(adminSettings.get, name === undefined ? {} : { section: name });
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
      '  pochtar settings set dnsbl.zones+=c.test accessLists.white-=192.0.2.1',
      '  pochtar settings set sending.maxMessageSizeMb=10 --wait',
      '  pochtar settings set relay.authEnabled=on relay.username=me --secret relay.password < password-file',
      'Все изменения одной команды вступают в силу вместе или не вступают вовсе.',
      'С --wait: 0, когда применили все процессы, которые работают; если раздел не применяет никто, об этом сказано.',
    ].join('\n'),
    [
      '  pochtar settings set network.smtpPort=2526',
      `  pochtar settings set dnsbl.zones='["a.test","b.test"]'`,
      '  pochtar settings set dnsbl.zones+=c.test accessLists.white-=192.0.2.1',
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
  run: (session, input) =>
    saveAndWait(session, input, (expectedRevision) => saveAssignments(session, input, expectedRevision)),
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

const history: Command = {
  words: 'settings history',
  summary: text('кто и что менял в разделе', 'who changed what in a section'),
  args: [{ name: 'SECTION' }],
  options: {
    limit: { value: 'N', help: text('не больше стольких ревизий (20)', 'at most this many revisions (20)') },
    before: { value: 'REVISION', help: text('только более ранние', 'only earlier ones') },
  },
  async run(session, input) {
    const before = input.number('before', { min: 1, max: Number.MAX_SAFE_INTEGER });
    const result = await session.ask(adminSettings.history, {
      section: input.arg(0),
      limit: input.number('limit', { min: 1, max: 100 }) ?? 20,
      ...(before !== undefined && { before }),
    });
    return session.show(result, () =>
      table(
        [text('Ревизия', 'Revision'), text('Время', 'At'), text('Кто', 'Who'), text('Что', 'What')].map(
          (one) => session.say(one),
        ),
        result.entries.map((entry) => [
          String(entry.revision),
          time(entry.changedAt),
          entry.author,
          entry.changes
            .map(({ field, before: old, after }) => `${field}: ${old || '—'} → ${after || '—'}`)
            .join('; '),
        ]),
      ),
    );
  },
};

const revert: Command = {
  words: 'settings revert',
  summary: text(
    'вернуть более раннюю ревизию раздела',
    'make an earlier revision of a section current again',
  ),
  args: [{ name: 'SECTION' }, { name: 'REVISION' }],
  options: savingOptions,
  async run(session, input) {
    const revision = Number(input.arg(1));
    if (!Number.isSafeInteger(revision) || revision < 1) {
      throw new UsageError(
        text('укажите номер ревизии, например 3', 'give the number of a revision, such as 3'),
      );
    }
    const section = input.arg(0);
    return saveAndWait(session, input, (expectedRevision) =>
      session.ask(adminSettings.revert, {
        section,
        revision,
        ...(expectedRevision !== undefined && { expectedRevision }),
      }),
    );
  },
};

export const settingsCommands: Command[] = [get, set, settingsSearch, status, history, revert];
