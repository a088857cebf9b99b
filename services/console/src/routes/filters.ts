// A mail that is handed in to be tried: read whole, asked about, forgotten. Each is in memory for as long as all filters need.
import { askTryMail, type Bus, type TryMailRequest } from '@pochtar/bus';
import type { Call, OwnHandlers } from '../app.ts';
import { filterRoutes } from '../contract/filters.ts';
import { checked } from '../http/checked.ts';
import { fewAtOnce } from '../http/few-at-once.ts';
import { readForm } from '../http/form.ts';
import { problemOf, unauthorized } from '../problem.ts';
import { askerOf } from '../session/sessions.ts';

const AT_ONCE = 3;

export function filterHandlers(bus: Bus): OwnHandlers {
  return { 'POST /filters/try': fewAtOnce(AT_ONCE, (call) => answer(call, bus)) };
}

async function answer({ person, client, request }: Call, bus: Bus): Promise<unknown> {
  if (person === null) throw unauthorized();
  const { upload, body } = filterRoutes['POST /filters/try'];
  if (upload === undefined) throw new Error('the route takes no file');
  const form = await readForm(request, upload);
  const asked = checked(body, form.request, 'body') as TryMailRequest;
  const asker = askerOf(person.principal, client.address);
  const reply = await askTryMail(bus, asker, form.file, asked);
  if (!reply.ok) throw problemOf(reply.error);
  return reply.result;
}
