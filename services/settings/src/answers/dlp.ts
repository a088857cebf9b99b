// admin.dlp.*: rules, protected documents and incidents of data loss prevention.
import {
  adminDlp,
  type AdminReply,
  answerAdmin,
  type DlpDefinition,
  dlpDefinition,
  type DlpDocumentInfo,
  type DlpIncidentInfo,
  type DlpRuleInfo,
  done,
  MAX_DOCUMENT_BYTES,
  type Offered,
  refused,
  tooLargeToProtect,
} from '@pochtar/bus';
import { compileExpression, loadExpressions, Threads } from '@pochtar/dlp';
import { parseAddress } from '@pochtar/mail';
import { Semaphore } from '@pochtar/runtime';
import {
  addDocument,
  dlpKey,
  type Incident,
  listDocuments,
  listIncidents,
  listRules,
  MAX_DOCUMENTS,
  MAX_RULES,
  type ProtectedDocument,
  removeDocument,
  removeRule,
  saveRule,
  type StoredRule,
} from '@pochtar/store/dlp';
import { notFound } from '../addresses.ts';
import type { Context, Refusal } from '../context.ts';
import { fetched } from './fetched.ts';

/** With fewer words everything is like it. */
const MIN_WORDS = 30;
/** Documents that are in memory; others wait at who asks. */
const AT_ONCE = 2;
/** For reading one: of a core, and by the clock. */
const READ_CPU_MS = 15_000;
const READ_MS = 40_000;

export function answerDlp(context: Context): { stop(): Promise<void> }[] {
  const { db } = context;
  const room = new Semaphore(AT_ONCE);
  return [
    answerAdmin(context, adminDlp.rules, async () => done({ rules: (await listRules(db)).map(ruleInfo) })),
    answerAdmin(context, adminDlp.saveRule, async ({ former, ...rule }, { author }) => {
      const wrong = await wrongDefinition(rule.definition);
      if (wrong !== null) return wrong;
      const saved = await saveRule(db, { ...rule, author }, former ?? null);
      if (saved === 'missing') return notFound('former', former ?? '');
      if (saved === 'exists') return exists();
      if (saved === 'full') return full('rules', MAX_RULES);
      const found = (await listRules(db)).find(({ name }) => dlpKey(name) === dlpKey(rule.name));
      return found === undefined ? notFound('name', rule.name) : done({ rule: ruleInfo(found) });
    }),
    answerAdmin(context, adminDlp.removeRule, async ({ name }) =>
      (await removeRule(db, name)) ? done({}) : notFound('name', name),
    ),
    answerAdmin(context, adminDlp.documents, async (page) => {
      const rows = await listDocuments(db, page);
      const next = rows.length < page.limit ? null : (rows.at(-1)?.name ?? null);
      return done({ documents: rows.map(documentInfo), next });
    }),
    answerAdmin(context, adminDlp.addDocument, (request, { author }) =>
      room.run(() => add(context, request, author)),
    ),
    answerAdmin(context, adminDlp.removeDocument, async ({ name }) =>
      (await removeDocument(db, name)) ? done({}) : notFound('name', name),
    ),
    answerAdmin(context, adminDlp.incidents, async ({ since, ...page }, { scope }) => {
      const from = since === undefined ? undefined : new Date(since);
      const rows = await listIncidents(db, scope, { ...page, since: from });
      const next = rows.length < page.limit ? null : (rows.at(-1)?.id ?? null);
      return done({ incidents: rows.map(incidentInfo), next });
    }),
  ];
}

/** An expression that no mail could be looked at with is refused before it is saved. */
async function wrongDefinition({ conditions, copyTo }: DlpDefinition): Promise<Refusal | null> {
  if (copyTo !== '' && parseAddress(copyTo) === null) {
    return refused(
      'wrongFormat',
      'definition.copyTo',
      `«${copyTo}» — не адрес: укажите, кому отправлять копии, например audit@example.org`,
      `“${copyTo}” is no address: give one that gets the copies, such as audit@example.org`,
    );
  }
  for (const [index, condition] of conditions.entries()) {
    if (condition.kind !== 'expression') continue;
    await loadExpressions();
    const compiled = compileExpression(condition.expression);
    if (compiled.isGood) continue;
    return refused(
      'wrongFormat',
      `definition.conditions.${index}.expression`,
      `выражение не подходит (${compiled.problem}): исправьте его; обратных ссылок и просмотра вперёд и назад нет`,
      `the expression does not fit (${compiled.problem}): correct it; there are no back references and no look-around`,
    );
  }
  return null;
}

interface Given {
  name: string;
  comment: string;
  content?: string | undefined;
  file?: Offered | undefined;
}

async function add(
  context: Context,
  { name, comment, content, file }: Given,
  author: string,
): Promise<AdminReply<{ document: DlpDocumentInfo; unread: { name: string; why: string }[] }>> {
  if (file !== undefined && file.bytes > MAX_DOCUMENT_BYTES) return tooLargeToProtect(file.bytes);
  const bytes =
    file === undefined
      ? Buffer.from(content ?? '', 'base64')
      : await fetched(context, file, MAX_DOCUMENT_BYTES, 'a document');
  if (bytes === null) return notWhole;
  const { length } = bytes;
  // Threads for this alone: documents are added seldom, and what reads them takes memory.
  await using threads = new Threads({ cpuMs: READ_CPU_MS });
  const print = await threads.readDocument(
    { document: bytes, name, limits: {} },
    AbortSignal.timeout(READ_MS),
  );
  if (typeof print === 'string' || print.words < MIN_WORDS) return unreadable();
  const document = { name, comment, words: print.words, bytes: length, author };
  const added = await addDocument(context.db, document, print.marks);
  if (added === 'exists') return exists();
  if (added === 'full') return full('documents', MAX_DOCUMENTS);
  const unread = print.unread.map((one) => ({ name: one.name.slice(0, 255), why: one.why }));
  return done({ document: documentInfo({ ...document, createdAt: new Date() }), unread });
}

const notWhole = refused(
  'invalid',
  'file',
  'документ не пришёл целиком: повторите',
  'the document did not come whole: try again',
);

function ruleInfo({ name, isOn, position, definition, author, changedAt }: StoredRule): DlpRuleInfo {
  // One of an older version has no field that came later.
  const whole = dlpDefinition.parse(definition);
  return { name, isOn, position, definition: whole, author, changedAt: changedAt.toISOString() };
}

function documentInfo({ createdAt, ...document }: ProtectedDocument): DlpDocumentInfo {
  return { ...document, createdAt: createdAt.toISOString() };
}

function incidentInfo({ id, at, mail, rule, action, sender, recipients, found }: Incident): DlpIncidentInfo {
  return { id, at: at.toISOString(), mail, rule, action, sender, recipients, found };
}

function exists(): Refusal {
  return refused(
    'exists',
    'name',
    'такое имя уже есть: выберите другое',
    'this name is taken: choose another one',
  );
}

function full(what: 'rules' | 'documents', most: number): Refusal {
  const ru = what === 'rules' ? 'правил' : 'защищаемых документов';
  const en = what === 'rules' ? 'rules' : 'protected documents';
  return refused(
    'tooMany',
    'name',
    `${ru} не больше ${most}: удалите лишние`,
    `there are at most ${most} ${en}: remove some`,
  );
}

function unreadable(): Refusal {
  return refused(
    'unreadable',
    'content',
    `в файле не прочитано ${MIN_WORDS} слов, сравнивать не с чем: снимите пароль или дайте его в другом формате (docx, odt, pdf с текстом, rtf, txt)`,
    `fewer than ${MIN_WORDS} words were read in the file, too few to compare with: take its password off, or give it in another format (docx, odt, pdf with text, rtf, txt)`,
  );
}
