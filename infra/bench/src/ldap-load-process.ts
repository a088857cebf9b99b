// The client of the LDAP bench, in a process of its own: it sends what was made before, one request after the other on each
// connection.
import { Client } from './ldap-client.ts';
import type { LoadOrder, LoadResult } from './ldap-load.ts';
import { atShare } from './statistics.ts';

/** Answers of a run whose time is kept. */
const MAX_KEPT = 4_000_000;

const idle: Client[] = [];

process.on('message', (order: LoadOrder | { hold: number; host: string; port: number }) => {
  const work = 'hold' in order ? hold(order) : run(order);
  work.then(
    (result) => process.send?.(result),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
// Nobody is there to ask any more.
process.on('disconnect', () => process.exit(0));

/** Connections that say nothing. */
async function hold({ hold: count, host, port }: { hold: number; host: string; port: number }) {
  for (const line of idle.splice(0)) line[Symbol.dispose]();
  while (idle.length < count) {
    const batch = Math.min(100, count - idle.length);
    idle.push(...(await Promise.all(Array.from({ length: batch }, () => Client.open(host, port)))));
  }
  return { held: idle.length };
}

async function run(order: LoadOrder): Promise<LoadResult> {
  const { host, port, connections, milliseconds, warmUpMs } = order;
  const requests = order.requests.map((request) => Buffer.from(request, 'base64'));
  const lines = await Promise.all(Array.from({ length: connections }, () => Client.open(host, port)));
  try {
    for (const line of lines) await line.ask(Buffer.from(order.bind, 'base64'));
    const warmUp = await drive(lines, requests, warmUpMs, order.entries);
    const before = process.cpuUsage();
    const started = performance.now();
    const times = await drive(lines, requests, milliseconds, order.entries);
    const took = performance.now() - started;
    const { user, system } = process.cpuUsage(before);
    times.sort();
    const at = (share: number): number => atShare(times, share);
    return {
      perSecond: (times.length / took) * 1000,
      sent: warmUp.length + times.length,
      ...{ p50Ms: at(0.5), p99Ms: at(0.99), worstMs: at(1) },
      clientShare: (user + system) / 1000 / took,
    };
  } finally {
    for (const line of lines) line[Symbol.dispose]();
  }
}

let next = 0;

/** The times of all answers, in milliseconds. Throws when one has not as many entries as it should. */
async function drive(
  lines: readonly Client[],
  requests: readonly Buffer[],
  milliseconds: number,
  entries: number,
): Promise<Float64Array> {
  const times = new Float64Array(MAX_KEPT);
  let count = 0;
  const until = performance.now() + milliseconds;
  await Promise.all(
    lines.map(async (line) => {
      for (let now = performance.now(); now < until && count < MAX_KEPT; ) {
        const found = await line.ask(requests[next++ % requests.length] as Buffer);
        if (found !== entries) throw new Error(`${found} entries instead of ${entries}`);
        const then = performance.now();
        times[count++] = then - now;
        now = then;
      }
    }),
  );
  return times.slice(0, count);
}
