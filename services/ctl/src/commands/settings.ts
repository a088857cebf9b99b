// pochtar settings: get, set, status, history, revert.
import { adminSettings, type SectionStateReply, type SectionStatus } from '@pochtar/bus';
import { describeSection, isSectionName } from '@pochtar/settings';
import type { Command } from '../command.ts';
import { type ExitCode, exitCode } from '../exit-code.ts';
import { UsageError } from '../input.ts';
import { text } from '../language.ts';
import { plain, table, time } from '../output.ts';
import type { Session } from '../session.ts';
import { saveAssignments } from '../save-assignments.ts';
import { waitUntilApplied } from '../wait-until-applied.ts';

function sectionText(session: Session, section: SectionStateReply): string {
  const description = isSectionName(section.name) ? describeSection(section.name) : undefined;
  const labelOf = (field: string): string => {
    const known = [...(description?.fields ?? []), ...(description?.secrets ?? [])].find(
      (one) => one.name === field,
    );
    return known === undefined ? '' : session.say(known.label);
  };
  const set = session.say(text('задан', 'set'));
  const notSet = session.say(text('не задан', 'not set'));
  const rows = [
    ...Object.entries(section.document).map(([field, value]) => [
      `${section.name}.${field}`,
      shown(value),
      labelOf(field),
    ]),
    ...Object.entries(section.secrets).map(([field, isSet]) => [
      `${section.name}.${field}`,
      isSet ? set : notSet,
      labelOf(field),
    ]),
  ];
  const title = description === undefined ? section.name : session.say(description.label);
  const revision = session.say(text('ревизия', 'revision'));
  const head = `# ${title} (${revision} ${section.revision}, ${time(section.changedAt)}, ${plain(section.author)})\n`;
  return (
    head +
    table(
      [text('Поле', 'Field'), text('Значение', 'Value'), text('Название', 'Label')].map((one) =>
        session.say(one),
      ),
      rows,
    )
  );
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const get: Command = {
  words: 'settings get',
  summary: text('текущие настройки', 'current settings'),
  args: [{ name: 'SECTION[.FIELD]', isOptional: true }],
  async run(session, input) {
    const [name, field] = input.args[0]?.split('.', 2) ?? [];
    const result = await session.ask(adminSettings.get, name === undefined ? {} : { section: name });
    if (field === undefined) {
      return session.show(result, () =>
        result.sections.map((section) => sectionText(session, section)).join('\n'),
      );
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
    return session.show(document[field], () => `${plain(shown(document[field]))}\n`);
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
    ].join('\n'),
    [
      '  pochtar settings set network.smtpPort=2526',
      `  pochtar settings set dnsbl.zones='["a.test","b.test"]'`,
      '  pochtar settings set dnsbl.zones+=c.test accessLists.white-=192.0.2.1',
      '  pochtar settings set sending.maxMessageSizeMb=10 --wait',
      '  pochtar settings set relay.authEnabled=on relay.username=me --secret relay.password < password-file',
      'All changes of one command come into force together or not at all.',
    ].join('\n'),
  ),
  args: [{ name: 'SECTION.FIELD=VALUE', isMany: true, isOptional: true }],
  options: {
    wait: {
      help: text(
        'ждать, пока каждый процесс применит изменение',
        'wait until every process has applied the change',
      ),
    },
    timeout: { value: 'SECONDS', help: text('сколько ждать (60)', 'how long to wait (60)') },
    secret: {
      value: 'SECTION.FIELD',
      help: text('прочитать секрет со стандартного ввода', 'read a secret from standard input'),
    },
    'remove-secret': { value: 'SECTION.FIELD', isMany: true, help: text('убрать секрет', 'remove a secret') },
  },
  async run(session, input) {
    const timeoutMs = 1000 * (input.number('timeout', { min: 1, max: 3600 }) ?? 60);
    const { sections } = await saveAssignments(session, input);
    if (!input.flag('wait')) return session.show({ sections }, () => savedTable(session, sections));
    await session.print(session.isJson ? '' : savedTable(session, sections));
    return reportWait(session, await waitUntilApplied(session, sections, timeoutMs));
  },
};

function savedTable(
  session: Session,
  sections: readonly { name: string; revision: number; changed: boolean }[],
): string {
  const saved = session.say(text('сохранено', 'saved'));
  const same = session.say(text('без изменений', 'unchanged'));
  return table(
    [text('Раздел', 'Section'), text('Ревизия', 'Revision'), text('', '')].map((one) => session.say(one)),
    sections.map((one) => [one.name, String(one.revision), one.changed ? saved : same]),
  );
}

async function reportWait(
  session: Session,
  outcome: { sections: SectionStatus[]; isApplied: boolean; isTimedOut: boolean },
): Promise<ExitCode> {
  await session.show(outcome, () => statusTable(session, outcome.sections));
  if (outcome.isApplied) return exitCode.done;
  session.note(
    outcome.isTimedOut
      ? text('сохранено, но применили ещё не все процессы', 'saved, but not every process has applied it yet')
      : text('сохранено, но не все процессы смогли применить', 'saved, but not every process could apply it'),
  );
  return exitCode.notApplied;
}

function statusTable(session: Session, sections: readonly SectionStatus[]): string {
  const words = {
    applied: session.say(text('применено', 'applied')),
    waiting: session.say(text('ещё не применено', 'not yet applied')),
    absent: session.say(text('не запущен', 'not running')),
  };
  const rows = sections.flatMap((section) => {
    const running = new Set(section.processes.map((one) => one.process));
    const absent = section.appliedBy.filter((name) => !running.has(name));
    return [
      ...section.processes.map((one) => [
        section.name,
        String(section.revision),
        one.process,
        one.instance.slice(0, 8),
        String(one.revision),
        one.error ?? (one.isApplied ? words.applied : words.waiting),
      ]),
      ...absent.map((name) => [section.name, String(section.revision), name, '', '', words.absent]),
    ];
  });
  const header = [
    text('Раздел', 'Section'),
    text('Сохранена', 'Saved'),
    text('Процесс', 'Process'),
    text('Экземпляр', 'Instance'),
    text('Работает', 'Runs'),
    text('Состояние', 'State'),
  ];
  return table(
    header.map((one) => session.say(one)),
    rows,
  );
}

const status: Command = {
  words: 'settings status',
  summary: text('какую ревизию применил каждый процесс', 'which revision each process has applied'),
  args: [{ name: 'SECTION', isOptional: true }],
  async run(session, input) {
    const [section] = input.args;
    const result = await session.ask(adminSettings.status, section === undefined ? {} : { section });
    const code = await session.show(result, () => statusTable(session, result.sections));
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
  async run(session, input) {
    const revision = Number(input.arg(1));
    if (!Number.isSafeInteger(revision) || revision < 1) {
      throw new UsageError(
        text('REVISION: укажите номер ревизии', 'REVISION: give the number of a revision'),
      );
    }
    const result = await session.ask(adminSettings.revert, { section: input.arg(0), revision });
    return session.show(result, () => savedTable(session, result.sections));
  },
};

export const settingsCommands: Command[] = [get, set, status, history, revert];
