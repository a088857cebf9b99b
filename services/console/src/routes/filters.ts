// A mail that is handed in to be tried: read whole, asked about, forgotten. Each is in memory for as long as all filters need.
import { askTryMail, type Bus, type TryMailRequest } from '@pochtar/bus';
import type { Call, OwnHandlers } from '../app.ts';
import { filterRoutes } from '../contract/filters.ts';
import { checked } from '../http/checked.ts';
import { readForm } from '../http/form.ts';
import { Problem, problemOf, unauthorized } from '../problem.ts';
import { askerOf } from '../session/sessions.ts';

const AT_ONCE = 3;
const AGAIN_SECONDS = 10;

export function filterHandlers(bus: Bus): OwnHandlers {
  let underWay = 0;
  return {
    async 'POST /filters/try'(call) {
      if (underWay >= AT_ONCE) {
        call.request.raw.resume();
        throw tooMany();
      }
      underWay++;
      try {
        return await answer(call, bus);
      } finally {
        underWay--;
      }
    },
  };
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

function tooMany(): Problem {
  const messages = {
    ru: `уже проверяются ${AT_ONCE} письма: подождите и повторите`,
    en: `${AT_ONCE} mails are being tried already: wait and try again`,
  };
  return new Problem(429, 'tooMany', messages, { retryAfter: AGAIN_SECONDS });
}
