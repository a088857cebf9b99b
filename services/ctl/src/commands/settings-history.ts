// pochtar settings: history, diff, rollback (and revert, its older name).
import { adminSettings } from '@pochtar/bus';
import { describeCatalogue, isSectionName } from '@pochtar/settings';
import { diffDocuments, type FieldChange } from '@pochtar/settings/forms';
import type { Command } from '../command.ts';
import { type Input, UsageError } from '../input.ts';
import { text } from '../language.ts';
import { table, time } from '../output.ts';
import { saveAndWait, savingOptions } from '../save-and-wait.ts';
import type { Session } from '../session.ts';
import { changesTable } from '../settings-tables.ts';

const history: Command = {
  words: 'settings history',
  summary: text('кто и что менял, когда и зачем', 'who changed what, when and why'),
  args: [{ name: 'SECTION', isOptional: true }],
  options: {
    limit: { value: 'N', help: text('не больше стольких ревизий (20)', 'at most this many revisions (20)') },
    before: { value: 'REVISION', help: text('только более ранние', 'only earlier ones') },
  },
  async run(session, input) {
    const before = input.number('before', { min: 1, max: Number.MAX_SAFE_INTEGER });
    const [section] = input.args;
    const result = await session.ask(adminSettings.history, {
      limit: input.number('limit', { min: 1, max: 100 }) ?? 20,
      ...(section !== undefined && { section }),
      ...(before !== undefined && { before }),
    });
    const header = [
      text('Ревизия', 'Revision'),
      text('Время', 'At'),
      text('Кто', 'Who'),
      text('Что', 'What'),
      text('Зачем', 'Why'),
      text('Изменение', 'Change'),
    ];
    return session.show(result, () =>
      table(
        header.map((one) => session.say(one)),
        result.entries.map((entry) => [
          section === undefined ? `${entry.section} ${entry.revision}` : String(entry.revision),
          time(entry.changedAt),
          entry.author,
          [
            ...entry.changes.map(
              ({ field, before: old, after }) => `${field}: ${old || '—'} → ${after || '—'}`,
            ),
            ...entry.secrets.map((secret) => `${secret}: ***`),
          ].join('; '),
          entry.comment ?? '',
          entry.changeId ?? '',
        ]),
      ),
    );
  },
};

const diff: Command = {
  words: 'settings diff',
  summary: text(
    'чем настройки отличаются от исходных, или ревизия от другой',
    'how settings differ from the defaults, or a revision from another',
  ),
  details: text(
    [
      '  pochtar settings diff                  всё, что отличается от исходного',
      '  pochtar settings diff queue 3          от ревизии 3 до нынешней',
      '  pochtar settings diff queue 3 5        от ревизии 3 до ревизии 5',
    ].join('\n'),
    [
      '  pochtar settings diff                  all that is not as it comes',
      '  pochtar settings diff queue 3          from revision 3 to the current one',
      '  pochtar settings diff queue 3 5        from revision 3 to revision 5',
    ].join('\n'),
  ),
  args: [
    { name: 'SECTION', isOptional: true },
    { name: 'REVISION', isOptional: true },
    { name: 'REVISION', isOptional: true },
  ],
  async run(session, input) {
    const changes = await differences(session, input);
    return session.show({ changes }, () => changesTable(session, changes));
  },
};

async function differences(session: Session, input: Input): Promise<FieldChange[]> {
  const [name, from, to] = input.args;
  const { sections } = await session.askWhole(adminSettings.get, name === undefined ? {} : { section: name });
  const described = new Map(describeCatalogue().map((one) => [one.name, one]));
  const changes: FieldChange[] = [];
  for (const { name: section, document } of sections) {
    const description = described.get(section);
    if (description === undefined || !isSectionName(section)) continue;
    const defaults = Object.fromEntries(description.fields.map((field) => [field.name, field.default]));
    const before = from === undefined ? defaults : await documentOf(session, section, from);
    const after = to === undefined ? document : await documentOf(session, section, to);
    changes.push(...diffDocuments(before, after, description));
  }
  return changes;
}

async function documentOf(session: Session, section: string, written: string) {
  const revision = readRevision(written);
  return (await session.ask(adminSettings.revision, { section, revision })).after;
}

function readRevision(written: string): number {
  const revision = Number(written);
  if (Number.isSafeInteger(revision) && revision >= 1) return revision;
  throw new UsageError(text('укажите номер ревизии, например 3', 'give the number of a revision, such as 3'));
}

function rollback(words: string): Command {
  return {
    words,
    summary: text(
      'вернуть более раннюю ревизию раздела или отменить изменение целиком',
      'make an earlier revision of a section current again, or undo a whole change',
    ),
    details: text(
      [
        `  pochtar ${words} queue 3`,
        `  pochtar ${words} --change 0190…   (из pochtar settings history; все разделы, которые оно затронуло)`,
      ].join('\n'),
      [
        `  pochtar ${words} queue 3`,
        `  pochtar ${words} --change 0190…   (from pochtar settings history; every section that it touched)`,
      ].join('\n'),
    ),
    args: [
      { name: 'SECTION', isOptional: true },
      { name: 'REVISION', isOptional: true },
    ],
    options: {
      ...savingOptions,
      change: { value: 'ID', help: text('изменение целиком', 'a whole change') },
    },
    run: (session, input) => {
      const wanted = wantedState(input);
      return saveAndWait(session, input, ({ expectedRevision, comment, validateOnly }) =>
        session.ask(adminSettings.revert, {
          ...wanted,
          ...(expectedRevision !== undefined && { expectedRevision }),
          ...(comment !== undefined && { comment }),
          validateOnly,
        }),
      );
    },
  };
}

function wantedState(input: Input): { changeId: string } | { section: string; revision: number } {
  const [section, revision] = input.args;
  const changeId = input.option('change');
  if (changeId !== undefined && section === undefined) return { changeId };
  if (changeId !== undefined || section === undefined || revision === undefined) {
    throw new UsageError(
      text('укажите раздел и ревизию или --change ID', 'give a section and a revision, or --change ID'),
    );
  }
  return { section, revision: readRevision(revision) };
}

export const settingsHistoryCommands: Command[] = [
  history,
  diff,
  rollback('settings rollback'),
  rollback('settings revert'),
];
