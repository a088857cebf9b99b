// kill -9 of any one process in the middle of 2,000 mails: what got a 250 is in its mailbox exactly once, what got
// none at most once. The load never retries, so every mail is attempted once.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessState } from '@pochtar/bench/instance';
import { type Outcome, sendLoad, textMail } from '@pochtar/bench/smtp-load';
import { ensureClamd, eventually } from '@pochtar/testkit';
import { ImapFlow } from 'imapflow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Installation, startInstallation } from './installation.ts';

const MAILS = 2000;
const SESSIONS = 16;
const KILL_AFTER = 600;
const RECOVERY_MS = 240_000;

let installation: Installation;
let clamd: Awaited<ReturnType<typeof ensureClamd>>;

beforeAll(async () => {
  clamd = await ensureClamd();
  installation = await startInstallation();
  await installation.instance.pochtar([
    'settings',
    'set',
    `antivirus.clamavAddress=${clamd.address}`,
    '--wait',
  ]);
}, 300_000);

afterAll(async () => {
  await installation[Symbol.asyncDispose]();
  await clamd[Symbol.asyncDispose]();
});

/** Sends the load and calls `fault` once, when about a third of it has been answered. */
async function loadWithFault(run: string, fault: () => Promise<void>): Promise<Outcome[]> {
  const { accounts, smtp } = installation.endpoints;
  const [host, port] = smtp.split(':') as [string, string];
  const recipientOf = (index: number): string => accounts[index % accounts.length]?.address as string;
  let answered = 0;
  const struck: Promise<void>[] = [];
  const outcomes = await sendLoad({
    host,
    port: Number(port),
    sessions: SESSIONS,
    mails: MAILS,
    reversePath: 'load@load.test',
    recipientsOf: (index) => [recipientOf(index)],
    contentOf: (index) =>
      textMail({ bytes: 4096, from: 'load@load.test', to: recipientOf(index), token: `${run}-${index}` }),
    onOutcome: () => {
      answered++;
      if (answered === KILL_AFTER) struck.push(fault());
    },
    deadline: Date.now() + RECOVERY_MS,
  });
  await Promise.all(struck);
  return outcomes;
}

async function withInboxes<T>(work: (client: ImapFlow) => Promise<T>): Promise<T[]> {
  const [host, port] = installation.endpoints.imap.split(':') as [string, string];
  const results: T[] = [];
  for (const { address, password } of installation.endpoints.accounts) {
    const client = new ImapFlow({
      host,
      port: Number(port),
      secure: false,
      doSTARTTLS: false,
      auth: { user: address, pass: password },
      logger: false,
    });
    // The connection may be cut at any time here; the command that was under way reports it.
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.mailboxOpen('INBOX');
      results.push(await work(client));
    } finally {
      await client.logout().catch(() => client.close());
    }
  }
  return results;
}

/** How often each token stands in a mailbox. */
async function countTokens(): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  await withInboxes(async (client) => {
    if (client.mailbox === false || client.mailbox.exists === 0) return;
    for await (const message of client.fetch('1:*', {
      bodyParts: [{ key: 'text', start: 0, maxLength: 100 }],
    })) {
      const text = [...(message.bodyParts?.values() ?? [])].map((part) => part?.toString('latin1')).join('');
      const token = /token:(\S+)/.exec(text)?.[1] ?? `unreadable ${message.uid}`;
      counts.set(token, (counts.get(token) ?? 0) + 1);
    }
  });
  return counts;
}

async function emptyInboxes(): Promise<void> {
  await withInboxes(async (client) => {
    if (client.mailbox !== false && client.mailbox.exists > 0) await client.messageDelete('1:*');
  });
}

async function processes(): Promise<ProcessState[]> {
  return installation.instance.processes();
}

async function pidOf(name: string): Promise<number> {
  const { pid } = (await processes()).find((one) => one.name === name) ?? {};
  if (pid === undefined || pid === null) throw new Error(`${name} does not run`);
  return pid;
}

async function expectExactlyOnce(run: string, outcomes: Outcome[]): Promise<void> {
  const accepted = outcomes.filter((outcome) => outcome.reply === 250);
  // A fault costs the mails in hand, not the rest: the load went on.
  expect(accepted.length).toBeGreaterThan(MAILS / 2);
  await eventually(
    async () => {
      const counts = await countTokens();
      const missing = accepted.filter(({ index }) => !counts.has(`${run}-${index}`));
      expect(missing.map(({ index }) => index)).toEqual([]);
    },
    { timeout: RECOVERY_MS, interval: 1000 },
  );
  await eventually(
    async () => {
      const { mails } = await installation.instance.json<{ mails: unknown[] }>(['queue', 'list']);
      expect(mails).toEqual([]);
    },
    { timeout: RECOVERY_MS, interval: 1000 },
  );
  const counts = await countTokens();
  expect([...counts].filter(([, count]) => count !== 1)).toEqual([]);
  expect([...counts.keys()].filter((token) => !token.startsWith(`${run}-`))).toEqual([]);
}

const own = [
  'smtp',
  'filter-dnsbl',
  'filter-greylist',
  'filter-antivirus',
  'filter-dkim',
  'filter-dlp',
  'delivery',
  'imap',
  'pop3',
  'settings',
];

describe('architecture §1.6: nothing is lost and nothing comes twice', () => {
  for (const name of [...own, 'nats', 'postgres']) {
    it(
      `when ${name} is killed in the middle of ${MAILS} mails`,
      async () => {
        const pid = await pidOf(name);
        const outcomes = await loadWithFault(name, async () => {
          process.kill(pid, 'SIGKILL');
        });
        await expectExactlyOnce(name, outcomes);
        await eventually(
          async () => {
            const state = (await processes()).find((one) => one.name === name);
            expect(state?.ready).toBe(true);
            expect(state?.pid).not.toBe(pid);
          },
          { timeout: RECOVERY_MS, interval: 500 },
        );
        await emptyInboxes();
      },
      RECOVERY_MS * 2,
    );
  }

  it(
    'when the data directory of NATS is deleted in the middle',
    async () => {
      const pid = await pidOf('nats');
      const outcomes = await loadWithFault('wiped', async () => {
        rmSync(join(installation.instance.directory, 'nats'), { recursive: true, force: true });
        process.kill(pid, 'SIGKILL');
      });
      await expectExactlyOnce('wiped', outcomes);
      await emptyInboxes();
    },
    RECOVERY_MS * 2,
  );
});
