// What is printed of the state of the settings: saved revisions, what processes made of them, what is to be known.
import type { AdminProblem, SectionStatus } from '@pochtar/bus';
import { programsToCome } from '@pochtar/settings';
import type { FieldChange } from '@pochtar/settings/forms';
import { text } from './language.ts';
import { plain, table } from './output.ts';
import { problemText } from './problem-text.ts';
import type { Session } from './session.ts';

type Speaker = Pick<Session, 'say'>;
/** Of a long list the answer leaves entries out. */
type ShownChange = FieldChange & { readonly omitted?: number | undefined };

export function savedTable(
  speaker: Speaker,
  sections: readonly { name: string; revision: number; changed: boolean }[],
): string {
  const saved = speaker.say(text('сохранено', 'saved'));
  const same = speaker.say(text('без изменений', 'unchanged'));
  return table(
    [text('Раздел', 'Section'), text('Ревизия', 'Revision'), text('', '')].map((one) => speaker.say(one)),
    sections.map((one) => [one.name, String(one.revision), one.changed ? saved : same]),
  );
}

/** What a change does, a line a field; of a list what comes and what goes. */
export function changesTable(speaker: Speaker, changes: readonly ShownChange[]): string {
  const header = [text('Поле', 'Field'), text('Название', 'Label'), text('Изменение', 'Change')];
  const rows = changes.map((change) => [
    `${change.section}.${change.field}`,
    speaker.say(change.label),
    changeWords(speaker, change),
  ]);
  const none = speaker.say(text('отличий нет', 'no differences'));
  return rows.length === 0
    ? `${none}\n`
    : table(
        header.map((one) => speaker.say(one)),
        rows,
      );
}

function changeWords(speaker: Speaker, change: ShownChange): string {
  if (change.kind === 'secret') return speaker.say(change.words);
  if (change.kind === 'value') return `${speaker.say(change.before)} → ${speaker.say(change.after)}`;
  const { added, removed, altered, isReordered, omitted = 0 } = change;
  return [
    ...added.map((one) => `+ ${speaker.say(one)}`),
    ...removed.map((one) => `− ${speaker.say(one)}`),
    ...altered.map(({ before, after }) => `${speaker.say(before)} → ${speaker.say(after)}`),
    ...(isReordered ? [speaker.say(text('другой порядок', 'another order'))] : []),
    ...(omitted > 0 ? [speaker.say(text(`и ещё ${omitted}`, `and ${omitted} more`))] : []),
  ].join('; ');
}

export function statusTable(speaker: Speaker, sections: readonly SectionStatus[]): string {
  const words = {
    applied: speaker.say(text('применено', 'applied')),
    waiting: speaker.say(text('ещё не применено', 'not yet applied')),
    absent: speaker.say(text('не запущен', 'not running')),
    toCome: speaker.say(text('нет в этой версии', 'not in this version')),
  };
  const rows = sections.flatMap((section) => {
    const { name, revision, processes } = section;
    const running = new Set(processes.map((one) => one.process));
    const absent = section.appliedBy.filter((program) => !running.has(program));
    return [
      ...processes.map((one) => {
        const problem = one.problem === undefined ? one.error : speaker.say(one.problem.text);
        const state = problem ?? (one.isApplied ? words.applied : words.waiting);
        const instance = one.instance.slice(0, 8);
        return [name, String(revision), one.process, instance, String(one.revision), state];
      }),
      ...absent.map((program) => {
        const state = programsToCome.has(program) ? words.toCome : words.absent;
        return [name, String(revision), program, '', '', state];
      }),
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
    header.map((one) => speaker.say(one)),
    rows,
  );
}

/** One line each; what two sections have in common is said once. */
export function cautionLines(speaker: Speaker, cautions: readonly AdminProblem[] | undefined): string {
  const lines = (cautions ?? []).map((one) => `! ${plain(speaker.say(problemText(one)))}\n`);
  return [...new Set(lines)].join('');
}
