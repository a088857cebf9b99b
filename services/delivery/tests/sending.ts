// Sending to far sides, for the tests of it: a domain of its own for each, since what one test learns of a far side is
// no other's business.
import { queueDue } from '@pochtar/bus';
import { eventually } from '@pochtar/testkit';
import { type FarSide, type Script, startFarSide } from './far-side.ts';
import type { PostOffice, RecipientRow, TestMail } from './post-office.ts';

const byAnna = { reversePath: 'anna@demo.test', origin: 'submitted' } as const;

export interface Sending {
  newDomain: () => string;
  farSide: (script?: Script) => Promise<FarSide>;
  /** Anna's mail; answers its id. */
  send: (mail: TestMail) => Promise<string>;
  /** The same, when it has left the queue. */
  sent: (mail: TestMail) => Promise<string>;
  /** When every recipient that is left waits for its next attempt. */
  deferred: (mail: string) => Promise<RecipientRow[]>;
  /** Its time has come. */
  tryAgain: (mail: string) => Promise<void>;
}

export function sending(office: PostOffice): Sending {
  let number = 0;
  const newDomain = (): string => `d${++number}.test`;
  const send = (mail: TestMail): Promise<string> => office.accept({ ...byAnna, ...mail });
  return {
    newDomain,
    farSide: (script) => startFarSide(office, newDomain(), script),
    send,
    sent: async (mail) => {
      const id = await send(mail);
      await office.settled(id);
      return id;
    },
    deferred: async (mail) => {
      const rows = await eventually(async () => {
        const found = await office.recipients(mail);
        const isWaiting = ({ lastReply, leaseOwner }: RecipientRow): boolean =>
          lastReply !== null && leaseOwner === null;
        return found.length > 0 && found.every(isWaiting) && found;
      });
      return rows as RecipientRow[];
    },
    tryAgain: async (mail) => {
      await office.db.query({
        text: 'update queue.recipient set due_at = now() where mail_id = $1',
        values: [mail],
      });
      office.bus.emit(queueDue, {});
    },
  };
}
