// How queued mails are shown.
import type { QueuedMail } from '@pochtar/bus';
import { text } from '../language.ts';
import { size, table, time } from '../output.ts';
import type { Session } from '../session.ts';

const header = [
  text('Письмо', 'Mail'),
  text('Принято', 'Accepted'),
  text('Размер', 'Size'),
  text('Состояние', 'State'),
  text('Попытка', 'Next try'),
  text('От', 'From'),
  text('Кому', 'To'),
  text('Причина', 'Reason'),
];

const states = {
  active: text('в работе', 'active'),
  parked: text('ждёт проверки', 'parked'),
  held: text('задержано', 'held'),
  scheduled: text('ждёт отправки', 'scheduled'),
};

const holders = {
  filter: text('фильтр', 'filter'),
  poison: text('сбой обработки', 'poison'),
  person: text('администратор', 'person'),
  volume: text('хранилище', 'volume'),
};

export function queueTable(session: Session, mails: readonly QueuedMail[]): string {
  return table(
    header.map((title) => session.say(title)),
    mails.map((mail) => [
      mail.mail,
      time(mail.acceptedAt),
      size(mail.size),
      stateOf(session, mail),
      time(mail.dueAt),
      `<${mail.reversePath}>`,
      recipientsOf(mail),
      mail.reason ?? mail.recipients.find((recipient) => recipient.lastReply !== null)?.lastReply ?? '',
    ]),
  );
}

/** The state, and of a held mail who holds it. */
export function stateOf(session: Session, { state, heldBy, heldFilter }: QueuedMail): string {
  const name = session.say(states[state]);
  return heldBy === null ? name : `${name}: ${heldFilter ?? session.say(holders[heldBy])}`;
}

function recipientsOf(mail: QueuedMail): string {
  const shown = mail.recipients.slice(0, 3).map((recipient) => recipient.address);
  const more = mail.recipientCount - shown.length;
  return more > 0 ? `${shown.join(', ')} +${more}` : shown.join(', ');
}
