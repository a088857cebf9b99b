// Logging in and out, and the own password.
import type { z } from 'zod';
import type { OwnHandlers } from '../app.ts';
import type { who } from '../contract/session.ts';
import { unauthorized } from '../problem.ts';
import { cookieName, cookieOptions, tokenOf } from '../session/cookie.ts';
import type { Person, Sessions } from '../session/sessions.ts';

type Who = z.infer<typeof who>;

export function sessionHandlers(
  sessions: Sessions,
  version: string,
  organisation: () => string,
): OwnHandlers {
  const answer = ({ principal, expiresAt }: Person): Who => ({
    login: principal.login,
    displayName: principal.displayName,
    role: principal.role,
    domains: principal.domains,
    account: principal.account,
    hasOwnPassword: principal.hasOwnPassword,
    organisation: organisation(),
    expiresAt: (expiresAt ?? new Date()).toISOString(),
    version,
  });
  return {
    async 'POST /session'({ body, client, isSecure, reply }) {
      const { login, password } = body as { login: string; password: string };
      const { token, person } = await sessions.open(login, password, client);
      reply.setCookie(cookieName(isSecure), token, cookieOptions(isSecure));
      return answer(person);
    },
    async 'GET /session'({ person }) {
      if (person === null) throw unauthorized();
      return answer(person);
    },
    async 'PUT /me/password'({ person, client, body, request }) {
      if (person === null) throw unauthorized();
      const cookie = person.isToken === true ? undefined : tokenOf(request);
      await sessions.changePassword(person, client, cookie, body as { current: string; password: string });
      return {};
    },
    async 'DELETE /session'(call) {
      const token = tokenOf(call.request);
      if (token !== undefined) await sessions.close(token);
      call.reply.clearCookie(cookieName(call.isSecure), cookieOptions(call.isSecure));
      return {};
    },
  };
}
