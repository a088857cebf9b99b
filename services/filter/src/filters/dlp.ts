// Data loss prevention: what the rules look for is looked for in every text of a mail, in threads that can be ended; what
// nobody could read is never taken for nothing found. Rules are asked for with every mail, so that a change counts at once.
import { dlpDefinition } from '@pochtar/bus';
import { excerpt, sharePercent, type Sight, Threads } from '@pochtar/dlp';
import { addressKey, encodeForeign, foldHeader, parseAddress, printableForeign } from '@pochtar/mail';
import { gather } from '@pochtar/runtime';
import type { BlobReference } from '@pochtar/store/blob';
import { commonMarks, dlpState, forgetIncidents, listRules, noteIncidents } from '@pochtar/store/dlp';
import type { ContentFilter, ContentJudge, ContentTools, JudgedMail, Said, Verdict } from '../filter.ts';
import { type Judged, type Judgement, judge, type Seen } from '../prevention/judge.ts';
import {
  comparesDocuments,
  readsTexts,
  type Recipient,
  type Rule,
  rulesFor,
  searchesOf,
} from '../prevention/rules.ts';
import { type SubjectEdit, taggedSubject } from '../prevention/subject-tag.ts';

type Edited = Judged & { subject: SubjectEdit | null };

const CONCURRENCY = 8;
const MB = 1024 * 1024;
/** Larger mails are not read into memory, whatever the settings allow for a file. */
const MAX_MAIL = 96 * MB;
/** Base64 and what stands around a file. */
const ENCODED = 1.4;
const CLEAN_UP_MS = 3_600_000;
/** Removed from mail that comes from outside, as all our marker fields. */
const MARKER_FIELD = 'X-Pochtar-Dlp';

export const dlp: ContentFilter = {
  kind: 'content',
  name: 'dlp',
  sections: ['dlp', 'misc', 'queue', 'general'],
  open: (tools) => new DlpJudge(tools),
};

class DlpJudge implements ContentJudge {
  readonly concurrency = CONCURRENCY;
  readonly #tools: ContentTools;
  readonly #threads = new Threads();
  readonly #cleaning: NodeJS.Timeout;
  /** Asked for each mail; mails of a moment share the statement. */
  readonly #stateOf: (domains: string[]) => Promise<{ revision: number; own: string[] }>;
  #known: { revision: number; rules: Rule[] } | null = null;

  constructor(tools: ContentTools) {
    this.#tools = tools;
    this.#stateOf = gather(
      async (mails: string[][]) => {
        const state = await dlpState(tools.db, [...new Set(mails.flat())]);
        return mails.map(() => state);
      },
      { maxItems: 100, concurrency: 2 },
    );
    this.#cleaning = setInterval(() => {
      forgetIncidents(tools.db).catch((error: unknown) =>
        tools.log.warn({ err: error }, 'old incidents could not be removed; trying again later'),
      );
    }, CLEAN_UP_MS);
    this.#cleaning.unref();
  }

  async judge(mail: JudgedMail): Promise<Verdict> {
    // smtp puts it on the slips of mail while it is on; what has it there is looked at, also when it was switched off since.
    const settings = this.#tools.current('dlp');
    const domains = [mail.reversePath, ...mail.recipients].map(domainOf);
    const { revision, own } = await this.#stateOf(domains);
    const rules = await this.#rules(revision);
    const recipients = mail.recipients.map((address) => ({
      address,
      direction: directionOf(mail, address, own),
    }));
    const concerned = rules.filter((rule) =>
      recipients.some((recipient) => rulesFor([rule], mail.reversePath, recipient).length > 0),
    );
    if (concerned.length === 0) return accepted('no DLP rule concerns it');
    const seen = await this.#look(mail, concerned);
    const judged = judge(concerned, { sender: mail.reversePath, recipients }, seen, settings);
    if (!this.#tools.isTrial) await this.#note(mail, judged, domains);
    const copies = copiesOf(judged);
    const verdict = verdictOf(await this.#edited(mail, judged.recipients));
    return copies.length === 0 ? verdict : { ...verdict, copies };
  }

  expire(reason: string): Verdict {
    return { kind: 'verdict', result: 'reject', reason: `it could not be checked: ${reason}` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#cleaning);
    await this.#threads[Symbol.asyncDispose]();
  }

  async #rules(revision: number): Promise<Rule[]> {
    if (this.#known?.revision === revision) return this.#known.rules;
    const stored = (await listRules(this.#tools.db)).filter(({ isOn }) => isOn);
    const rules = stored.map(({ name, definition }) => ({
      name,
      definition: dlpDefinition.parse(definition),
    }));
    this.#known = { revision, rules };
    return rules;
  }

  async #look(mail: JudgedMail, rules: readonly Rule[]): Promise<Seen> {
    const { blob } = mail.content;
    const nothing = { bytes: blob.length, files: [], findings: [], documents: [], searches: [] };
    const needsMail = rules.some((rule) => readsTexts(rule) || rule.definition.conditions.some(isOfFiles));
    if (!needsMail) return { ...nothing, unread: [] };
    const fileBytes = this.#tools.current('dlp').maxFileSizeMb * MB;
    const unseen = (why: 'tooLarge' | 'time' | 'memory'): Seen => ({
      ...nothing,
      unread: [{ name: '', why }],
    });
    if (blob.length > Math.min(MAX_MAIL, fileBytes * ENCODED + MB)) return unseen('tooLarge');
    const searches = searchesOf(rules);
    const task = {
      mail: await this.#whole(blob),
      searches,
      needsFingerprint: comparesDocuments(rules),
      limits: { fileBytes },
    };
    const sight = await this.#threads.look(task, this.#tools.stop);
    if (typeof sight === 'string') return unseen(sight);
    const { files, unread, findings } = sight;
    return { bytes: blob.length, files, unread, findings, searches, documents: await this.#compare(sight) };
  }

  async #whole(blob: BlobReference): Promise<Uint8Array> {
    const bytes = new Uint8Array(blob.length);
    let at = 0;
    for await (const piece of this.#tools.blobs.readStream(blob)) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }

  /** How much of which protected documents is in the mail. */
  async #compare({ fingerprints }: Sight): Promise<Seen['documents']> {
    const hashes = new Set<bigint>();
    for (const { prints } of fingerprints) for (const hash of prints.hashes) hashes.add(hash);
    const common = await commonMarks(this.#tools.db, hashes);
    return common.map(({ name, documentWords, marks }) => {
      const shared = new Set(marks.map(({ hash }) => hash));
      const percent = sharePercent(documentWords, marks);
      return { name, percent, excerpts: sharedExcerpts(fingerprints, shared) };
    });
  }

  /** What is tagged in its subject, with the edit. */
  async #edited(mail: JudgedMail, judged: readonly Judged[]): Promise<Edited[]> {
    const tags = new Set(judged.map(({ action, subjectTag }) => (action === 'tag' ? subjectTag : '')));
    // A signature is made once for all recipients: a subject that only some of them see would break it.
    const isSplit = tags.size > 1 && mail.slip.indexOf('dkim') > mail.slip.indexOf('dlp');
    if (isSplit || (tags.size === 1 && tags.has(''))) return judged.map((one) => ({ ...one, subject: null }));
    const { blob, headerLength, removed } = mail.content;
    const header = await this.#tools.blobs.read(blob, { start: 0, end: headerLength });
    return judged.map((one) => {
      const isTagged = one.action === 'tag' && one.subjectTag !== '';
      return { ...one, subject: isTagged ? taggedSubject(header, removed ?? [], one.subjectTag) : null };
    });
  }

  /** Before the verdict: a mail that is judged again notes the same ones, which are there already. */
  async #note(mail: JudgedMail, { hits }: Judgement, domains: string[]): Promise<void> {
    if (hits.length === 0) return;
    const { id, generation, reversePath: sender } = mail;
    const of = { mail: id, generation, sender, domains: [...new Set(domains)].filter(Boolean) };
    await noteIncidents(
      this.#tools.db,
      hits.map(({ rule, action, recipients, found }) => ({ ...of, rule, action, recipients, found })),
    );
  }
}

function isOfFiles({ kind }: { kind: string }): boolean {
  return kind === 'type';
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

function directionOf(mail: JudgedMail, address: string, own: readonly string[]): Recipient['direction'] {
  if (!own.includes(domainOf(address))) return 'outgoing';
  return mail.origin === 'incoming' ? 'incoming' : 'internal';
}

/** The first places in the mail that are also in a document. */
function sharedExcerpts(texts: Sight['fingerprints'], shared: ReadonlySet<bigint>): string[] {
  for (const { text, prints } of texts) {
    const excerpts: string[] = [];
    for (const [index, hash] of prints.hashes.entries()) {
      if (!shared.has(hash)) continue;
      const place = { start: prints.starts[index] ?? 0, end: prints.ends[index] ?? 0 };
      if (excerpts.push(excerpt(text, { ...place, value: '' }, false)) === 2) break;
    }
    if (excerpts.length > 0) return excerpts;
  }
  return [];
}

/** An auditor who gets the mail itself needs no copy. */
function copiesOf({ copies, recipients }: Judgement): string[] {
  const readers = new Set(
    recipients.flatMap(({ address, action }) => (isDelivered.has(action) ? address : [])),
  );
  const keys = copies.flatMap((written) => {
    const address = parseAddress(written);
    return address === null ? [] : addressKey(address);
  });
  return [...new Set(keys)].filter((key) => !readers.has(key));
}

const isDelivered: ReadonlySet<Judged['action']> = new Set(['accept', 'log', 'tag'] as const);

function accepted(reason: string): Verdict {
  return { kind: 'verdict', result: 'accept', reason };
}

/** The verdict on the mail is what most of its recipients get; what is different for others stands beside it. */
function verdictOf(judged: readonly Edited[]): Verdict {
  const counts = Map.groupBy(judged, ({ action, reason, subjectTag }) => `${action} ${subjectTag} ${reason}`);
  const groups = [...counts.values()].sort((a, b) => b.length - a.length);
  const [most] = groups[0] ?? [];
  if (most === undefined) return accepted('it has no recipient');
  const others = groups.slice(1).flat();
  return {
    kind: 'verdict',
    ...saidOf(most),
    ...(others.length > 0 && {
      recipients: others.map((one) => ({ recipient: one.address, ...saidOf(one) })),
    }),
  };
}

function saidOf({ action, reason: written, subject, rule = '', decidedBy }: Edited): Said {
  // A notice to the sender is US-ASCII; who approves reads the words of whoever wrote the rule.
  const reason =
    action === 'reject' ? printableForeign(written, 1000) : written.slice(0, 1000).toWellFormed();
  if (action === 'accept') return { result: 'accept', reason: 'nothing found' };
  const told = { reason, ...(rule !== '' && { rule }), ...(decidedBy !== undefined && { decidedBy }) };
  if (action === 'log') return { result: 'accept', ...told };
  if (action !== 'tag') return { result: action, ...told };
  const value = `found; reason=${encodeForeign(written, 400)}`;
  const marker = Buffer.from(foldHeader(MARKER_FIELD, value), 'latin1');
  if (subject === null) return { result: 'accept', ...told, prefix: marker };
  return {
    result: 'accept',
    ...told,
    prefix: Buffer.concat([marker, subject.field]),
    removed: subject.removed,
  };
}
