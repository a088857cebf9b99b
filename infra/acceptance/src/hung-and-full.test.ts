// Processes that hang instead of dying, and disks that are full: for a while, in the middle of a load over SMTP and IMAP.
// Nothing promised is lost, nothing comes twice to a mailbox, at most one duplicate of a mail to a far side, and
// everything goes on by itself afterwards.
//
// Faults share a round where one does not hide the other; `./pochtar soak --each` has each in a round of its own.
import { type Fault, FILTERS, fill, hang, refusePacks, staggered } from '@pochtar/soak/faults';
import { runRound } from '@pochtar/soak/round';
import { describe, expect, it } from 'vitest';
import { rigOfFile } from './rig-of-file.ts';

const ROUND_MS = 600_000;

const rig = rigOfFile();

async function expectClean(run: string, fault: Fault): Promise<void> {
  const result = await runRound(rig(), fault, { run });
  expect(result).toMatchObject({
    trouble: [],
    audit: { lost: [], doubled: [], strange: [], unflagged: [] },
    isClean: true,
  });
  // The load has had its say: a round without promises proves nothing.
  expect(result.promises).toBeGreaterThan(100);
  expect(result.chains).toBeGreaterThan(0);
}

/** Later than that the next one strikes, while the load goes over what still works. */
const EVERY_MS = 6000;
const DISK_MS = 12_000;

describe('what hangs for half a minute (SIGSTOP) loses and doubles nothing', () => {
  it(
    'our own, from behind to the door: delivery, then imap, pop3, ldap, settings and console, then the filters, then smtp',
    () =>
      expectClean(
        'own',
        // Each has work in hand when it is stopped: what stands before it in a mail's way still goes on.
        staggered(
          [
            hang(['delivery']),
            hang(['imap', 'pop3', 'ldap', 'settings', 'console']),
            hang([...FILTERS]),
            hang(['smtp']),
          ],
          EVERY_MS,
        ),
      ),
    ROUND_MS,
  );
  it(
    'below: the bus, then Postgres',
    () => expectClean('below', staggered([hang(['nats']), hang(['postgres'])], 2 * EVERY_MS)),
    ROUND_MS,
  );
});

describe('a full disk loses and doubles nothing, and its end is enough', () => {
  it(
    'a volume that takes no new pack while mail goes to far sides, some of it refused there; then one full disk after the other: of Postgres, of the bus, of the mail volume',
    () =>
      expectClean(
        'disks',
        staggered(
          [
            refusePacks(DISK_MS + 2 * EVERY_MS),
            fill('postgres', DISK_MS),
            fill('nats', DISK_MS),
            fill('mail', DISK_MS),
          ],
          DISK_MS,
        ),
      ),
    ROUND_MS,
  );
});
