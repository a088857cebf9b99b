// The question whether somebody knows a password, without the password: one step of SCRAM-SHA-256 (RFC 5802 §5, RFC 7677), for
// programs that may see no key. The settings process answers it, whichever replica does: who asks keeps the messages and the
// server's part of the nonce, and gives them again with the proof.
import { z } from 'zod';
import { loggedInAccount, logInClient } from './auth-check.ts';
import type { Question } from './subjects.ts';

const MAX_MESSAGE = 4096;

const authScramRequest = logInClient.extend({
  mechanism: z.enum(['SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS']),
  /** RFC 5802 §6: what the connection can be bound by, in base64. */
  bindings: z.record(z.string().max(60), z.string().max(200)),
  /** Whether the client was told of SCRAM on this connection. */
  isOffered: z.boolean(),
  /** RFC 5802 §7: client-first-message. */
  clientFirst: z.string().max(MAX_MESSAGE),
  /** The server's part of the nonce, drawn for this exchange by who asks. */
  nonce: z.string().regex(/^[!-+\--~]{16,100}$/),
  /** client-final-message; null: the exchange begins. */
  clientFinal: z.string().max(MAX_MESSAGE).nullable(),
});
export type AuthScramRequest = z.infer<typeof authScramRequest>;

const authScramReply = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('challenge'), serverFirst: z.string() }),
  z.object({
    outcome: z.literal('ok'),
    account: loggedInAccount,
    /** The client checks it; it says nothing more to it. */
    serverFinal: z.string(),
  }),
  z.object({ outcome: z.literal('malformed'), reason: z.string() }),
  z.object({ outcome: z.enum(['refused', 'banned', 'busy']) }),
]);
export type AuthScramReply = z.infer<typeof authScramReply>;

export const authScram: Question<AuthScramRequest, AuthScramReply> = {
  name: 'auth.scram',
  queueGroup: 'settings',
  request: authScramRequest,
  reply: authScramReply,
  purpose: 'one step of SCRAM-SHA-256; failures count towards bans',
};
