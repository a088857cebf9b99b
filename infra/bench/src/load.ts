// One load on an installation: sends it, waits until the last mail lies in its mailbox, and tells what that took.
import { ImapFlow } from 'imapflow';
import type { Endpoint, Instance } from './instance.ts';
import { measure, type Usage } from './processes.ts';
import { type LoadOptions, sendLoad, textMail } from './smtp-load.ts';

export interface Load {
  kib: number;
  sessions: number;
  mails: number;
}

/** What differs from plain mail of a stranger. */
export type Manner = Partial<
  Pick<LoadOptions, 'reversePath' | 'login' | 'clientOf'> & {
    endpoint: Endpoint;
    contentOf(plain: Buffer): Buffer;
  }
>;

export interface Result extends Load {
  acceptedPerSecond: number;
  deliveredPerSecond: number;
  cpuMsPerMail: number;
  cpuMsByProcess: Record<string, number>;
  peakMiB: Record<string, number>;
}

const LOAD_LIMIT_MS = 120_000;
const POLL_MS = 100;

export interface Account {
  address: string;
  password: string;
}

export async function runLoad(
  instance: Instance,
  load: Load,
  accounts: Account[],
  manner: Manner = {},
): Promise<Result> {
  const { host, port } = manner.endpoint ?? instance.endpoint('smtp');
  const { contentOf = (plain) => plain, ...sending } = manner;
  const reversePath = manner.reversePath ?? 'load@load.test';
  const roots = await instance.roots();
  const content = Array.from({ length: accounts.length }, (_, index) =>
    contentOf(
      textMail({
        bytes: load.kib * 1024,
        from: reversePath,
        to: accounts[index]?.address as string,
        token: `${load.kib}-${load.sessions}-${index}`,
      }),
    ),
  );
  const arrived = await openArrivals(instance, accounts);
  const before = measure(roots);
  const started = performance.now();
  const outcomes = await sendLoad({
    host,
    port,
    sessions: load.sessions,
    mails: load.mails,
    ...sending,
    reversePath,
    recipientsOf: (index) => [(accounts[index % accounts.length] as Account).address],
    contentOf: (index) => content[index % content.length] as Buffer,
    deadline: Date.now() + LOAD_LIMIT_MS,
  });
  const acceptedMs = performance.now() - started;
  const accepted = outcomes.filter((outcome) => outcome.reply === 250).length;
  if (accepted < load.mails) {
    process.stderr.write(`refused: ${load.mails - accepted}, ${firstRefusal(outcomes)}\n`);
  }
  await arrived.until(accepted);
  const deliveredMs = performance.now() - started;
  const usage = difference(before, measure(roots));
  await arrived.close();
  return {
    ...load,
    acceptedPerSecond: (accepted / acceptedMs) * 1000,
    deliveredPerSecond: (accepted / deliveredMs) * 1000,
    cpuMsPerMail: (total(usage) / accepted) * 1000,
    cpuMsByProcess: mapValues(usage, (one) => (one.cpuSeconds / accepted) * 1000),
    peakMiB: mapValues(usage, (one) => one.peakMiB),
  };
}

function firstRefusal(outcomes: { reply: number | null; text: string }[]): string {
  const refused = outcomes.find((outcome) => outcome.reply !== 250);
  return `${refused?.reply ?? 'lost'} ${refused?.text ?? ''}`;
}

// Counts arrivals as a client sees them: STATUS of every INBOX (one row each in the server).
async function openArrivals(
  instance: Instance,
  accounts: Account[],
): Promise<{ until(count: number): Promise<void>; close(): Promise<void> }> {
  const { host, port } = instance.endpoint('imap');
  const clients = await Promise.all(
    accounts.map(async ({ address, password }) => {
      const client = new ImapFlow({
        host,
        port,
        secure: false,
        doSTARTTLS: false,
        auth: { user: address, pass: password },
        logger: false,
      });
      await client.connect();
      return client;
    }),
  );
  const count = async (): Promise<number> => {
    const states = await Promise.all(clients.map((client) => client.status('INBOX', { messages: true })));
    return states.reduce((sum, state) => sum + (state === false ? 0 : (state.messages ?? 0)), 0);
  };
  const base = await count();
  return {
    async until(expected) {
      const deadline = Date.now() + LOAD_LIMIT_MS;
      while ((await count()) - base < expected) {
        if (Date.now() > deadline)
          throw new Error(`only ${(await count()) - base} of ${expected} were delivered`);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    async close() {
      await Promise.all(clients.map((client) => client.logout()));
    },
  };
}

function difference(before: Map<string, Usage>, after: Map<string, Usage>): Map<string, Usage> {
  return new Map(
    [...after].map(([name, usage]) => [
      name,
      { cpuSeconds: usage.cpuSeconds - (before.get(name)?.cpuSeconds ?? 0), peakMiB: usage.peakMiB },
    ]),
  );
}

function total(usage: Map<string, Usage>): number {
  return [...usage.values()].reduce((sum, one) => sum + one.cpuSeconds, 0);
}

function mapValues(usage: Map<string, Usage>, of: (one: Usage) => number): Record<string, number> {
  return Object.fromEntries([...usage].map(([name, one]) => [name, Number(of(one).toFixed(3))]));
}
