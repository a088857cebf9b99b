// kill -9 of every process in the middle of 2,000 mails: what got a 250 is in its mailbox exactly once, what got
// none at most once. The load never retries, so every mail is attempted once.
//
// Processes whose deaths do not hide each other die in one load, one after the other; `./pochtar soak --each` has each
// in a round of its own.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Outcome, sendLoad, textMail } from '@pochtar/bench/smtp-load';
import { ALL, FILTERS } from '@pochtar/soak/faults';
import { emptyMailboxes, findTokens } from '@pochtar/soak/mailboxes';
import { queued } from '@pochtar/soak/queued';
import { eventually } from '@pochtar/testkit';
import { describe, expect, it } from 'vitest';
import { rigOfFile } from './rig-of-file.ts';

const MAILS = 2000;
const SESSIONS = 16;
const KILL_AFTER = 300;
const KILL_EVERY = 300;
const RECOVERY_MS = 240_000;

const rig = rigOfFile();

/** Sends the load and strikes with one fault after the other while it is answered. */
async function loadWithFaults(run: string, faults: (() => void)[]): Promise<Outcome[]> {
  const recipientOf = (index: number): string => rig().people[index % rig().people.length]?.address as string;
  const waiting = [...faults];
  let answered = 0;
  const outcomes = await sendLoad({
    ...rig().endpoint('smtp'),
    sessions: SESSIONS,
    mails: MAILS,
    reversePath: 'load@load.test',
    recipientsOf: (index) => [recipientOf(index)],
    contentOf: (index) =>
      textMail({ bytes: 4096, from: 'load@load.test', to: recipientOf(index), token: `${run}-${index}` }),
    onOutcome: () => {
      if (answered++ >= KILL_AFTER + KILL_EVERY * (faults.length - waiting.length)) waiting.shift()?.();
    },
    deadline: Date.now() + RECOVERY_MS,
  });
  expect(waiting).toEqual([]);
  return outcomes;
}

/** How often each token stands in a mailbox. */
async function countTokens(): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const tokens of (await findTokens(rig())).counts.values())
    for (const [token, count] of tokens) counts.set(token, (counts.get(token) ?? 0) + count);
  return counts;
}

async function pidOf(name: string): Promise<number> {
  const { pid } = (await rig().processes()).find((one) => one.name === name) ?? {};
  if (pid === undefined || pid === null) throw new Error(`${name} does not run`);
  return pid;
}

async function expectExactlyOnce(run: string, outcomes: Outcome[]): Promise<void> {
  const accepted = outcomes.filter((outcome) => outcome.reply === 250);
  // A fault costs the mails in hand, not the rest: the load went on.
  expect(accepted.length).toBeGreaterThan(MAILS / 2);
  await eventually(async () => expect(await queued(rig())).toEqual([]), {
    timeout: RECOVERY_MS,
    interval: 250,
  });
  await eventually(
    async () => {
      const counts = await countTokens();
      const missing = accepted.filter(({ index }) => !counts.has(`${run}-${index}`));
      expect(missing.map(({ index }) => index)).toEqual([]);
    },
    { timeout: RECOVERY_MS, interval: 1000 },
  );
  // As an operator is told.
  expect((await rig().instance.json<{ mails: unknown[] }>(['queue', 'list'])).mails).toEqual([]);
  const counts = await countTokens();
  expect([...counts].filter(([, count]) => count !== 1)).toEqual([]);
  expect([...counts.keys()].filter((token) => !token.startsWith(`${run}-`))).toEqual([]);
}

async function expectRunningAgain(name: string, dead: number): Promise<void> {
  await eventually(
    async () => {
      const state = (await rig().processes()).find((one) => one.name === name);
      expect(state?.ready).toBe(true);
      expect(state?.pid).not.toBe(dead);
    },
    { timeout: RECOVERY_MS, interval: 500 },
  );
}

const GROUPS: string[][] = [
  // While smtp is away the load waits for it: the others die with mails on their way again.
  ['smtp', 'imap', 'pop3', 'ldap', 'settings', 'console'],
  // Delivery has mails in hand then, and the filters have theirs whatever becomes of it.
  ['delivery', ...FILTERS],
  ['nats'],
  ['postgres'],
];

describe('architecture §1.6: nothing is lost and nothing comes twice', () => {
  it('no process is left out', () => {
    expect(GROUPS.flat().sort()).toEqual([...ALL].sort());
  });

  for (const names of GROUPS) {
    it(
      `when ${names.join(', ')} ${names.length > 1 ? 'are' : 'is'} killed in the middle of ${MAILS} mails`,
      async () => {
        const run = names.join('-');
        const pids = await Promise.all(names.map(async (name) => ({ name, pid: await pidOf(name) })));
        const kills = pids.map(
          ({ pid }) =>
            () =>
              void process.kill(pid, 'SIGKILL'),
        );
        await expectExactlyOnce(run, await loadWithFaults(run, kills));
        for (const { name, pid } of pids) await expectRunningAgain(name, pid);
        await emptyMailboxes(rig());
      },
      RECOVERY_MS * 2,
    );
  }

  it(
    'when the data directory of NATS is deleted in the middle',
    async () => {
      const pid = await pidOf('nats');
      const outcomes = await loadWithFaults('wiped', [
        () => {
          rmSync(join(rig().instance.directory, 'nats', 'jetstream'), { recursive: true, force: true });
          process.kill(pid, 'SIGKILL');
        },
      ]);
      await expectExactlyOnce('wiped', outcomes);
      await emptyMailboxes(rig());
    },
    RECOVERY_MS * 2,
  );
});
