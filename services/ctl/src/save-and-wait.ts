// Saving settings as `set` and `revert` do it: only from the expected revision, and waiting for the processes.
import type { SectionStatus } from '@pochtar/bus';
import type { SavedSections } from './save-assignments.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import type { Input } from './input.ts';
import { text } from './language.ts';
import type { Session } from './session.ts';
import { cautionLines, savedTable, statusTable } from './settings-tables.ts';
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
} satisfies Record<string, Option>;

export async function saveAndWait(
  session: Session,
  input: Input,
  save: (expectedRevision: number | undefined) => Promise<SavedSections>,
): Promise<ExitCode> {
  const timeoutMs = 1000 * (input.number('timeout', { min: 1, max: 3600 }) ?? 60);
  const saved = await save(input.number('expected-revision', { min: 0, max: Number.MAX_SAFE_INTEGER }));
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
