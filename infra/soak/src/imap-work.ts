// Chains of a mail client: a message is appended, flagged, moved, and one in three is deleted. An answer is a promise;
// where the connection broke before the answer, both outcomes are right, but never half of one.
import { setTimeout as delay } from 'node:timers/promises';
import { textMail } from '@pochtar/bench/smtp-load';
import type { ImapFlow } from 'imapflow';
import type { Expectation } from './ledger.ts';
import { FOLDERS, logIn } from './mailboxes.ts';
import type { Person, Rig } from './rig.ts';
import type { Work } from './smtp-work.ts';

const CLIENTS = 3;
const RETRY_MS = 250;
const [WORK, DONE] = FOLDERS as [string, string];

/** Resolves with the number of chains when the work is over and every client has ended. */
export async function clientsWork(rig: Rig, work: Work): Promise<number> {
  const clients = rig.people.slice(-CLIENTS);
  const chains = await Promise.all(clients.map((person, number) => clientWorks(rig, work, person, number)));
  return chains.reduce((sum, count) => sum + count, 0);
}

async function clientWorks(rig: Rig, work: Work, person: Person, number: number): Promise<number> {
  let client: ImapFlow | null = null;
  let chains = 0;
  while (!work.isOver()) {
    try {
      client ??= await openWork(rig, person);
      await chain(client, work, person, `${work.run}-i${number}-${chains++}`);
      await delay(work.pauseMs.chain);
    } catch {
      // What was promised until then stands in the ledger.
      client?.close();
      client = null;
      await delay(RETRY_MS);
    }
  }
  await client?.logout().catch(() => client?.close());
  return chains;
}

async function openWork(rig: Rig, person: Person): Promise<ImapFlow> {
  const client = await logIn(rig, person);
  try {
    await client.mailboxOpen(WORK);
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
}

async function chain(client: ImapFlow, work: Work, { address }: Person, token: string): Promise<void> {
  const place = `mailbox ${address}`;
  const promise = (expectation: Omit<Expectation, 'token' | 'place'>): void =>
    work.ledger.expect({ token, place, ...expectation });
  promise({ least: 0, most: 1 });
  const content = textMail({ bytes: 2048, from: address, to: address, token });
  const appended = await client.append(WORK, content);
  if (appended === false || appended.uid === undefined) throw new Error('APPEND was refused');
  promise({ least: 1, most: 1 });
  if (!(await client.messageFlagsAdd(String(appended.uid), ['\\Flagged'], { uid: true })))
    throw new Error('STORE was refused');
  promise({ least: 1, most: 1, isFlagged: true });
  if (token.endsWith('0') || token.endsWith('5')) {
    promise({ least: 0, most: 1 });
    if (!(await client.messageDelete(String(appended.uid), { uid: true })))
      throw new Error('EXPUNGE was refused');
    promise({ least: 0, most: 0 });
    return;
  }
  if ((await client.messageMove(String(appended.uid), DONE, { uid: true })) === false)
    throw new Error('MOVE was refused');
}
