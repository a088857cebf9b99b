// People from a file: external contacts of a domain, or contact details of accounts that are there. Whoever reads the file
// sends what it found in pieces, and hears of each what became of it, or would.
import type { CardFormat, CardNote, CardProblem, ReadCard } from '@pochtar/mail/cards';
import { z } from 'zod';
import type { Bus } from '../bus.ts';
import { type Asker, changesInScope } from './access.ts';
import { contact, jpeg } from './contact.ts';
import { problem } from './problem.ts';
import { adminQuestion, type AdminReply, askAdmin } from './question.ts';

/** Entries of one question, and octets of them: a question fits into a message of the bus. */
const MAX_ENTRIES = 200;
const MAX_BYTES = 600_000;

const entry = z.object({
  address: z.string().min(1).max(1000),
  /** '' changes nothing. */
  displayName: z.string().max(1000).default(''),
  /** Fields that are given replace those that are there; '' takes one away. */
  contact: contact.default({}),
  jpeg: jpeg.optional(),
});
export type ImportedEntry = z.infer<typeof entry>;
type SentEntry = z.input<typeof entry>;

const outcome = z.object({
  /** unknown: there is no account with the address. */
  outcome: z.enum(['new', 'changed', 'same', 'unknown', 'invalid']),
  problem: problem.optional(),
});
export type ImportOutcome = z.infer<typeof outcome>;

const entries = z.array(entry).min(1).max(MAX_ENTRIES);
const outcomes = z.object({ outcomes: z.array(outcome) });

export const adminContactImport = {
  contacts: adminQuestion(
    'settings',
    'contact.import',
    'adds external contacts to the book of a domain, and changes those that are there; or says what it would do',
    z.object({ domain: z.string().min(1).max(255), entries, dryRun: z.boolean().default(false) }),
    outcomes,
    changesInScope(({ domain, entries: { length }, dryRun }) => (dryRun ? null : `${domain} (${length})`)),
  ),
  accounts: adminQuestion(
    'settings',
    'account.import',
    'changes names, contact fields and photos of accounts that are there, found by their address; or says what it would do',
    z.object({ entries, dryRun: z.boolean().default(false) }),
    outcomes,
    changesInScope(({ entries: { length }, dryRun }) => (dryRun ? null : `(${length})`)),
  ),
};

export interface ImportLine {
  /** Of the file, from 1. */
  line: number;
  address: string;
  outcome: ImportOutcome['outcome'] | 'unread';
  /** Why it was not taken: what the settings process says, or what was wrong with the file. */
  problem: z.infer<typeof problem> | CardProblem | null;
  notes: CardNote[];
}

export interface ImportReport {
  format: CardFormat;
  counts: Record<ImportLine['outcome'], number>;
  /** Those that were not taken, or not whole; the first 1,000. */
  lines: ImportLine[];
}

export interface ImportWish {
  format: CardFormat;
  cards: Iterable<ReadCard>;
  /** null: the accounts. */
  domain: string | null;
  dryRun: boolean;
}

const MAX_LINES = 1000;

/** Sends what was read, piece by piece. A complaint ends it: what was done by then stays. */
export async function askContactImport(
  bus: Bus,
  who: Asker,
  { format, cards, domain, dryRun }: ImportWish,
): Promise<AdminReply<ImportReport>> {
  const counts = { new: 0, changed: 0, same: 0, unknown: 0, invalid: 0, unread: 0 };
  const report: ImportReport = { format, counts, lines: [] };
  const note = (line: ImportLine): void => {
    counts[line.outcome]++;
    const isWhole = line.problem === null && line.outcome !== 'unknown' && line.notes.length === 0;
    if (!isWhole && report.lines.length < MAX_LINES) report.lines.push(line);
  };
  for (const piece of piecesOf(cards, note)) {
    const sent = piece.map(({ entry: one }) => one);
    const reply =
      domain === null
        ? await askAdmin(bus, adminContactImport.accounts, who, { entries: sent, dryRun })
        : await askAdmin(bus, adminContactImport.contacts, who, { domain, entries: sent, dryRun });
    if (!reply.ok) return reply;
    for (const [index, { read, entry: one }] of piece.entries()) {
      const { outcome: became, problem: why } = reply.result.outcomes[index] ?? { outcome: 'invalid' };
      note({
        ...{ line: read.line, address: one.address, outcome: became, problem: why ?? null },
        notes: read.notes,
      });
    }
  }
  return { ok: true, result: report };
}

interface Sent {
  read: ReadCard;
  entry: SentEntry;
}

function* piecesOf(cards: Iterable<ReadCard>, note: (line: ImportLine) => void): Generator<Sent[]> {
  let [piece, bytes]: [Sent[], number] = [[], 0];
  for (const read of cards) {
    const { line, card, problem: why, notes } = read;
    if (card === null) {
      note({ line, address: '', outcome: 'unread', problem: why, notes });
      continue;
    }
    const one = entryOf(card);
    const size = Buffer.byteLength(JSON.stringify(one));
    if (piece.length === MAX_ENTRIES || (piece.length > 0 && bytes + size > MAX_BYTES)) {
      yield piece;
      [piece, bytes] = [[], 0];
    }
    piece.push({ read, entry: one });
    bytes += size;
  }
  if (piece.length > 0) yield piece;
}

/** What is longer than any field takes is cut where it is still too long, so that the answer names the field. */
function entryOf({
  addresses,
  displayName,
  contact: fields,
  photo,
}: NonNullable<ReadCard['card']>): SentEntry {
  const cut = (text: string): string => text.slice(0, 1000);
  return {
    address: cut(addresses[0] ?? ''),
    displayName: cut(displayName),
    contact: Object.fromEntries(Object.entries(fields).map(([field, text]) => [field, cut(text ?? '')])),
    ...(photo !== null && { jpeg: photo.toString('base64') }),
  };
}
