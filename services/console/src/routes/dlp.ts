// A document that is handed in to be protected: fetched by whoever makes its fingerprints, forgotten.
import { askAddDocument, type Bus } from '@pochtar/bus';
import type { z } from 'zod';
import type { OwnHandlers } from '../app.ts';
import type { dlpRoutes } from '../contract/dlp.ts';
import { problemOf, unauthorized } from '../problem.ts';
import { askerOf } from '../session/sessions.ts';

type About = z.output<NonNullable<(typeof dlpRoutes)['POST /dlp/documents/file']['body']>>;

export function dlpHandlers(bus: Bus): OwnHandlers {
  return {
    async 'POST /dlp/documents/file'({ person, client, body, file, reply }) {
      if (person === null) throw unauthorized();
      const asker = askerOf(person.principal, client.address);
      const answered = await askAddDocument(bus, asker, body as About, file);
      if (!answered.ok) throw problemOf(answered.error);
      return reply.send(answered.result);
    },
  };
}
