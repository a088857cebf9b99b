// admin.settings.export and import: everything as one YAML file.
import { type AdminReply, adminSettings, answerAdmin, done, refused, type SavedSettings } from '@pochtar/bus';
import { isSectionName, type SectionName, sectionNames, unknownSection } from '@pochtar/settings';
import { readSections, secretNames } from '@pochtar/store/settings';
import type { ChangeOptions } from '../change-settings.ts';
import type { Context } from '../context.ts';
import { settingsYaml } from '../export-yaml.ts';
import { readSettingsYaml, type SettingsFile, withLines } from '../import-yaml.ts';
import { readableDocument, secretsOf } from '../section-state.ts';
import { refusal, refusalOf } from '../settings-errors.ts';
import { change } from './settings.ts';

/** The answer has to fit into one message of the bus. */
const MAX_BYTES = 900_000;

export function answerSettingsFile(context: Context): { stop(): Promise<void> }[] {
  return [
    answerAdmin(context, adminSettings.export, async (request) => exportAll(context, request)),
    answerAdmin(
      context,
      adminSettings.import,
      async ({ yaml, dryRun, expectedRevisions, comment }, asker) => {
        const file = readSettingsYaml(yaml);
        if (Array.isArray(file)) return refusalOf(file);
        const options = { author: asker.author, comment, validateOnly: dryRun };
        return importAll(context, file, expectedRevisions, options);
      },
    ),
  ];
}

async function exportAll(
  { db }: Pick<Context, 'db'>,
  request: { language: 'ru' | 'en'; sections?: readonly string[] | undefined },
): Promise<AdminReply<{ yaml: string }>> {
  const asked = request.sections ?? sectionNames;
  const unknown = asked.find((name) => !isSectionName(name));
  if (unknown !== undefined) return refusal([unknownSection(unknown)]);
  const rows = new Map((await readSections(db, asked)).map((row) => [row.name, row.document]));
  const secrets = new Set(await secretNames(db));
  const sections = sectionNames
    .filter((name) => asked.includes(name) && rows.has(name))
    .map((name: SectionName) => ({
      name,
      document: readableDocument(name, rows.get(name) ?? {}),
      secrets: secretsOf(name, secrets),
    }));
  const yaml = settingsYaml(sections, request.language);
  if (Buffer.byteLength(yaml) <= MAX_BYTES) return done({ yaml });
  return refused(
    'tooLarge',
    'sections',
    'настройки не помещаются в один файл: выгрузите разделы по отдельности',
    'the settings do not fit into one file: export some sections at a time',
  );
}

async function importAll(
  context: Context,
  file: SettingsFile,
  expected: Readonly<Record<string, number>> | undefined,
  options: ChangeOptions,
): Promise<AdminReply<SavedSettings>> {
  const changes = file.changes.map((one) => ({ ...one, expectedRevision: expected?.[one.section] }));
  const reply = await change(context, changes, options);
  if (reply.ok) return reply;
  return { ok: false, error: withLines(reply.error, file) };
}
