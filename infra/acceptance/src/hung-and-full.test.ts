// Processes that hang instead of dying, and disks that are full: for a while, in the middle of a load over SMTP and IMAP.
// Nothing promised is lost, nothing comes twice to a mailbox, at most one duplicate of a mail to a far side, and
// everything goes on by itself afterwards.
import { type Fault, fill, hang, refusePacks } from '@pochtar/soak/faults';
import { runRound } from '@pochtar/soak/round';
import { describe, expect, it } from 'vitest';
import { rigOfFile } from './rig-of-file.ts';

const ROUND_MS = 600_000;

const rig = rigOfFile();

async function expectClean(fault: Fault): Promise<void> {
  const result = await runRound(rig(), fault, { run: fault.name.replaceAll(/\W+/g, '-') });
  expect(result).toMatchObject({
    trouble: [],
    audit: { lost: [], doubled: [], strange: [], unflagged: [] },
    isClean: true,
  });
  // The load has had its say: a round without promises proves nothing.
  expect(result.promises).toBeGreaterThan(100);
  expect(result.chains).toBeGreaterThan(0);
}

// SIGSTOP for 30 s. What works side by side hangs together, so that the whole matrix stays short.
const HANGING = [
  ['smtp'],
  ['filter-dnsbl', 'filter-greylist', 'filter-antivirus', 'filter-dkim', 'filter-dlp'],
  ['delivery'],
  ['imap', 'pop3', 'settings'],
  ['nats'],
  ['postgres'],
];

describe('what hangs for half a minute loses and doubles nothing', () => {
  for (const names of HANGING) it(names.join(', '), () => expectClean(hang(names)), ROUND_MS);
});

describe('a full disk loses and doubles nothing, and its end is enough', () => {
  it('the disk of the mail volume', () => expectClean(fill('mail')), ROUND_MS);
  it('the disk of Postgres', () => expectClean(fill('postgres')), ROUND_MS);
  it('the disk of the bus', () => expectClean(fill('nats')), ROUND_MS);
  it(
    'a volume that takes no new pack while mail goes to far sides, some of it refused there',
    () => expectClean(refusePacks()),
    ROUND_MS,
  );
});
