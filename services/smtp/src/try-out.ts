// Answers `try.smtp`: what this server would say of a mail at its edge, by settings that are not saved, as far as that can be
// said without a client: its lists, the size, the content as it is checked when it is taken, each recipient. Which content
// filters the mail would have to pass is said too.
import {
  fetchPieces,
  MAX_TRIED_BYTES,
  type TrierSaid,
  tryQuestion,
  type TryReply,
  type TryRequest,
} from '@pochtar/bus';
import { type Address, MailScanner, parseAddress, printableForeign } from '@pochtar/mail';
import type { Deciding } from '@pochtar/service';
import { parseSection } from '@pochtar/settings';
import { checkContent } from './check-content.ts';
import { findRecipient, placeRefusal } from './commands/rcpt.ts';
import * as replies from './replies.ts';
import { type Reply, replyText } from './reply.ts';
import { slipFor } from './slip.ts';
import { maxMessageSize, type Section, sections, type Tools } from './tools.ts';

/** Each has a mail in memory. */
const AT_ONCE = 2;
/** Our fields in front. */
const FRONT_FIELDS = 2;

export function answerTries(tools: Tools): { stop(): Promise<void> } {
  const answer = async (request: TryRequest): Promise<TryReply> => {
    try {
      return await tryOut(tools, request);
    } catch (error) {
      tools.log.warn({ err: error }, 'a mail could not be tried');
      return { said: [], failure: printableForeign((error as Error).message, 1000) };
    }
  };
  return tools.bus.answer(tryQuestion('smtp'), answer, { concurrency: AT_ONCE });
}

async function tryOut(tools: Tools, request: TryRequest): Promise<TryReply> {
  const { origin, mail, frontBytes } = request;
  const current = draftOf(tools, request);
  const body = await fetchPieces(tools.bus, mail, MAX_TRIED_BYTES + frontBytes);
  const client = origin === 'incoming' ? clientListed(tools, request) : null;
  const name = origin === 'incoming' && client === null ? nameListed(tools, request) : null;
  const refusal =
    (client?.list === 'black' ? replies.blackClient : null) ??
    (body.length - frontBytes > maxMessageSize({ current }) ? replies.tooLarge : null) ??
    contentRefusal(body, frontBytes);
  const whole = said('', refusal, acceptedBecause(client, name));
  const recipients: TrierSaid[] = [];
  for (const recipient of request.recipients) {
    const place = refusal ?? (await recipientRefusal({ ...tools, current }, recipient, origin, name));
    if (place !== refusal) recipients.push(said(recipient, place, ''));
  }
  return {
    said: [whole, ...recipients],
    slip: slipFor(origin, settingsOf(current)),
    isSpared: client?.list === 'white',
  };
}

function draftOf(tools: Tools, { settings }: TryRequest): Tools['current'] {
  const draft = new Map<Section, unknown>();
  for (const section of sections) {
    const given = settings[section];
    if (given === undefined) continue;
    const parsed = parseSection(section, given);
    if (!parsed.ok) throw new Error(`the draft of ${section} does not fit: ${parsed.errors[0]?.message.en}`);
    draft.set(section, parsed.value);
  }
  const current = (section: Section): unknown => draft.get(section) ?? tools.current(section);
  return current as Tools['current'];
}

function settingsOf(current: Tools['current']) {
  return {
    ...{ antivirus: current('antivirus'), dkim: current('dkim') },
    ...{ dlp: current('dlp'), misc: current('misc') },
  };
}

/** What many stand behind is white for nobody. */
function clientListed(tools: Tools, { clientAddress }: TryRequest): Deciding | null {
  if (clientAddress === null) return null;
  const listed = tools.accessLists().address(clientAddress, Date.now());
  return listed?.list === 'white' && tools.clientGuard.isSuspended(clientAddress) ? null : listed;
}

/** By the sender alone: SPF and the reverse name need a client. */
function nameListed(tools: Tools, { reversePath }: TryRequest): Deciding | null {
  const names = { reversePath: parseAddress(reversePath), reverseNames: [], spf: null };
  return tools.accessLists().names(names, Date.now(), 'no');
}

function contentRefusal(body: Buffer, bytes: number): Reply | null {
  const scanner = new MailScanner();
  scanner.write(body);
  const front = { fields: FRONT_FIELDS, bytes };
  return checkContent(scanner.end(), { isNormalised: true, senderAddresses: null, front });
}

async function recipientRefusal(
  tools: Tools,
  recipient: string,
  origin: TryRequest['origin'],
  name: Deciding | null,
): Promise<Reply | null> {
  const address: Address | null = parseAddress(recipient);
  if (address === null) return replies.badRecipient;
  const client = { isTrusted: origin === 'submitted', isTrustSuspended: false };
  // A white name counts only where SPF lets it, so it opens nothing here.
  const listedName = name?.list === 'black' ? 'black' : null;
  return placeRefusal(client, { listedName, reversePath: null }, await findRecipient(tools, address), tools);
}

function said(recipient: string, refusal: Reply | null, reason: string): TrierSaid {
  const isSize = refusal === replies.tooLarge;
  return {
    ...{ recipient, prefix: null, isReplaced: false, target: null },
    result: refusal === null ? 'accept' : refusal.code >= 500 ? 'reject' : 'defer',
    reason: refusal === null ? reason : replyText(refusal),
    ...(isSize && { decidedBy: ['sending.maxMessageSizeMb'] }),
  };
}

function acceptedBecause(client: Deciding | null, name: Deciding | null): string {
  if (client?.list === 'white') return 'the client is on the white list';
  if (name?.list === 'white') return 'the sender is on the white list: it counts as far as SPF allows';
  return 'nothing against it';
}
