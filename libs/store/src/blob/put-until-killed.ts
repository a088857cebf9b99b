// A process for the kill test: puts bodies from 16 writers and prints each reference once it is resolved.
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { silentLogger } from '@pochtar/runtime';
import { openDatabase } from '../db.ts';
import { openBlobStore } from './blob-store.ts';

const { URL: url = '', PASSWORD: password = '' } = process.env;
const db = openDatabase({ url, password });
const store = await openBlobStore({ db, instance: crypto.randomUUID(), log: silentLogger() });

async function put(): Promise<never> {
  for (;;) {
    const body = randomBytes(randomInt(20_000));
    const sha256 = createHash('sha256').update(body).digest();
    const reference = await store.put(crypto.randomUUID(), body, sha256);
    // The pipe is full when the reader is slow: waiting for it is all there is to do.
    const line = `${JSON.stringify({ ...reference, sha256: sha256.toString('hex') })}\n`;
    await new Promise((resolve) => process.stdout.write(line, resolve));
  }
}

await Promise.all(Array.from({ length: 16 }, put));
