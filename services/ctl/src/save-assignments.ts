// From assignments to one change of settings. Lists that grow or shrink are read first and saved only if nobody
// changed them meanwhile; otherwise it is tried again.
import { adminSettings, type SavedSettings, type SettingsChange } from '@pochtar/bus';
import { type Assignment, changeList, type JsonValue, readAssignment } from './assignment.ts';
import { type Input, UsageError } from './input.ts';
import { text } from './language.ts';
import type { Saving } from './save-and-wait.ts';
import { Refused, type Session } from './session.ts';

const ATTEMPTS = 5;

/** `expectedRevision`: that of the one section that is changed. */
export async function saveAssignments(
  session: Session,
  input: Input,
  { expectedRevision, comment, validateOnly }: Saving,
): Promise<SavedSettings> {
  const assignments = input.args.map(readAssignment);
  const secrets = await readSecrets(session, input);
  if (assignments.length === 0 && secrets.length === 0) {
    throw new UsageError(
      text('укажите хотя бы одно раздел.поле=значение', 'give at least one section.field=value'),
    );
  }
  for (let attempt = 1; ; attempt++) {
    const changes = await changesOf(session, assignments);
    for (const { section, field, value } of secrets) {
      const change = changes.get(section) ?? { section, patch: {} };
      changes.set(section, { ...change, secrets: { ...change.secrets, [field]: value } });
    }
    if (expectedRevision !== undefined) expectRevision(changes, expectedRevision);
    try {
      return await session.ask(adminSettings.set, {
        changes: [...changes.values()],
        validateOnly,
        ...(comment !== undefined && { comment }),
      });
    } catch (error) {
      const isConflict = error instanceof Refused && error.error.code === 'conflict';
      if (!isConflict || attempt === ATTEMPTS || expectedRevision !== undefined) throw error;
    }
  }
}

/** What assignments change, by section; lists grow and shrink from what is saved. */
export async function changesOf(
  session: Session,
  assignments: readonly Assignment[],
): Promise<Map<string, SettingsChange>> {
  const changes = new Map<string, SettingsChange & { patch: Record<string, JsonValue> }>();
  for (const { section, field, operator, value } of assignments) {
    let change = changes.get(section) ?? { section, patch: {} };
    if (operator === '=') {
      change = { ...change, patch: { ...change.patch, [field]: value } };
    } else {
      const state = (await session.ask(adminSettings.get, { section })).sections[0];
      const current = change.patch[field] ?? state?.document[field] ?? [];
      const list = Array.isArray(current)
        ? changeList({ section, field }, current, operator, value)
        : current;
      change = { ...change, patch: { ...change.patch, [field]: list }, expectedRevision: state?.revision };
    }
    changes.set(section, change);
  }
  return changes;
}

/** The revision belongs to a section, so there can be one only. */
function expectRevision(changes: Map<string, SettingsChange>, expectedRevision: number): void {
  const [only, ...others] = changes.values();
  if (only === undefined || others.length > 0) {
    throw new UsageError(
      text(
        '--expected-revision: меняйте за один раз только один раздел',
        '--expected-revision: change one section only at a time',
      ),
    );
  }
  changes.set(only.section, { ...only, expectedRevision });
}

export interface NewSecret {
  section: string;
  field: string;
  value: string | null;
}

export async function readSecrets(session: Session, input: Input): Promise<NewSecret[]> {
  const secrets: NewSecret[] = input
    .options('remove-secret')
    .map((name) => ({ ...placeOf(name), value: null }));
  const given = input.option('secret');
  if (given !== undefined) secrets.push({ ...placeOf(given), value: await session.readStdin() });
  return secrets;
}

function placeOf(name: string): { section: string; field: string } {
  const [section = '', field = '', ...rest] = name.split('.');
  if (section !== '' && field !== '' && rest.length === 0) return { section, field };
  throw new UsageError(
    text(
      `«${name}»: укажите раздел.секрет, например relay.password`,
      `“${name}”: give section.secret, such as relay.password`,
    ),
  );
}
