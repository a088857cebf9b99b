// The question what would become of a mail; the settings process answers, and asks whoever would judge it.
import { z } from 'zod';
import type { Bus } from '../bus.ts';
import { offered, offerPieces } from '../pieces.ts';
import { MAX_TRIED_BYTES, MAX_TRIED_RECIPIENTS, TRIER_MS, triedOrigins, triers } from '../try-mail.ts';
import type { Access, Asker } from './access.ts';
import { text } from './problem.ts';
import { adminQuestion, type AdminReply, askAdmin, refused } from './question.ts';

const address = z.string().max(400);

/** Characters of a draft: so many fit into one question, beside what else it says. */
export const MAX_DRAFT_YAML = 400_000;

const request = z.object({
  mail: offered,
  origin: z.enum(triedOrigins).default('incoming'),
  /** Left out: who stands in its From; '' is the null reverse path. */
  from: address.optional(),
  /** Left out: who stands in its To and Cc. */
  to: z.array(address).max(MAX_TRIED_RECIPIENTS).optional(),
  /** Left out: nothing is asked about the client. */
  client: z.string().max(64).optional(),
  /** Values of fields that differ from what is saved, by section. */
  values: z.record(z.string().max(64), z.record(z.string().max(64), z.json())).default({}),
  /** A whole draft, as `settings import` reads it; `values` are laid over it. */
  yaml: z.string().max(MAX_DRAFT_YAML).optional(),
});
/** What is said of the mail that is tried. */
export const tryMailRequest = request.omit({ mail: true });
export type TryMailRequest = Omit<z.input<typeof request>, 'mail'>;
export type AskedTryMail = z.output<typeof request>;

/** In one word what somebody said. */
const triedCodes = [
  ...(['pass', 'changes', 'hold', 'reject', 'discard', 'later'] as const),
  ...(['unknown', 'off', 'notAsked'] as const),
] as const;
export type TriedCode = (typeof triedCodes)[number];

/** What would become of the mail, or of a part of its recipients. */
const triedOutcomes = [
  ...(['delivered', 'changed', 'replaced', 'held', 'refused', 'returned', 'discarded'] as const),
  ...(['putOff', 'waits', 'unknown'] as const),
] as const;
export type TriedOutcomeCode = (typeof triedOutcomes)[number];

const remark = z.object({ code: z.string().max(64), text });

const said = z.object({
  code: z.enum(triedCodes),
  text,
  /** In the words of who says it, as in the queue and the trace; foreign text is encoded. */
  reason: z.string().max(1000),
  /** Header fields that would be put in front. */
  header: z.string().nullable(),
  target: z.string().nullable(),
  /** The settings that decided it, or that would have it asked: `antivirus.onUnscannable`. */
  settings: z.array(z.string()),
  /** Of data loss prevention. */
  rule: z.string().nullable(),
});

const triedMail = z.object({
  origin: z.enum(triedOrigins),
  from: z.string(),
  to: z.array(z.string()),
  client: z.string().nullable(),
  bytes: z.int(),
  /** In the order in which they would be asked. */
  verdicts: z.array(
    said.extend({
      by: z.enum(triers),
      /** How long the answer took; null: it was not asked. */
      ms: z.int().nonnegative().nullable(),
      /** Of whom something else is said. */
      recipients: z.array(said.extend({ recipient: z.string() })),
    }),
  ),
  outcomes: z.array(
    z.object({
      code: z.enum(triedOutcomes),
      text,
      recipients: z.array(z.string()),
      /** Who decides it. */
      by: z.enum(triers).nullable(),
      reason: z.string(),
      target: z.string().nullable(),
    }),
  ),
  /** What was taken for granted, and what was not tried. */
  remarks: z.array(remark),
});
export type TriedMail = z.infer<typeof triedMail>;
export type TriedVerdict = TriedMail['verdicts'][number];

/** It reaches out to the DNS and to scanners: administrators only, each one written down. */
const triesMail: Access<AskedTryMail> = {
  roles: ['admin'],
  audit: {
    object: ({ origin, mail, values, yaml }) => {
      const draft = [...(yaml === undefined ? [] : ['file']), ...Object.keys(values)];
      return [origin, `${mail.bytes} bytes`, ...draft].join(' ');
    },
    keeps: ['origin', 'from', 'to', 'client'],
  },
};

export const adminTryMail = {
  mail: adminQuestion(
    'settings',
    'test.mail',
    'what each filter would say of a mail, and what would become of it; nothing is delivered or kept',
    request,
    triedMail,
    triesMail,
  ),
};

/** One after another on its slip, and the edge before them. */
const TRY_MAIL_MS = 4 * TRIER_MS;
/** Over the time of all that is asked. */
const SPARE_MS = 6000;

/** Offers the mail and asks; a mail that is too large is refused before. */
export async function askTryMail(
  bus: Bus,
  who: Asker,
  mail: Buffer,
  asked: TryMailRequest,
): Promise<AdminReply<TriedMail>> {
  if (mail.length > MAX_TRIED_BYTES) return tooLargeToTry(mail.length);
  using pieces = offerPieces(bus, mail);
  const whole = { ...asked, mail: pieces.offer };
  return await askAdmin(bus, adminTryMail.mail, who, whole, TRY_MAIL_MS + SPARE_MS);
}

export function tooLargeToTry(bytes: number): { ok: false; error: ReturnType<typeof refused>['error'] } {
  const limit = MAX_TRIED_BYTES / 1024 / 1024;
  return refused(
    'tooLarge',
    'mail',
    `в письме ${bytes} байт, а проверить можно не больше ${limit} Мб: возьмите письмо меньше`,
    `the mail has ${bytes} bytes, and at most ${limit} MB can be tried: take a smaller one`,
  );
}
