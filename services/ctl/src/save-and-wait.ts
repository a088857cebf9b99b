// Saving settings as `set` and `revert` do it: only from the expected revision, and waiting for the processes.
import type { SavedSettings, SectionStatus } from '@pochtar/bus';
import { type ExitCode, exitCode } from './exit-code.ts';
import type { Input } from './input.ts';
import { text } from './language.ts';
import type { Session } from './session.ts';
import { cautionLines, changesTable, savedTable, statusTable } from './settings-tables.ts';
import type { Option } from './syntax.ts';
import { waitUntilApplied } from './wait-until-applied.ts';

export const savingOptions = {
  wait: {
    help: text(
      'ждать, пока каждый процесс применит изменение',
      'wait until every process has applied the change',
    ),
  },
  timeout: { value: 'SECONDS', help: text('сколько ждать (60)', 'how long to wait (60)') },
  'expected-revision': {
    value: 'N',
    help: text(
      'сохранить, только если текущая ревизия раздела — эта; иначе код 5',
      'save only if this is the current revision of the section; otherwise exit code 5',
    ),
  },
  comment: {
    value: 'TEXT',
    help: text('зачем: хранится в истории', 'why: kept in the history'),
  },
  'dry-run': {
    help: text('только показать, что изменится', 'only show what would change'),
  },
} satisfies Record<string, Option>;

/** How the asker wants it saved. */
export interface Saving {
  expectedRevision: number | undefined;
  comment: string | undefined;
  /** Nothing is written. */
  validateOnly: boolean;
}

export async function saveAndWait(
  session: Session,
  input: Input,
  save: (saving: Saving) => Promise<SavedSettings>,
): Promise<ExitCode> {
  const timeoutMs = 1000 * (input.number('timeout', { min: 1, max: 3600 }) ?? 60);
  const saved = await save({
    expectedRevision: input.number('expected-revision', { min: 0, max: Number.MAX_SAFE_INTEGER }),
    comment: input.option('comment'),
    validateOnly: input.flag('dry-run'),
  });
  if (input.flag('dry-run')) {
    const changes = saved.sections.flatMap((section) => section.changes ?? []);
    return session.show(saved, () => changesTable(session, changes) + cautionLines(session, saved.cautions));
  }
  const human = () => savedTable(session, saved.sections) + cautionLines(session, saved.cautions);
  if (!input.flag('wait')) return session.show(saved, human);
  await session.print(session.isJson ? '' : human());
  const outcome = await waitUntilApplied(session, saved.sections, timeoutMs);
  await session.show(outcome, () => statusTable(session, outcome.sections));
  for (const section of outcome.sections) noteUnused(session, section);
  if (outcome.isApplied) return exitCode.done;
  session.note(
    outcome.isTimedOut
      ? text('сохранено, но применили ещё не все процессы', 'saved, but not every process has applied it yet')
      : text('сохранено, но не все процессы смогли применить', 'saved, but not every process could apply it'),
  );
  return exitCode.notApplied;
}

/** That nobody is there to apply it is no failure of the change: it is in force as soon as somebody starts. */
function noteUnused(session: Session, { name, processes }: SectionStatus): void {
  if (processes.length > 0) return;
  session.note(
    text(
      `${name}: ни один работающий процесс не использует этот раздел; изменение пока ни на что не влияет`,
      `${name}: no running process uses this setting; it has no effect yet`,
    ),
  );
}
