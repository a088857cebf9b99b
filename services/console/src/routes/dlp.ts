// A document that is handed in to be protected: read whole, fetched by whoever makes its fingerprints, forgotten.
import { askAddDocument, type Bus } from '@pochtar/bus';
import type { z } from 'zod';
import type { Call, OwnHandlers } from '../app.ts';
import { dlpRoutes } from '../contract/dlp.ts';
import { checked } from '../http/checked.ts';
import { fewAtOnce } from '../http/few-at-once.ts';
import { readForm } from '../http/form.ts';
import { problemOf, unauthorized } from '../problem.ts';
import { askerOf } from '../session/sessions.ts';

const AT_ONCE = 2;
const NAME = 'POST /dlp/documents/file';

export function dlpHandlers(bus: Bus): OwnHandlers {
  return { [NAME]: fewAtOnce(AT_ONCE, (call) => answer(call, bus)) };
}

async function answer({ person, client, request, reply }: Call, bus: Bus): Promise<unknown> {
  if (person === null) throw unauthorized();
  const { upload, body } = dlpRoutes[NAME];
  if (upload === undefined || body === undefined) throw new Error('the route takes no file');
  const form = await readForm(request, upload);
  const about = checked(body, form.request, 'body') as z.output<typeof body>;
  const asker = askerOf(person.principal, client.address);
  const answered = await askAddDocument(bus, asker, about, form.file);
  if (!answered.ok) throw problemOf(answered.error);
  return reply.send(answered.result);
}
