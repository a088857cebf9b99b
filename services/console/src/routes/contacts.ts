// Files of people: read here, and sent to the settings process in pieces; or made of what it answers, as fast as whoever
// downloads takes them.
import { Readable } from 'node:stream';
import {
  askAdmin,
  askContactImport,
  type Asker,
  type Bus,
  exportedPeople,
  type ExportWish,
} from '@pochtar/bus';
import { type CardFormat, cardFormatOf, readCards } from '@pochtar/mail/cards';
import type { Call, OwnHandlers } from '../app.ts';
import { languageOf } from '../http/language.ts';
import { problemOf, unauthorized } from '../problem.ts';
import { askerOf } from '../session/sessions.ts';

export function contactHandlers(bus: Bus): OwnHandlers {
  return {
    'POST /domains/:name/contacts/import': (call) => take(call, bus, call.params['name'] ?? ''),
    'POST /accounts/import': (call) => take(call, bus, null),
    'GET /contacts/file': (call) => give(call, bus, 'contacts'),
    'GET /accounts/file': (call) => give(call, bus, 'accounts'),
  };
}

function askerOfCall({ person, client }: Call): Asker {
  if (person === null) throw unauthorized();
  return askerOf(person.principal, client.address);
}

/** `domain`: whose contacts they become; null: accounts. */
async function take(call: Call, bus: Bus, domain: string | null): Promise<unknown> {
  const { data, dryRun } = call.body as { data: string; dryRun: boolean };
  const file = Buffer.from(data, 'base64');
  const format = cardFormatOf(file);
  const wish = { format, cards: readCards(file, format), domain, dryRun };
  const answered = await askContactImport(bus, askerOfCall(call), wish);
  if (!answered.ok) throw problemOf(answered.error);
  return answered.result;
}

const types: Readonly<Record<CardFormat, readonly [type: string, ending: string]>> = {
  vcard: ['text/vcard', 'vcf'],
  ldif: ['text/plain', 'ldif'],
  csv: ['text/csv', 'csv'],
};

async function give(call: Call, bus: Bus, people: ExportWish['people']): Promise<unknown> {
  const asker = askerOfCall(call);
  const wish = call.query as Pick<ExportWish, 'format' | 'domain' | 'search'>;
  const language = languageOf(call.request.headers['accept-language']);
  const pieces = exportedPeople(
    async (question, request) => {
      const answered = await askAdmin(bus, question, asker, request);
      if (!answered.ok) throw problemOf(answered.error);
      return answered.result;
    },
    { ...wish, people, language },
  );
  const [type, ending] = types[wish.format];
  // What is complained of first is told as a complaint, and not in the file.
  const first = await pieces.next();
  return call.reply
    .type(`${type}; charset=utf-8`)
    .header('content-disposition', `attachment; filename="${people}.${ending}"`)
    .header('x-content-type-options', 'nosniff')
    .send(Readable.from(withFirst(first, pieces)));
}

async function* withFirst(
  first: IteratorResult<string>,
  rest: AsyncIterable<string>,
): AsyncGenerator<string> {
  if (first.done !== true) yield first.value;
  yield* rest;
}
