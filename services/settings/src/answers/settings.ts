// admin.settings.*: get, set, revert, status, catalogue.
import {
  type AdminReply,
  adminSettings,
  answerAdmin,
  done,
  pageAfter,
  type SavedSettings,
} from '@pochtar/bus';
import {
  catalogue,
  describeForms,
  isSectionName,
  type SectionName,
  sectionNames,
  unknownSection,
} from '@pochtar/settings';
import { readSections, secretNames, type StoredSection } from '@pochtar/store/settings';
import { ensureCertificates } from '../certificates.ts';
import { type ChangeOptions, changeSettings } from '../change-settings.ts';
import type { Context, Refusal } from '../context.ts';
import { remarks } from '../remarks.ts';
import { rollBack } from '../roll-back.ts';
import { readableDocument, secretsOf } from '../section-state.ts';
import { refusal } from '../settings-errors.ts';

type Answer = { stop(): Promise<void> };

export function answerSettings(context: Context): Answer[] {
  return [
    answerAdmin(context, adminSettings.get, ({ section, after }) => get(context, section, after)),
    answerAdmin(context, adminSettings.set, async ({ changes, ...options }, asker) =>
      change(context, changes, { author: asker.author, ...options }),
    ),
    answerAdmin(context, adminSettings.revert, async (request, asker) => {
      const decided = await rollBack(context.db, request);
      if ('ok' in decided) return decided;
      const { comment, validateOnly } = request;
      const options = { author: asker.author, comment, validateOnly, keepsUnavailable: true };
      return change(context, decided.changes, { ...options, cautions: decided.cautions });
    }),
    answerAdmin(context, adminSettings.status, ({ section }) => status(context, section)),
    answerAdmin(context, adminSettings.catalogue, async () => done(forms())),
  ];
}

type Forms = Record<'tabs' | 'sections', Record<string, unknown>[]>;
let described: Forms | undefined;

/** The same for as long as the program is. */
function forms(): Forms {
  described ??= JSON.parse(JSON.stringify(describeForms())) as Forms;
  return described;
}

/** One section or all; a name that is none is a complaint. */
function sectionsAsked(section: string | undefined): SectionName[] | Refusal {
  if (section === undefined) return sectionNames;
  return isSectionName(section) ? [section] : refusal([unknownSection(section)]);
}

async function get(context: Context, section: string | undefined, after: string | undefined) {
  const names = sectionsAsked(section);
  if (!Array.isArray(names)) return names;
  const rows = await readRows(context);
  const remarksOn = remarks(rows);
  const secrets = new Set(await secretNames(context.db));
  const sections = names.flatMap((name) => {
    const row = rows.get(name);
    return row === undefined ? [] : [{ ...sectionState(name, row, secrets), ...remarksOn(name) }];
  });
  const { rows: shown, next } = pageAfter(sections, ({ name }) => name, after);
  return done({ sections: shown, next });
}

/** Of all sections: what is to be said of one may depend on others. */
async function readRows({ db }: Context): Promise<Map<string, StoredSection>> {
  return new Map((await readSections(db, sectionNames)).map((row) => [row.name, row]));
}

function sectionState(name: SectionName, row: StoredSection, secrets: ReadonlySet<string>) {
  return {
    name,
    revision: row.revision,
    document: readableDocument(name, row.document),
    secrets: secretsOf(name, secrets),
    author: row.author,
    changedAt: row.changedAt.toISOString(),
  };
}

/** Changes, and what follows from them: the server's name stands in the generated certificate. */
export async function change(
  context: Context,
  changes: Parameters<typeof changeSettings>[1],
  options: ChangeOptions,
): Promise<AdminReply<SavedSettings>> {
  const reply = await changeSettings(context, changes, options);
  const isRenamed =
    reply.ok && reply.result.sections.some(({ name, changed }) => name === 'general' && changed);
  if (isRenamed && options.validateOnly !== true) await ensureCertificates(context);
  return reply;
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
