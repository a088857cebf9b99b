// pochtar trace: what became of a mail: find, show.
import { adminTrace, type TraceDelivery, type TraceRefusal } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { text } from '../language.ts';
import { table, time } from '../output.ts';
import type { Session } from '../session.ts';
import { queueTable } from './queue-table.ts';

const titles = {
  ended: text('Завершено', 'Ended'),
  at: text('Время', 'At'),
  mail: text('Письмо', 'Mail'),
  from: text('От', 'From'),
  to: text('Кому', 'To'),
  outcome: text('Итог', 'Outcome'),
  subject: text('Тема', 'Subject'),
  detail: text('Подробности', 'Detail'),
  client: text('Клиент', 'Client'),
  count: text('Раз', 'Times'),
  reply: text('Ответ', 'Reply'),
};

function deliveryTable(session: Session, deliveries: readonly TraceDelivery[]): string {
  const { ended, mail, from, to, outcome, subject, detail } = titles;
  return table(
    [ended, mail, from, to, outcome, subject, detail].map((title) => session.say(title)),
    deliveries.map((one) => [
      time(one.endedAt),
      one.mail,
      `<${one.reversePath}>`,
      one.recipient,
      one.outcome,
      (one.subject ?? '').slice(0, 40),
      one.detail,
    ]),
  );
}

function refusalTable(session: Session, refusals: readonly TraceRefusal[]): string {
  const { at, count, client, from, to, reply } = titles;
  return table(
    [at, count, client, from, to, reply].map((title) => session.say(title)),
    refusals.map((one) => [
      time(one.at),
      String(one.count),
      one.clientAddress ?? '',
      one.reversePath === null ? '' : `<${one.reversePath}>`,
      recipientsOf(one),
      one.reply,
    ]),
  );
}

/** One, and how many more are known; --json has them all. */
function recipientsOf({ recipient, otherRecipients }: TraceRefusal): string {
  const more = otherRecipients.length;
  return more === 0 ? (recipient ?? '') : `${recipient} +${more}`;
}

const options = {
  sender: { value: 'TEXT', help: text('часть адреса отправителя', "part of the sender's address") },
  recipient: { value: 'TEXT', help: text('часть адреса получателя', "part of a recipient's address") },
  'message-id': { value: 'ID', help: text('Message-ID письма целиком', 'the whole Message-ID') },
  subject: { value: 'TEXT', help: text('слова темы', 'words of the subject') },
  client: { value: 'IP', help: text('адрес клиента', "the client's address") },
  outcome: {
    value: 'WORD',
    help: text(
      'delivered, relayed, expanded, bounced, discarded, redirected',
      'delivered, relayed, expanded, bounced, discarded, redirected',
    ),
  },
  since: {
    value: 'TIME',
    help: text('не раньше: 2027-01-31T12:00 или 24h', 'not before: 2027-01-31T12:00 or 24h'),
  },
  until: { value: 'TIME', help: text('не позже', 'not after') },
  limit: { value: 'N', help: text('не больше стольких строк (50)', 'at most this many lines (50)') },
};

/** A search lasts a moment only: it is asked to go on until enough was found, or for so long. */
const GO_ON_MS = 10_000;

type Wanted = ReturnType<typeof adminTrace.find.body.parse>;
type Found = ReturnType<typeof adminTrace.find.result.parse>;

async function findOn(session: Session, request: Wanted): Promise<Found> {
  const until = performance.now() + GO_ON_MS;
  const found = await session.ask(adminTrace.find, request);
  while (found.searchedSince !== null && performance.now() < until) {
    const missing = request.limit - Math.max(found.deliveries.length, found.refusals.length);
    if (missing <= 0) break;
    const more = await session.ask(adminTrace.find, {
      ...request,
      until: found.searchedSince,
      limit: missing,
    });
    found.deliveries.push(...more.deliveries);
    found.refusals.push(...more.refusals);
    found.isCut ||= more.isCut;
    const isFurther = more.searchedSince === null || more.searchedSince < found.searchedSince;
    found.searchedSince = more.searchedSince;
    if (!isFurther) break;
  }
  return found;
}

export const traceCommands: Command[] = [
  {
    words: 'trace find',
    summary: text('что стало с письмами', 'what became of mails'),
    args: [{ name: 'ADDRESS', isOptional: true }],
    options,
    async run(session, input) {
      const now = new Date();
      const request = {
        address: input.args[0],
        sender: input.option('sender'),
        recipient: input.option('recipient'),
        clientAddress: input.option('client'),
        messageId: input.option('message-id'),
        subject: input.option('subject'),
        outcome: input.option('outcome'),
        since: input.moment('since', now),
        until: input.moment('until', now),
        limit: input.number('limit', { min: 1, max: 500 }) ?? 50,
      };
      const result = await findOn(session, request);
      const code = await session.show(result, () => {
        const tables = [deliveryTable(session, result.deliveries), refusalTable(session, result.refusals)];
        return tables.filter((one) => one !== '').join('\n');
      });
      if (result.searchedSince !== null) {
        const until = `--until ${result.searchedSince}`;
        session.note(
          text(`просмотрено не всё, искать дальше: ${until}`, `not all was searched, go on: ${until}`),
        );
      }
      return code;
    },
  },
  {
    words: 'trace show',
    summary: text('все получатели одного письма', 'all recipients of one mail'),
    args: [{ name: 'MAIL' }],
    options: {
      after: { value: 'N', help: text('пропустить столько получателей', 'leave out so many recipients') },
    },
    async run(session, input) {
      const request = { mail: input.arg(0), after: input.option('after') };
      const result = await session.ask(adminTrace.show, request);
      const code = await session.show(result, () => {
        const queued = result.queued === null ? '' : queueTable(session, [result.queued]);
        return [deliveryTable(session, result.deliveries), queued].filter((one) => one !== '').join('\n');
      });
      if (result.next !== null) {
        const next = `--after ${result.next}`;
        session.note(text(`всего ${result.total}, дальше: ${next}`, `${result.total} in all, more: ${next}`));
      }
      return code;
    },
  },
];
