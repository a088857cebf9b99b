// Processes that hang instead of dying, and disks that are full: for a while, in the middle of a load over SMTP and IMAP.
// Nothing promised is lost, nothing comes twice to a mailbox, at most one duplicate of a mail to a far side, and
// everything goes on by itself afterwards.
import { type Fault, FILTERS, fill, hang, refusePacks, staggered } from '@pochtar/soak/faults';
import type { Rig } from '@pochtar/soak/rig';
import { type RoundOptions, runRound } from '@pochtar/soak/round';
import { describe, expect, it } from 'vitest';

const ROUND_MS = 600_000;

async function expectClean(
  rig: Rig,
  run: string,
  fault: Fault,
  options: Omit<RoundOptions, 'run'> = {},
): Promise<void> {
  const result = await runRound(rig, fault, { run, ...options });
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
const SHORT_DISK_MS = 8000;
/** A third of the usual load: beside other tests it has to be worked off as well. */
const light = { pauseMs: { mail: 600, chain: 200 } };

const hung = 'what hangs for half a minute (SIGSTOP) loses and doubles nothing';
const full = 'a full disk loses and doubles nothing, and its end is enough';

/** One disk after the other, beside a volume that takes no new pack until the first of them has room again. */
const disks = (ms: number): Fault =>
  staggered([refusePacks(2 * ms), fill('postgres', ms), fill('nats', ms), fill('mail', ms)], ms);

/**
 * The bus first, while smtp still takes what it then owes; a worker, a filter and a reader with work in hand; the door;
 * and Postgres, so that it hangs on when the door is open again.
 */
export function hangsAndFullDisksOfEachKind(rig: () => Rig): void {
  it(
    `${hung}: the bus, then delivery, a filter and imap, then smtp, then Postgres`,
    () =>
      expectClean(
        rig(),
        'hung',
        staggered(
          [
            hang(['nats']),
            hang(['delivery', 'filter-antivirus', 'imap']),
            hang(['smtp']),
            hang(['postgres']),
          ],
          EVERY_MS,
        ),
        light,
      ),
    ROUND_MS,
  );
  it(
    `${full}: refused packs while mail goes to far sides, then the disks of Postgres, of the bus and of the volume`,
    () => expectClean(rig(), 'disks', disks(SHORT_DISK_MS), light),
    ROUND_MS,
  );
}

export function everyHangAndFullDisk(rig: () => Rig): void {
  describe(hung, () => {
    it(
      'our own, from behind to the door: delivery, then imap, pop3, ldap, settings and console, then the filters, then smtp',
      () =>
        expectClean(
          rig(),
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
      () => expectClean(rig(), 'below', staggered([hang(['nats']), hang(['postgres'])], 2 * EVERY_MS)),
      ROUND_MS,
    );
  });

  describe(full, () => {
    it(
      'a volume that takes no new pack while mail goes to far sides, some of it refused there; then one full disk after the other: of Postgres, of the bus, of the mail volume',
      () => expectClean(rig(), 'disks', disks(DISK_MS)),
      ROUND_MS,
    );
  });
}
