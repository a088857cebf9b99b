// What mail programs are told: a user's own, on the own page, and anybody's address book, on the page of its settings.
import type { OwnHandlers } from '../app.ts';
import { APPLE, bookSetUp, hostOf } from '../client-setup/routes.ts';
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
        addressBook: bookSetUp(setUp, request, login),
        appleProfile: `${APPLE}?emailaddress=${encodeURIComponent(login)}`,
      };
    },
    async 'GET /address-book/client'({ request }) {
      return { addressBook: bookSetUp(setUp, request, null) };
    },
  };
}
