// From a wish to roll back to the documents that become current again: an earlier revision of a section, or what all
// sections of a change said before or after it. They go the way of every change then. Secrets are not kept, so they stay.
import { refused } from '@pochtar/bus';
import {
  catalogue,
  complaint,
  isSectionName,
  placeName,
  readStored,
  type SectionName,
  type SettingsCaution,
  type SettingsError,
  text,
  unknownSection,
} from '@pochtar/settings';
import type { Queryable } from '@pochtar/store/db';
import { readChange, readRevisionsOf, secretsChangedSince } from '@pochtar/store/settings';
import type { Replacement } from './change-settings.ts';
import type { Refusal } from './context.ts';
import { refusal } from './settings-errors.ts';

export interface RollBackRequest {
  section?: string | undefined;
  revision?: number | undefined;
  expectedRevision?: number | undefined;
  changeId?: string | undefined;
  to: 'before' | 'after';
  expectedRevisions?: Readonly<Record<string, number>> | undefined;
}

export interface RollBack {
  changes: Replacement[];
  cautions: SettingsCaution[];
}

interface Place {
  section: string;
  revision: number;
}

export async function rollBack(db: Queryable, request: RollBackRequest): Promise<RollBack | Refusal> {
  const places = await placesOf(db, request);
  if (!Array.isArray(places)) return places;
  const rows = await readRevisionsOf(db, places);
  const changes: Replacement[] = [];
  const cautions: SettingsCaution[] = [];
  const errors: SettingsError[] = [];
  for (const { section, revision } of places) {
    if (!isSectionName(section)) return refusal([unknownSection(section)]);
    const row = rows.find((one) => one.name === section && one.revision === revision);
    if (row === undefined) return notKept(section, revision);
    const stored = readStored(section, row.document);
    if (!stored.ok) {
      errors.push(...stored.errors);
      continue;
    }
    const expectedRevision = request.expectedRevisions?.[section] ?? request.expectedRevision;
    changes.push({ section, document: stored.value, expectedRevision });
    cautions.push(...(await secretsThatStay(db, section, revision)));
  }
  return errors.length > 0 ? refusal(errors) : { changes, cautions };
}

async function placesOf(
  db: Queryable,
  { section, revision, changeId, to }: RollBackRequest,
): Promise<Place[] | Refusal> {
  if (changeId === undefined) {
    return section === undefined || revision === undefined ? nothingNamed : [{ section, revision }];
  }
  if (section !== undefined || revision !== undefined) return nothingNamed;
  const together = await readChange(db, changeId);
  if (together.length === 0) {
    return refused(
      'notFound',
      'changeId',
      `изменения ${changeId} нет: посмотрите историю настроек`,
      `there is no change ${changeId}: see the history of the settings`,
    );
  }
  const step = to === 'before' ? 1 : 0;
  return together.map((row) => ({ section: row.name, revision: row.revision - step }));
}

const nothingNamed = refused(
  'missing',
  'section',
  'укажите раздел и ревизию (section, revision) или изменение целиком (changeId)',
  'give a section and its revision (section, revision), or a whole change (changeId)',
);

function notKept(section: SectionName, revision: number): Refusal {
  const { ru, en } = placeName({ section, field: '' });
  return refused(
    'notFound',
    'revision',
    `${ru}: ревизии ${revision} нет: посмотрите pochtar settings history ${section}`,
    `${en}: there is no revision ${revision}: see pochtar settings history ${section}`,
  );
}

async function secretsThatStay(
  db: Queryable,
  section: SectionName,
  revision: number,
): Promise<SettingsCaution[]> {
  if (Object.keys(catalogue[section].secrets).length === 0) return [];
  const message = text(
    'с тех пор менялся; прежнее значение не хранится, останется нынешнее: если нужно, задайте его снова',
    'it was changed since then; earlier values are not kept, and the present one stays: set it anew if need be',
  );
  const secrets = await secretsChangedSince(db, section, revision);
  return secrets.map((field) => complaint({ section, field }, 'secretStays', message));
}
