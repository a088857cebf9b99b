// admin.settings.*: get, set, history, revert, status, catalogue.
import {
  type AdminReply,
  adminSettings,
  answerAdmin,
  done,
  refused,
  type SettingsHistoryEntry,
} from '@pochtar/bus';
import {
  catalogue,
  describeForms,
  isSectionName,
  placeName,
  readStored,
  type SectionName,
  sectionNames,
  unknownSection,
} from '@pochtar/settings';
import {
  readHistory,
  readRevision,
  readSections,
  secretNames,
  type StoredSection,
} from '@pochtar/store/settings';
import { ensureCertificates } from '../certificates.ts';
import {
  type ChangeOptions,
  changeSettings,
  type Replacement,
  type Saved,
  secretsOf,
} from '../change-settings.ts';
import type { Context, Refusal } from '../context.ts';
import { differences } from '../differences.ts';
import { remarks } from '../remarks.ts';
import { refusal } from '../settings-errors.ts';

type Answer = { stop(): Promise<void> };

export function answerSettings(context: Context): Answer[] {
  return [
    answerAdmin(context, adminSettings.get, ({ section }) => get(context, section)),
    answerAdmin(context, adminSettings.set, async ({ changes, validateOnly }, asker) => {
      const options = { author: asker.author, validateOnly: validateOnly ?? false };
      return await change(context, changes, options);
    }),
    answerAdmin(context, adminSettings.history, (request) => history(context, request)),
    answerAdmin(context, adminSettings.revert, async (request, asker) =>
      revert(context, request, asker.author),
    ),
    answerAdmin(context, adminSettings.status, ({ section }) => status(context, section)),
    answerAdmin(context, adminSettings.catalogue, async () =>
      done(JSON.parse(JSON.stringify(describeForms()))),
    ),
  ];
}

/** One section or all; a name that is none is a complaint. */
function sectionsAsked(section: string | undefined): SectionName[] | Refusal {
  if (section === undefined) return sectionNames;
  return isSectionName(section) ? [section] : refusal([unknownSection(section)]);
}

async function get(context: Context, section: string | undefined) {
  const names = sectionsAsked(section);
  if (!Array.isArray(names)) return names;
  const rows = await readRows(context);
  const remarksOn = remarks(rows);
  const secrets = new Set(await secretNames(context.db));
  const sections = names.flatMap((name) => {
    const row = rows.get(name);
    return row === undefined ? [] : [{ ...sectionState(name, row, secrets), ...remarksOn(name) }];
  });
  return done({ sections });
}

/** Of all sections: what is to be said of one may depend on others. */
async function readRows({ db }: Context): Promise<Map<string, StoredSection>> {
  return new Map((await readSections(db, sectionNames)).map((row) => [row.name, row]));
}

function sectionState(name: SectionName, row: StoredSection, secrets: ReadonlySet<string>) {
  const stored = readStored(name, row.document);
  const document = JSON.parse(JSON.stringify(stored.ok ? stored.value : row.document)) as Record<
    string,
    never
  >;
  return {
    name,
    revision: row.revision,
    document,
    secrets: secretsOf(name, secrets),
    author: row.author,
    changedAt: row.changedAt.toISOString(),
  };
}

async function change(
  context: Context,
  changes: Parameters<typeof changeSettings>[1],
  options: ChangeOptions,
): Promise<AdminReply<Saved>> {
  const reply = await changeSettings(context, changes, options);
  // The server's name stands in the generated certificate.
  const isRenamed =
    reply.ok && reply.result.sections.some(({ name, changed }) => name === 'general' && changed);
  if (isRenamed && !options.validateOnly) await ensureCertificates(context);
  return reply;
}

async function revert(
  context: Context,
  request: { section: string; revision: number; expectedRevision?: number | undefined },
  author: string,
): Promise<AdminReply<Saved>> {
  const { section, revision, expectedRevision } = request;
  if (!isSectionName(section)) return refusal([unknownSection(section)]);
  const row = await readRevision(context.db, section, revision);
  if (row === null) {
    const { ru, en } = placeName({ section, field: '' });
    return refused(
      'notFound',
      'revision',
      `${ru}: ревизии ${revision} нет: посмотрите pochtar settings history ${section}`,
      `${en}: there is no revision ${revision}: see pochtar settings history ${section}`,
    );
  }
  const stored = readStored(section, row.document);
  if (!stored.ok) return refusal(stored.errors);
  const replacement: Replacement = { section, document: stored.value, expectedRevision };
  return change(context, [replacement], { author, keepsUnavailable: true });
}

async function history(
  context: Context,
  request: { section: string; before?: number | undefined; limit: number },
): Promise<AdminReply<{ entries: SettingsHistoryEntry[] }>> {
  if (!isSectionName(request.section)) return refusal([unknownSection(request.section)]);
  // One more than asked for, to compare the oldest one with.
  const options = { before: request.before, limit: request.limit + 1 };
  const rows = await readHistory(context.db, request.section, options);
  const entries = rows.slice(0, request.limit).map((row, index) => ({
    revision: row.revision,
    author: row.author,
    changedAt: row.changedAt.toISOString(),
    changes: differences(rows[index + 1]?.document, row.document),
  }));
  return done({ entries });
}

async function status(context: Context, section: string | undefined) {
  const names = sectionsAsked(section);
  if (!Array.isArray(names)) return names;
  const rows = await readRows(context);
  const remarksOn = remarks(rows);
  const sections = names.map((name) => {
    const revision = rows.get(name)?.revision ?? 0;
    const processes = context.reports.of(name).map((report) => ({
      ...report,
      reportedAt: report.reportedAt.toISOString(),
      isApplied: report.revision === revision && report.error === null,
    }));
    const { appliedBy } = catalogue[name];
    return { name, revision, appliedBy: [...appliedBy], processes, ...remarksOn(name) };
  });
  return done({ sections, isComplete: context.reports.isComplete });
}
