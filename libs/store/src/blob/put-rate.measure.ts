// Measures how many bodies of 4 KiB a second become durable in a directory, and what a put costs in CPU time.
//
//   node libs/store/src/blob/put-rate.measure.ts [directory] [seconds a round]
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@pochtar/runtime';
import { openDirectoryVolume } from './directory-volume.ts';
import { PackWriter } from './pack-writer.ts';

const BODY = Buffer.alloc(4096, 'x');
const SHA256 = createHash('sha256').update(BODY).digest();
const [, , parent = tmpdir(), seconds = '3'] = process.argv;

async function measure(path: string, writers: number): Promise<string> {
  await using volume = await openDirectoryVolume({ id: 1, name: 'measured', path });
  const packs = { register: async () => {}, seal: async () => {} };
  const log = silentLogger();
  await using writer = new PackWriter({
    volume: async () => volume,
    packs,
    writer: crypto.randomUUID(),
    log,
  });
  const latencies: number[] = [];
  const until = performance.now() + Number(seconds) * 1000;
  const work = async (): Promise<void> => {
    while (performance.now() < until) {
      const begun = performance.now();
      const blobId = crypto.randomUUID();
      await writer.put({ blobId, length: BODY.length, sha256: SHA256, parts: [BODY] });
      latencies.push(performance.now() - begun);
    }
  };
  await writer.put({ blobId: crypto.randomUUID(), length: BODY.length, sha256: SHA256, parts: [BODY] });
  const cpu = process.cpuUsage();
  const begun = performance.now();
  await Promise.all(Array.from({ length: writers }, work));
  const elapsed = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  const sorted = latencies.toSorted((a, b) => a - b);
  const percentile = (share: number): string => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(2);
  const perPut = (micros: number): string => (micros / latencies.length / 1000).toFixed(4);
  return (
    `${String(writers).padStart(3)} writers: ${Math.round((latencies.length / elapsed) * 1000)} puts/s, ` +
    `CPU ${perPut(user + system)} ms a put (user ${perPut(user)}, system ${perPut(system)}), ` +
    `latency ${percentile(0.5)} ms median, ${percentile(0.99)} ms at 99 %, ${percentile(1 - 1e-9)} ms worst`
  );
}

const path = mkdtempSync(join(parent, 'pochtar-put-rate-'));
try {
  for (const writers of [1, 16, 64]) process.stdout.write(`${await measure(path, writers)}\n`);
} finally {
  rmSync(path, { recursive: true });
}
