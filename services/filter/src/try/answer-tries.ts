// Answers `try.<filter>`: what the filter would say of a mail by settings that are not saved. The judge is the one that judges
// mails, opened once more with the draft, a body in memory and a database that takes nothing; a filter of the dialogue looks
// up what it knows and remembers nothing.
import {
  type Bus,
  type CheckReply,
  fetchPieces,
  MAX_TOLD_PREFIX,
  MAX_TRIED_BYTES,
  TRIER_MS,
  type TrierSaid,
  tryQuestion,
  type TryReply,
  type TryRequest,
} from '@pochtar/bus';
import { describeContent, MailScanner, printableForeign, withoutReturnPath } from '@pochtar/mail';
import { parseSection, type SectionName, type Settings } from '@pochtar/settings';
import { uuidv7 } from '@pochtar/runtime';
import type {
  ContentFilter,
  ContentTools,
  DialogueCheck,
  DialogueFilter,
  FilterTools,
  JudgedMail,
  Said,
  Verdict,
  Wait,
} from '../filter.ts';
import { readOnly } from './read-only.ts';
import { TriedBody } from './tried-body.ts';

/** Each has a mail in memory, beside the filter's work. */
const AT_ONCE = 2;
const MAX_REASON = 1000;

export function answerContentTries(bus: Bus, filter: ContentFilter, tools: ContentTools): AsyncDisposable {
  return answering(bus, filter, (request) => tryContent(bus, filter, tools, request));
}

export function answerDialogueTries(bus: Bus, filter: DialogueFilter, check: DialogueCheck): AsyncDisposable {
  return answering(bus, filter, (request) => tryDialogue(filter, check, request));
}

function answering(
  bus: Bus,
  filter: DialogueFilter | ContentFilter,
  answer: (request: TryRequest) => Promise<TryReply>,
): AsyncDisposable {
  const whole = async (request: TryRequest): Promise<TryReply> => {
    try {
      return await answer(request);
    } catch (error) {
      bus.log.warn({ err: error, filter: filter.name }, 'a mail could not be tried');
      return { said: [], failure: printableForeign((error as Error).message, MAX_REASON) };
    }
  };
  const subscription = bus.answer(tryQuestion(filter.name), whole, { concurrency: AT_ONCE });
  return { [Symbol.asyncDispose]: () => subscription.stop() };
}

async function tryContent(
  bus: Bus,
  filter: ContentFilter,
  tools: ContentTools,
  request: TryRequest,
): Promise<TryReply> {
  const body = await fetchPieces(bus, request.mail, MAX_TRIED_BYTES + request.frontBytes);
  const blobs = new TriedBody(body);
  const mail = mailOf(request, body, blobs);
  const judge = filter.open({
    ...tools,
    ...{ blobs, db: readOnly(tools.db), isTrial: true },
    current: draftOf(filter.sections, request),
    stop: AbortSignal.any([tools.stop, AbortSignal.timeout(TRIER_MS)]),
  });
  try {
    return { said: saidOf(await judge.judge(mail), body) };
  } finally {
    await judge[Symbol.asyncDispose]?.();
  }
}

/** The documents of the draft that a filter may see: its own. */
function draftOf(sections: readonly SectionName[], { settings }: TryRequest): FilterTools['current'] {
  const documents = new Map<SectionName, unknown>();
  for (const section of sections) {
    const parsed = parseSection(section, settings[section] ?? {});
    if (!parsed.ok) throw new Error(`the draft of ${section} does not fit: ${parsed.errors[0]?.message.en}`);
    documents.set(section, parsed.value);
  }
  return <S extends SectionName>(section: S) => documents.get(section) as Settings[S];
}

function mailOf(request: TryRequest, body: Buffer, blobs: TriedBody): JudgedMail {
  const { origin, reversePath, recipients, clientAddress, helo, slip, earlier } = request;
  const scanner = new MailScanner();
  scanner.write(body);
  const { headerLength } = describeContent(scanner.end());
  const id = uuidv7();
  return {
    ...{ id, origin, reversePath, recipients, clientAddress, helo, slip },
    acceptedAt: new Date(),
    // Submitted is by a login; which one it is matters to nobody here.
    accountId: origin === 'submitted' ? 0 : null,
    ...{ iprev: null, spf: null, smtpUtf8: false },
    content: { id, blob: blobs.reference, headerLength, removed: null },
    ...{ step: slip[0] ?? 'deliver', state: 'active', attempts: 0, generation: 1, isJudged: false },
    verdicts: earlier.map(({ filter, isReplaced }) => ({
      ...{ filter, recipient: '', result: 'accept', prefix: null, removed: null },
      replacementContentId: isReplaced ? REPLACED : null,
    })),
  };
}

/** Stands for whatever would be delivered instead. */
const REPLACED = '00000000-0000-0000-0000-000000000001';

function saidOf(outcome: Verdict | Wait, body: Buffer): TrierSaid[] {
  if (outcome.kind === 'wait')
    return [{ ...nothing, result: 'defer', reason: cut(outcome.reason), ...decided(outcome) }];
  const others = (outcome.recipients ?? []).map((one) => ({ ...told(one, body), recipient: one.recipient }));
  return [told(outcome, body), ...others];
}

const nothing = { recipient: '', prefix: null, isReplaced: false, target: null };

function decided({
  decidedBy,
  rule,
}: Pick<Said, 'decidedBy' | 'rule'>): Pick<TrierSaid, 'decidedBy' | 'rule'> {
  return {
    ...(decidedBy !== undefined && { decidedBy: [...decidedBy] }),
    ...(rule !== undefined && { rule }),
  };
}

function told(said: Said, body: Buffer): TrierSaid {
  const { result, reason, prefix, replacement, target } = said;
  // The Return-Path is ours whatever a filter says.
  const added = prefix && withoutReturnPath(body, prefix);
  return {
    ...{ recipient: '', result, reason: cut(reason) },
    prefix: added && added.length > 0 ? added.toString('latin1').slice(0, MAX_TOLD_PREFIX) : null,
    isReplaced: replacement !== undefined,
    target: target ?? null,
    ...decided(said),
  };
}

/** One line each: greylisting is of recipients, black lists are of the client. */
async function tryDialogue(
  filter: DialogueFilter,
  check: DialogueCheck,
  request: TryRequest,
): Promise<TryReply> {
  const { clientAddress, helo, reversePath, recipients } = request;
  if (clientAddress === null) throw new Error('nobody is asked about an unknown client');
  const current = draftOf(filter.sections, request);
  const said: TrierSaid[] = [];
  for (const recipient of recipients) {
    const { reply, ...of } = await check.tryOut({ clientAddress, helo, reversePath, recipient }, current);
    said.push({ ...nothing, recipient, result: reply.result, reason: wordsOf(reply), ...decided(of) });
  }
  return { said: together(said) };
}

/** What is said of all of them is said of the mail. */
function together(said: readonly TrierSaid[]): TrierSaid[] {
  const [first] = said;
  if (first === undefined) return [];
  const others = said.filter(({ result, reason }) => result !== first.result || reason !== first.reason);
  return [{ ...first, recipient: '' }, ...others];
}

function wordsOf({ result, enhanced, text }: CheckReply): string {
  if (result === 'accept') return cut(text ?? 'nothing is known against it');
  return cut(`${result === 'reject' ? '550' : '451'} ${enhanced ?? ''} ${text ?? ''}`);
}

function cut(reason: string): string {
  return printableWide(reason).slice(0, MAX_REASON).toWellFormed();
}

/** Words of whoever wrote a rule stay as they are; what moves a cursor does not. */
function printableWide(reason: string): string {
  return /\p{Cc}/u.test(reason) ? printableForeign(reason, MAX_REASON) : reason;
}
