// admin.test.mail: what would become of a mail by a draft of the settings (docs/adr/0018 for the draft). The mail is fetched
// from who asks, offered to smtp and the filters, and forgotten: nothing is delivered, written or learnt.
import { isIP } from 'node:net';
import {
  adminTryMail,
  answerAdmin,
  type AskedTryMail,
  BusAway,
  done,
  MAX_TRIED_BYTES,
  offerPieces,
  refused,
  tooLargeToTry,
  TRIER_MS,
  type Trier,
  tryQuestion,
  type TryReply,
  type TryRequest,
} from '@pochtar/bus';
import { fewAtATime } from '@pochtar/service';
import type { Settings } from '@pochtar/settings';
import type { Context, Refusal } from '../context.ts';
import { draftOf, SECTIONS } from '../tried/draft.ts';
import { dressed, type Envelope, envelopeOf, normalised } from '../tried/envelope.ts';
import { type Answer, type Asked, describeTried } from '../tried/describe.ts';
import { fetched } from './fetched.ts';

export function answerTriedMails(context: Context): { stop(): Promise<void> }[] {
  const few = fewAtATime(context, 'test.mail');
  return [
    answerAdmin(context, adminTryMail.mail, (request, asker) => few(asker, () => answer(context, request))),
  ];
}

async function answer(context: Context, request: AskedTryMail) {
  const draft = await draftOf(context.db, request);
  if (!draft.ok) return draft;
  const { bytes } = request.mail;
  if (bytes > MAX_TRIED_BYTES) return tooLargeToTry(bytes);
  const brought = await fetched(context, request.mail, MAX_TRIED_BYTES, 'a mail to try');
  if (brought === null) return notWhole;
  const mail = normalised(brought);
  if (mail.length > MAX_TRIED_BYTES) return tooLargeToTry(mail.length);
  if (request.client !== undefined && isIP(request.client) === 0) return noAddress(request.client);
  const envelope = envelopeOf(mail, request);
  if (!envelope.ok) return envelope;
  const { settings, unused } = draft;
  const asked = await askAll(context, mail, envelope.result, settings);
  const wasNormalised = mail.length !== brought.length || !mail.equals(brought);
  return done(describeTried(envelope.result, asked, { settings, bytes, wasNormalised, unused }));
}

/** The edge first, since it says which filters there are; then the dialogue's beside the slip, one after another. */
async function askAll(
  context: Context,
  mail: Buffer,
  envelope: Envelope,
  settings: Settings,
): Promise<Asked> {
  const { front, whole } = dressed(mail, envelope, settings);
  using pieces = offerPieces(context.bus, whole);
  const given = SECTIONS.map((name) => [name, settings[name]]);
  const { origin, reversePath, recipients, clientAddress, helo } = envelope;
  const request: TryRequest = {
    ...{ origin, reversePath, recipients, clientAddress, helo, mail: pieces.offer, frontBytes: front },
    settings: JSON.parse(JSON.stringify(Object.fromEntries(given))) as TryRequest['settings'],
    ...{ slip: [], earlier: [] },
  };
  const edge = await ask(context, 'smtp', request);
  const slip = edge.reply?.slip ?? [];
  const asked: Asked = new Map([['smtp', edge]]);
  const isAskedOf = origin === 'incoming' && clientAddress !== null && edge.reply?.isSpared !== true;
  const dialogue = isAskedOf ? dialogueOf(settings) : [];
  const atTheDoor = dialogue.map(async (trier) => void asked.set(trier, await ask(context, trier, request)));
  const earlier: TryRequest['earlier'] = [];
  for (const filter of slip) {
    const answered = await ask(context, filter, { ...request, slip, earlier: [...earlier] });
    asked.set(filter, answered);
    const isReplaced = answered.reply?.said.some((one) => one.recipient === '' && one.isReplaced) ?? false;
    earlier.push({ filter, isReplaced });
  }
  await Promise.all(atTheDoor);
  return asked;
}

function dialogueOf({ dnsbl, greylist }: Settings): Trier[] {
  return [
    ...(dnsbl.zones.length > 0 ? (['dnsbl'] as const) : []),
    ...(greylist.enabled ? (['greylist'] as const) : []),
  ];
}

async function ask(context: Context, trier: Trier, request: TryRequest): Promise<Answer> {
  const started = performance.now();
  const reply = await replyOf(context, trier, request);
  return { reply, ms: Math.round(performance.now() - started) };
}

/** Null: no answer. */
async function replyOf({ bus, log }: Context, trier: Trier, request: TryRequest): Promise<TryReply | null> {
  try {
    return await bus.ask(tryQuestion(trier), request, TRIER_MS);
  } catch (error) {
    if (error instanceof BusAway) throw error;
    log.warn({ err: error, trier }, 'a mail was not tried');
    return null;
  }
}

const notWhole = refused(
  'invalid',
  'mail',
  'письмо не пришло целиком: повторите',
  'the mail did not come whole: try again',
);

function noAddress(client: string): Refusal {
  const shown = client.slice(0, 64);
  return refused(
    'invalid',
    'client',
    `«${shown}»: нужен адрес IP, например 203.0.113.7`,
    `“${shown}”: an IP address is needed, such as 203.0.113.7`,
  );
}
