// What a user's mail program is told, on the user's own page.
import type { OwnHandlers } from '../app.ts';
import { APPLE, hostOf } from '../client-setup/routes.ts';
import type { SetUp } from '../client-setup/set-up.ts';
import { notFound } from '../problem.ts';

export function clientHandlers(setUp: SetUp): OwnHandlers {
  return {
    async 'GET /me/client'({ person, request }) {
      const login = person?.principal.account ?? null;
      if (login === null) throw notFound();
      return {
        login,
        servers: setUp.servers(hostOf(request)),
        appleProfile: `${APPLE}?emailaddress=${encodeURIComponent(login)}`,
      };
    },
  };
}
