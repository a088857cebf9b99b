// Mail of a round: strangers write to people here, and people write to people here and elsewhere, some of whom do not
// exist. Every answer goes into the ledger.
import { type Outcome, sendLoad, textMail } from '@pochtar/bench/smtp-load';
import type { Ledger } from './ledger.ts';
import type { Person, Rig } from './rig.ts';

export interface Work {
  run: string;
  ledger: Ledger;
  isOver: () => boolean;
  deadline: number;
  /** Between two mails of a session, and between two chains of a mail client. */
  pauseMs: { mail: number; chain: number };
}

const STRANGERS = 8;
const SUBMITTERS = 3;
const BYTES = 4096;

export function strangersWrite(rig: Rig, work: Work): Promise<Outcome[]> {
  const to = (index: number): Person => rig.people[index % rig.people.length] as Person;
  const token = (index: number): string => `${work.run}-s${index}`;
  return sendLoad({
    ...rig.endpoint('smtp'),
    ...pace(work),
    sessions: STRANGERS,
    reversePath: 'load@load.test',
    recipientsOf: (index) => [to(index).address],
    contentOf: (index) =>
      textMail({ bytes: BYTES, from: 'load@load.test', to: to(index).address, token: token(index) }),
    onOutcome: ({ index, reply }) => {
      const place = `mailbox ${to(index).address}`;
      work.ledger.expect({ token: token(index), place, least: reply === 250 ? 1 : 0, most: 1 });
    },
  });
}

/** One in four also writes to somebody who does not exist there: a notice has to come of it. */
export async function peopleWrite(rig: Rig, work: Work): Promise<void> {
  const senders = rig.people.slice(0, SUBMITTERS);
  await Promise.all(senders.map((sender, number) => personWrites(rig, work, sender, number)));
}

function personWrites(rig: Rig, work: Work, sender: Person, number: number): Promise<Outcome[]> {
  const to = (index: number): Person => rig.people[(index + number + 1) % rig.people.length] as Person;
  const token = (index: number): string => `${work.run}-p${number}-${index}`;
  const isRefused = (index: number): boolean => index % 4 === 0;
  return sendLoad({
    ...rig.endpoint('submission'),
    ...pace(work),
    sessions: 1,
    login: { name: sender.address, password: sender.password },
    reversePath: sender.address,
    recipientsOf: (index) => [
      to(index).address,
      `friend@far.test`,
      ...(isRefused(index) ? ['refused@far.test'] : []),
    ],
    contentOf: (index) =>
      textMail({ bytes: BYTES, from: sender.address, to: 'friend@far.test', token: token(index) }),
    onOutcome: ({ index, reply }) => {
      const least = reply === 250 ? 1 : 0;
      const expect = (place: string, most: number): void =>
        work.ledger.expect({ token: token(index), place, least, most });
      expect(`mailbox ${to(index).address}`, 1);
      // RFC 5321 §6.1: to a far side at least once; a crash in the wrong moment doubles it there.
      expect('far side', 2);
      if (isRefused(index)) expect(`notice ${sender.address}`, 1);
    },
  });
}

function pace(work: Work): { mails: number; pauseMs: number; isOver: () => boolean; deadline: number } {
  const { isOver, deadline, pauseMs } = work;
  return { mails: Number.POSITIVE_INFINITY, pauseMs: pauseMs.mail, isOver, deadline };
}
