// The contract that every step consumer keeps, over a real server that is stopped, wiped and started again.
import { randomUUID } from 'node:crypto';
import { silentLogger } from '@pochtar/runtime';
import { eventually, startTestNats, type TestNats } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backlog } from './backlog.ts';
import { type Bus, connectBus } from './bus.ts';
import { consumeStep, type StepHandler } from './consume.ts';
import type { Step } from './filter-order.ts';
import { ensureStepConsumer, stepConsumer } from './streams.ts';
import { stepSubject } from './subjects.ts';

const nothingHeld = { oldestWaitingAt: null, inHand: new Set() };
let nats: TestNats;
let bus: Bus;

beforeAll(async () => {
  nats = await startTestNats();
  bus = await connectBus({
    url: nats.url,
    user: 'owner',
    password: nats.password,
    name: 'test',
    log: silentLogger(),
  });
});

afterAll(async () => {
  await bus[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

function handler(handle: StepHandler['handle'], more: Partial<StepHandler> = {}): StepHandler {
  return {
    handle,
    takeAlone: async () => 1,
    cameToAnEnd: async () => {},
    poison: async () => {},
    isTransient: () => false,
    ...more,
  };
}

/** Events of the step are delivered so many times and given back, as if whoever had them in hand had ended. */
async function deliverInVain(step: Step, times: number): Promise<void> {
  await ensureStepConsumer(await bus.manager(), step);
  const consumer = await bus.jetstream.consumers.get('MAIL', stepConsumer(step).durable_name);
  for (let time = 0; time < times; time++) (await consumer.next({ expires: 5000 }))?.nak();
}

describe('a step consumer', () => {
  it('handles every mail of an event and acknowledges it', async () => {
    const seen = new Set<string>();
    const mails = Array.from({ length: 100 }, () => randomUUID());
    await using _consumer = consumeStep(
      bus,
      'deliver',
      handler(async (mail) => void seen.add(mail)),
      {
        concurrency: 8,
      },
    );
    await Promise.all(mails.map((mail) => bus.publishStep('deliver', mail)));
    await eventually(() => expect([...seen].sort()).toEqual([...mails].sort()));
    await eventually(async () => expect(await backlog(bus, 'deliver')).toMatchObject(nothingHeld));
  });

  it('never runs more mails at once than its concurrency', async () => {
    let running = 0;
    let most = 0;
    let done = 0;
    const work = handler(async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      done++;
    });
    await using _consumer = consumeStep(bus, 'dkim', work, { concurrency: 3 });
    await Promise.all(Array.from({ length: 40 }, () => bus.publishStep('dkim', randomUUID())));
    await eventually(() => expect(done).toBe(40));
    expect(most).toBe(3);
  });

  it('lets the next mail have its turn when one has made room, and acknowledges when all is done', async () => {
    const begun: string[] = [];
    const gate = Promise.withResolvers<void>();
    const work = handler(async (mail, makeRoom) => {
      begun.push(mail);
      makeRoom();
      await gate.promise;
    });
    await using _consumer = consumeStep(bus, 'antivirus', work, { concurrency: 1 });
    for (let count = 0; count < 5; count++) await bus.publishStep('antivirus', randomUUID());
    await eventually(() => expect(begun).toHaveLength(5));
    const inHand = async () => (await backlog(bus, 'antivirus')).inHand.size;
    expect(await inHand()).toBe(5);
    gate.resolve();
    await eventually(async () => expect(await inHand()).toBe(0));
  });

  it('tells of all mails of an event before the first of them has its turn', async () => {
    const told: string[][] = [];
    const handled: string[] = [];
    const work = handler(
      async (mail) => {
        expect(told.flat()).toContain(mail);
        handled.push(mail);
      },
      { expect: (mails) => void told.push([...mails]) },
    );
    const mails = Array.from({ length: 5 }, () => randomUUID());
    await using _consumer = consumeStep(bus, 'dkim', work, { concurrency: 2 });
    await bus.publish(stepSubject('dkim'), { mails });
    await eventually(() => expect(handled.toSorted()).toEqual(mails.toSorted()));
    expect(told).toEqual([mails]);
  });

  it('tries again after a transient error, without a redelivery', async () => {
    let attempts = 0;
    const work = handler(
      async () => {
        attempts++;
        if (attempts < 3) throw new Error('away');
      },
      { isTransient: () => true },
    );
    await using _consumer = consumeStep(bus, 'antivirus', work, { concurrency: 4 });
    await bus.publishStep('antivirus', randomUUID());
    await eventually(() => expect(attempts).toBe(3));
    await eventually(async () => expect(await backlog(bus, 'antivirus')).toMatchObject(nothingHeld));
  });

  it('hands a poisonous mail over with its reason, and only that one of the event', async () => {
    const poisoned: [string, string][] = [];
    const good = randomUUID();
    const bad = randomUUID();
    const work = handler(
      async (mail) => {
        if (mail === bad) throw new Error('cannot be read');
      },
      { poison: async (mail, reason) => void poisoned.push([mail, reason]) },
    );
    await using _consumer = consumeStep(bus, 'dlp', work, { concurrency: 4 });
    await Promise.all([bus.publishStep('dlp', good), bus.publishStep('dlp', bad)]);
    await eventually(() => expect(poisoned).toEqual([[bad, 'Error: cannot be read']]));
    await eventually(async () => expect(await backlog(bus, 'dlp')).toMatchObject(nothingHeld));
  });

  it('takes what comes again and again alone, and holds the one that never came to an end', async () => {
    const [good, bad] = [randomUUID(), randomUUID()];
    const notes = new Map<string, number>([
      [good, 0],
      [bad, 3],
    ]);
    await bus.publish(stepSubject('dlp'), { mails: [bad, good] });
    await deliverInVain('dlp', 2);
    const poisoned: string[] = [];
    const handled: string[] = [];
    let running = 0;
    const work = handler(
      async (mail) => {
        expect(++running).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 20));
        running--;
        handled.push(mail);
      },
      {
        takeAlone: async (mail) => {
          const times = (notes.get(mail) ?? 0) + 1;
          notes.set(mail, times);
          return times;
        },
        cameToAnEnd: async (mail) => void notes.set(mail, 0),
        poison: async (mail) => void poisoned.push(mail),
      },
    );
    const other = randomUUID();
    await using _consumer = consumeStep(bus, 'dlp', work, { concurrency: 8 });
    await bus.publishStep('dlp', other);
    await eventually(() => expect([...handled].sort()).toEqual([good, other].sort()));
    expect(poisoned).toEqual([bad]);
    expect(notes.get(good)).toBe(0);
    await eventually(async () => expect(await backlog(bus, 'dlp')).toMatchObject(nothingHeld));
  });

  it('goes on after the server lost its data: streams and consumers are made again', async () => {
    const seen = new Set<string>();
    await using _consumer = consumeStep(
      bus,
      'deliver',
      handler(async (mail) => void seen.add(mail)),
      {
        concurrency: 8,
      },
    );
    const before = randomUUID();
    await bus.publishStep('deliver', before);
    await eventually(() => expect(seen).toContain(before));
    await nats.wipe();
    await nats.start();
    const after = randomUUID();
    await eventually(() => bus.publishStep('deliver', after));
    await eventually(() => expect(seen).toContain(after));
  });

  it('gives back what it has not begun when it stops', async () => {
    const first: string[] = [];
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = handler(async (mail) => {
      first.push(mail);
      await gate;
    });
    const consumer = consumeStep(bus, 'dkim', slow, { concurrency: 1 });
    const mails = [randomUUID(), randomUUID()];
    for (const mail of mails) await bus.publishStep('dkim', mail);
    await eventually(() => expect(first).toHaveLength(1));
    // What the server has handed out when it stops has come here as well: what has not comes again by its own time.
    await eventually(async () => expect((await backlog(bus, 'dkim')).inHand.size).toBe(2));
    await bus.connection.flush();
    const stopped = consumer[Symbol.asyncDispose]();
    release();
    await stopped;
    const second: string[] = [];
    await using _next = consumeStep(
      bus,
      'dkim',
      handler(async (mail) => void second.push(mail)),
      {
        concurrency: 1,
      },
    );
    await eventually(() => expect([...first, ...second].sort()).toEqual([...mails].sort()));
  });
});
