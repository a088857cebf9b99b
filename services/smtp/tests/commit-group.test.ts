// Mails of concurrent sessions share a commit; what one of them does to it must concern that one only.
import { silentLogger } from '@pochtar/runtime';
import type { NewMail } from '@pochtar/store/queue';
import { newContent, openGround, type Ground } from '@pochtar/testkit/ground';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Acceptor } from '../src/accept.ts';
import { createMetrics } from '../src/metrics.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

async function newMail(): Promise<NewMail> {
  const id = randomUUID();
  return {
    ...{ id, acceptedAt: new Date(), reversePath: 'a@b.test', origin: 'incoming', protocol: 'ESMTP' },
    ...{ slip: [], settingsRevision: 1, step: 'deliver', recipients: [{ address: 'x@y.test' }] },
    content: await newContent(ground.blobs, Buffer.from('Subject: x\r\n\r\n'), id),
  };
}

test('a group that this process cannot even write is repeated mail by mail', async () => {
  const { db, bus } = ground;
  await using acceptor = new Acceptor({ db, bus, log: silentLogger(), metrics: createMetrics() });
  const mails = await Promise.all(Array.from({ length: 6 }, newMail));
  const [poison] = mails as [NewMail];
  // As JSON.stringify does with a text that would be too long.
  const tooLong = {
    toJSON: () => {
      throw new RangeError('Invalid string length');
    },
  };
  poison.dsnEnvelopeId = tooLong as unknown as string;
  const outcomes = await Promise.all(mails.map((mail) => acceptor.accept(mail)));
  expect(outcomes).toEqual(['deferred', ...Array.from({ length: 5 }, () => 'accepted')]);
});
