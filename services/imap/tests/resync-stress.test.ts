// A client that follows RFC 7162 §6 to the letter, whose line breaks again and again while others change its mailbox:
// in the end its cache is what is there.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, ImapClient } from './imap-client.ts';
import { type Installation, startInstallation } from './installation.ts';

let imap: Installation;
beforeAll(async () => {
  imap = await startInstallation();
});
afterAll(() => imap[Symbol.asyncDispose]());

const CONNECTIONS = 25;
const COMMANDS = 6;

// A fixed sequence of pseudo-random numbers: a failure can be repeated.
function random(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    return (state >> 8) % limit;
  };
}

function numbersOf(set: string): number[] {
  return set.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split(':').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

/** What outlives a connection, and how answers change it. */
class Cache {
  flags = new Map<number, string>();
  modSeq = 0;
  validity = 0;
  exists = 0;

  take({ untagged, text }: Answer): void {
    let highest = 0;
    let told: number | null = null;
    for (const response of [...untagged, `* OK ${text}`]) {
      const code = /^\* OK \[HIGHESTMODSEQ (\d+)\]/.exec(response);
      if (code) told = Number(code[1]);
      const validity = /\[UIDVALIDITY (\d+)\]/.exec(response);
      if (validity) this.validity = Number(validity[1]);
      const exists = /^\* (\d+) EXISTS/.exec(response);
      if (exists) this.exists = Number(exists[1]);
      const vanished = /^\* VANISHED (\(EARLIER\) )?(\S+)/.exec(response);
      if (vanished) {
        for (const uid of numbersOf(vanished[2] ?? '')) {
          this.flags.delete(uid);
          if (vanished[1] === undefined) this.exists--;
        }
      }
      const fetched = /^\* \d+ FETCH \((.*)\)$/.exec(response)?.[1];
      if (fetched === undefined) continue;
      const uid = Number(/UID (\d+)/.exec(fetched)?.[1]);
      const flags = /FLAGS \(([^)]*)\)/.exec(fetched)?.[1];
      if (flags !== undefined) this.flags.set(uid, flags.replace(/ ?\\Recent/, ''));
      highest = Math.max(highest, Number(/MODSEQ \((\d+)\)/.exec(fetched)?.[1] ?? 0));
    }
    // The code counts even when it is lower; without it the highest that was seen.
    if (told !== null) this.modSeq = told;
    else this.modSeq = Math.max(this.modSeq, highest);
  }
}

/** Changes the mailbox until it is told to stop. */
async function disturb(account: string, seed: number, isOver: () => boolean): Promise<void> {
  using client = await ImapClient.inbox({ host: imap.host, port: imap.ports.imap }, account);
  const next = random(seed);
  while (!isOver()) {
    const uid = 1 + next(60);
    await client.append('INBOX', 'Subject: x\r\n\r\n');
    await client.command(`UID STORE ${uid}:${uid + 3} +FLAGS.SILENT (\\Deleted)`);
    await client.command('EXPUNGE');
    await client.command(`UID STORE ${uid + next(90)}:* ${next(2) ? '+' : '-'}FLAGS.SILENT (\\Flagged)`);
  }
}

async function connect(account: string, cache: Cache): Promise<ImapClient> {
  const client = await ImapClient.open({ host: imap.host, port: imap.ports.imap });
  await client.ok(`LOGIN ${account} secret`);
  await client.ok('ENABLE QRESYNC');
  const known = cache.validity === 0 ? '' : ` (QRESYNC (${cache.validity} ${cache.modSeq}))`;
  cache.take(await client.command(`SELECT INBOX${known}`));
  if (cache.flags.size === 0 && cache.exists > 0)
    cache.take(await client.command('FETCH 1:* (UID FLAGS MODSEQ)'));
  return client;
}

/** RFC 9051 §7.4.1: EXISTS says that there is more than is known; what it is, is for the client to ask. */
async function fetchNew(client: ImapClient, cache: Cache): Promise<void> {
  if (cache.exists <= cache.flags.size) return;
  cache.take(await client.command(`UID FETCH ${Math.max(0, ...cache.flags.keys()) + 1}:* (FLAGS)`));
}

test('what it was told, and what it asks for when it comes back, add up', async () => {
  const account = await imap.newAccount();
  for (let number = 1; number <= 40; number++) await imap.deliver(account, `Subject: ${number}\r\n\r\n`);
  const cache = new Cache();
  const next = random(7);
  let isOver = false;
  const others = [1, 2].map((seed) => disturb(account, seed, () => isOver));
  for (let round = 0; round < CONNECTIONS; round++) {
    using client = await connect(account, cache);
    for (let count = 0; count < COMMANDS && cache.exists > 0; count++) {
      const number = 1 + next(cache.exists);
      const command = [
        `FETCH ${number}:* (UID FLAGS MODSEQ)`,
        `FETCH ${number} (UID FLAGS)`,
        `STORE ${number} ${next(2) ? '+' : '-'}FLAGS (\\Seen)`,
        `SEARCH MODSEQ ${cache.modSeq}`,
        `UID FETCH 1:* (FLAGS) (CHANGEDSINCE ${cache.modSeq} VANISHED)`,
        'NOOP',
      ][next(6)] as string;
      const answer = await client.command(command);
      expect(answer.status, `${command}: ${answer.text}`).not.toBe('BAD');
      cache.take(answer);
      await fetchNew(client, cache);
    }
    // The line breaks, whatever is still to be told.
  }
  isOver = true;
  await Promise.all(others);
  using last = await connect(account, cache);
  cache.take(await last.command('NOOP'));
  await fetchNew(last, cache);
  const truth = new Cache();
  truth.take(await last.command('UID FETCH 1:* (FLAGS)'));
  expect([...cache.flags].toSorted(([a], [b]) => a - b)).toEqual([...truth.flags]);
}, 120_000);
