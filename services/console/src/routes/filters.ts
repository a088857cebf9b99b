// A mail that is handed in to be tried: asked about, forgotten. It is in memory for as long as all filters need.
import { askTryMail, type Bus, type TryMailRequest } from '@pochtar/bus';
import type { OwnHandlers } from '../app.ts';
import { problemOf, unauthorized } from '../problem.ts';
import { askerOf } from '../session/sessions.ts';

export function filterHandlers(bus: Bus): OwnHandlers {
  return {
    async 'POST /filters/try'({ person, client, body, file }) {
      if (person === null) throw unauthorized();
      const asker = askerOf(person.principal, client.address);
      const answered = await askTryMail(bus, asker, file, body as TryMailRequest);
      if (!answered.ok) throw problemOf(answered.error);
      return answered.result;
    },
  };
}
