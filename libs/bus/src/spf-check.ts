// What SPF says of a sender while it is still connected (RFC 7208): asked by smtp, where the lists or greylisting have to
// know; answered by filter-dkim, which asks the DNS for mails too.
import { z } from 'zod';
import type { Question } from './subjects.ts';

export const spfFinding = z.object({
  result: z.enum(['pass', 'fail', 'softfail', 'neutral', 'none', 'policy', 'temperror', 'permerror']),
  /** RFC 7208 §2.4: the envelope's sender, or the HELO name of a mail without one. */
  identity: z.enum(['mailfrom', 'helo']),
  value: z.string().max(1400),
  domain: z.string().max(400),
});
export type KnownSpf = z.infer<typeof spfFinding>;

const request = z.object({
  clientAddress: z.string().max(64),
  helo: z.string().max(1000),
  /** '' is the null reverse path. */
  reversePath: z.string().max(400),
});
export type SpfRequest = z.infer<typeof request>;

export const spfCheck: Question<SpfRequest, { finding: KnownSpf | null }> = {
  name: 'check.spf',
  queueGroup: 'filter-dkim',
  request,
  /** Null: it could not be found out. */
  reply: z.object({ finding: spfFinding.nullable() }),
  purpose: 'what SPF says of a sender during the SMTP dialogue',
};
