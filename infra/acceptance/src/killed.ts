// kill -9 of every process in the middle of 2,000 mails: what got a 250 is in its mailbox exactly once, what got
// none at most once. The load never retries, so every mail is attempted once.
//
// Processes whose deaths do not hide each other die in one load, one after the other.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Outcome, sendLoad, textMail } from '@pochtar/bench/smtp-load';
import { ALL, FILTERS } from '@pochtar/soak/faults';
import { emptyMailboxes, findTokens } from '@pochtar/soak/mailboxes';
import { queued } from '@pochtar/soak/queued';
import type { Rig } from '@pochtar/soak/rig';
import { eventually } from '@pochtar/testkit';
import { describe, expect, it } from 'vitest';

const MAILS = 2000;
const SESSIONS = 16;
const KILL_AFTER = 300;
/** The last one strikes before so many are left. */
const LAST_MAILS = 200;
const RECOVERY_MS = 240_000;

type Strike = () => void;

/** Sends the load and strikes with one fault after the other while it is answered. */
async function loadWithFaults(rig: Rig, run: string, faults: Strike[]): Promise<Outcome[]> {
  const recipientOf = (index: number): string => rig.people[index % rig.people.length]?.address as string;
  const waiting = [...faults];
  const every = Math.floor((MAILS - LAST_MAILS - KILL_AFTER) / Math.max(1, faults.length - 1));
  let answered = 0;
  const outcomes = await sendLoad({
    ...rig.endpoint('smtp'),
    sessions: SESSIONS,
    mails: MAILS,
    reversePath: 'load@load.test',
    recipientsOf: (index) => [recipientOf(index)],
    contentOf: (index) =>
      textMail({ bytes: 4096, from: 'load@load.test', to: recipientOf(index), token: `${run}-${index}` }),
    onOutcome: () => {
      if (answered++ >= KILL_AFTER + every * (faults.length - waiting.length)) waiting.shift()?.();
    },
    deadline: Date.now() + RECOVERY_MS,
  });
  expect(waiting).toEqual([]);
  return outcomes;
}

/** How often each token stands in a mailbox. */
async function countTokens(rig: Rig): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const tokens of (await findTokens(rig)).counts.values())
    for (const [token, count] of tokens) counts.set(token, (counts.get(token) ?? 0) + count);
  return counts;
}

async function pidOf(rig: Rig, name: string): Promise<number> {
  const { pid } = (await rig.processes()).find((one) => one.name === name) ?? {};
  if (pid === undefined || pid === null) throw new Error(`${name} does not run`);
  return pid;
}

async function expectExactlyOnce(rig: Rig, run: string, outcomes: Outcome[]): Promise<void> {
  const accepted = outcomes.filter((outcome) => outcome.reply === 250);
  // A fault costs the mails in hand, not the rest: the load went on.
  expect(accepted.length).toBeGreaterThan(MAILS / 2);
  await eventually(async () => expect(await queued(rig)).toEqual([]), {
    timeout: RECOVERY_MS,
    interval: 250,
  });
  await eventually(
    async () => {
      const counts = await countTokens(rig);
      const missing = accepted.filter(({ index }) => !counts.has(`${run}-${index}`));
      expect(missing.map(({ index }) => index)).toEqual([]);
    },
    { timeout: RECOVERY_MS, interval: 1000 },
  );
  // As an operator is told.
  expect((await rig.instance.json<{ mails: unknown[] }>(['queue', 'list'])).mails).toEqual([]);
  const counts = await countTokens(rig);
  expect([...counts].filter(([, count]) => count !== 1)).toEqual([]);
  expect([...counts.keys()].filter((token) => !token.startsWith(`${run}-`))).toEqual([]);
}

async function expectRunningAgain(rig: Rig, name: string, dead: number): Promise<void> {
  await eventually(
    async () => {
      const state = (await rig.processes()).find((one) => one.name === name);
      expect(state?.ready).toBe(true);
      expect(state?.pid).not.toBe(dead);
    },
    { timeout: RECOVERY_MS, interval: 500 },
  );
}

/** Kills the processes one after the other in one load. */
async function killEach(rig: Rig, names: readonly string[], then: Strike[] = []): Promise<void> {
  const run = names.join('-');
  const pids = await Promise.all(names.map(async (name) => ({ name, pid: await pidOf(rig, name) })));
  const kills = pids.map(
    ({ pid }) =>
      () =>
        void process.kill(pid, 'SIGKILL'),
  );
  await expectExactlyOnce(rig, run, await loadWithFaults(rig, run, [...kills, ...then]));
  for (const { name, pid } of pids) await expectRunningAgain(rig, name, pid);
  await emptyMailboxes(rig);
}

async function wipeBus(rig: Rig): Promise<Strike> {
  const pid = await pidOf(rig, 'nats');
  return () => {
    rmSync(join(rig.instance.directory, 'nats', 'jetstream'), { recursive: true, force: true });
    process.kill(pid, 'SIGKILL');
  };
}

const GROUPS: string[][] = [
  // While smtp is away the load waits for it: the others die with mails on their way again.
  ['smtp', 'imap', 'pop3', 'ldap', 'settings', 'console'],
  // Delivery has mails in hand then, and the filters have theirs whatever becomes of it.
  ['delivery', ...FILTERS],
  ['nats'],
  ['postgres'],
];

const title = 'architecture §1.6: nothing is lost and nothing comes twice';

/**
 * Who serves readers, who answers questions, a filter and delivery with mails in hand, the door, the database, and last
 * the bus with all it holds: its death alone is a part of that.
 */
export function killsOfEachKind(rig: () => Rig): void {
  const names = ['imap', 'settings', 'filter-antivirus', 'delivery', 'smtp', 'postgres'];
  it(
    `${title} when ${names.join(', ')} are killed in the middle of ${MAILS} mails, and the data directory of NATS is deleted`,
    async () => killEach(rig(), names, [await wipeBus(rig())]),
    RECOVERY_MS * 2,
  );
}

export function everyKill(rig: () => Rig): void {
  describe(title, () => {
    it('no process is left out', () => {
      expect(GROUPS.flat().sort()).toEqual([...ALL].sort());
    });

    for (const names of GROUPS) {
      it(
        `when ${names.join(', ')} ${names.length > 1 ? 'are' : 'is'} killed in the middle of ${MAILS} mails`,
        () => killEach(rig(), names),
        RECOVERY_MS * 2,
      );
    }

    it(
      'when the data directory of NATS is deleted in the middle',
      async () => {
        await expectExactlyOnce(rig(), 'wiped', await loadWithFaults(rig(), 'wiped', [await wipeBus(rig())]));
        await emptyMailboxes(rig());
      },
      RECOVERY_MS * 2,
    );
  });
}
