// The question whether a password is right, for programs that may see no hash. The settings process answers it, and counts
// failures as it does its own: over all processes and protocols together.
import { z } from 'zod';
import type { Question } from './subjects.ts';

/** Of a log-in: whose failures count where. */
export const logInClient = z.object({
  /** `console`: CardDAV, on the port of the console. */
  protocol: z.enum(['ldap', 'console']),
  clientAddress: z.string().max(64),
  /** Many users share the client's address: it is not banned for one of them. */
  isShared: z.boolean(),
});
export const loggedInAccount = z.object({ address: z.string(), domain: z.string(), epoch: z.int() });

const authCheckRequest = logInClient.extend({
  /** RFC 4616 §2: whom to act as; '' is the name itself. */
  authorizationName: z.string(),
  name: z.string(),
  password: z.string(),
});
export type AuthCheckRequest = z.infer<typeof authCheckRequest>;

const authCheckReply = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('ok'),
    account: loggedInAccount,
  }),
  z.object({ outcome: z.enum(['refused', 'banned', 'busy']) }),
]);
export type AuthCheckReply = z.infer<typeof authCheckReply>;

export const authCheck: Question<AuthCheckRequest, AuthCheckReply> = {
  name: 'auth.check',
  queueGroup: 'settings',
  request: authCheckRequest,
  reply: authCheckReply,
  purpose: 'whether a password of an account is right; failures count towards bans',
};
