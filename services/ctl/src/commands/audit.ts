// pochtar audit: who changed what, when, from where.
import { adminAudit, type AuditEntryInfo } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { text } from '../language.ts';
import { table, time } from '../output.ts';
import type { Session } from '../session.ts';

function auditTable(session: Session, entries: readonly AuditEntryInfo[]): string {
  const header = [
    text('Время', 'Time'),
    text('Кто', 'Who'),
    text('Откуда', 'From'),
    text('Что', 'What'),
    text('Над чем', 'Object'),
    text('Итог', 'Outcome'),
    text('Подробно', 'Details'),
  ];
  const cutOff = session.say(text('прервано', 'cut off'));
  return table(
    header.map((title) => session.say(title)),
    entries.map((one) => [
      ...[time(one.at), one.author, one.clientAddress ?? '', one.action, one.object, one.outcome ?? cutOff],
      Object.keys(one.details).length === 0 ? '' : JSON.stringify(one.details),
    ]),
  );
}

export const auditCommands: Command[] = [
  {
    words: 'audit',
    summary: text('журнал изменений и входов, новые первыми', 'changes and log-ins, the newest first'),
    options: {
      author: { value: 'AUTHOR', help: text('кто, например ctl:root', 'who, such as ctl:root') },
      action: {
        value: 'ACTION',
        help: text('что, например account или account.create', 'what, such as account or account.create'),
      },
      object: { value: 'TEXT', help: text('часть имени объекта', 'part of the object') },
      since: {
        value: 'TIME',
        help: text('не раньше: 2027-01-31T12:00 или 24h', 'not before: 2027-01-31T12:00 or 24h'),
      },
      until: { value: 'TIME', help: text('раньше этого', 'before this') },
      before: { value: 'ID', help: text('продолжить до этого номера', 'go on before this number') },
      limit: { value: 'N', help: text('не больше стольких строк (100)', 'at most this many lines (100)') },
    },
    async run(session, input) {
      const now = new Date();
      const result = await session.ask(adminAudit.list, {
        author: input.option('author'),
        action: input.option('action'),
        object: input.option('object'),
        since: input.moment('since', now),
        until: input.moment('until', now),
        before: input.number('before', { min: 1, max: Number.MAX_SAFE_INTEGER }),
        limit: input.number('limit', { min: 1, max: 500 }) ?? 100,
      });
      if (result.searchedSince !== null) {
        const on = `--before ${result.next}`;
        session.note(text(`просмотрено не всё, искать дальше: ${on}`, `not all was searched, go on: ${on}`));
      } else if (result.next !== null) {
        session.note(text(`дальше: --before ${result.next}`, `more: --before ${result.next}`));
      }
      return session.show(result, () => auditTable(session, result.entries));
    },
  },
];
