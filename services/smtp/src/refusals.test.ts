import type { MailRefused } from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Refusals } from './refusals.ts';
import { reply } from './reply.ts';
import { Session } from './session.ts';

const unknown = reply(550, '5.1.1', 'no such mailbox here');
const envelope = { reversePath: 'a@b.test', recipient: 'x@demo.test' };

let told: MailRefused[];
let isBusAway: boolean;
let lines: Record<string, unknown>[];
let refusals: Refusals;

beforeEach(() => {
  told = [];
  lines = [];
  isBusAway = false;
  const log = silentLogger();
  log.info = (line: unknown) => void lines.push(line as Record<string, unknown>);
  const publish = async (_: unknown, event: unknown): Promise<void> => {
    if (isBusAway) throw new Error('away');
    told.push(event as MailRefused);
  };
  refusals = new Refusals({ publish }, log);
});
afterEach(() => refusals[Symbol.asyncDispose]());

let count = 0;
const sessionOf = (address: string): Session => new Session(`session-${++count}`, 'mx', address);
const sum = (): number => told.reduce((all, event) => all + event.count, 0);

/** A flood may stand on both sides of a minute's end: then it is two kinds. */
const minutes = (): number => new Set(told.map((event) => event.at.slice(0, 16))).size;

describe('what is refused', () => {
  test('is told once for each client and reply, with its number and the first envelope', async () => {
    const session = sessionOf('192.0.2.1');
    for (let time = 0; time < 5000; time++)
      refusals.note(session, { ...envelope, recipient: `r${time}@demo.test` }, unknown);
    refusals.note(sessionOf('192.0.2.2'), envelope, unknown);
    await refusals.flush();
    expect(told.length).toBeLessThanOrEqual(2 * minutes());
    expect(sum()).toBe(5001);
    expect(told[0]).toMatchObject({
      clientAddress: '192.0.2.1',
      reversePath: 'a@b.test',
      recipient: 'r0@demo.test',
      reply: '550 5.1.1 no such mailbox here',
    });
  });

  test('names some of the recipients, each once, and no more than 20', async () => {
    const session = sessionOf('192.0.2.1');
    for (const recipient of ['a@demo.test', 'b@demo.test', 'a@demo.test', 'c@demo.test', 'b@demo.test'])
      refusals.note(session, { ...envelope, recipient }, unknown);
    refusals.note(sessionOf('192.0.2.2'), { ...envelope, recipient: null }, unknown);
    for (let time = 0; time < 100; time++)
      refusals.note(sessionOf('192.0.2.2'), { ...envelope, recipient: `r${time}@demo.test` }, unknown);
    await refusals.flush();
    const named = (client: string): Set<string | null> =>
      new Set(
        told
          .filter(({ clientAddress }) => clientAddress === client)
          .flatMap(({ recipient, otherRecipients }) => [recipient, ...otherRecipients]),
      );
    expect(named('192.0.2.1')).toEqual(new Set(['a@demo.test', 'b@demo.test', 'c@demo.test']));
    const { recipient, otherRecipients } = told.find(
      ({ clientAddress }) => clientAddress === '192.0.2.2',
    ) as MailRefused;
    expect([recipient, ...otherRecipients].length).toBeLessThanOrEqual(20);
    expect(named('192.0.2.2').size).toBeGreaterThanOrEqual(20);
  });

  test('of one IPv6 network is one client', async () => {
    for (const address of ['2001:db8:1:2::1', '2001:db8:1:2:ffff::2', '2001:db8:1:3::1'])
      refusals.note(sessionOf(address), envelope, unknown);
    await refusals.flush();
    expect(told.length).toBeLessThanOrEqual(2 * minutes());
    expect(sum()).toBe(3);
  });

  test('by more clients than are kept apart is counted all the same', async () => {
    for (let client = 0; client < 10_000; client++)
      refusals.note(sessionOf(`10.0.${client >> 8}.${client & 255}`), envelope, unknown);
    await refusals.flush();
    expect(told.length).toBeLessThanOrEqual(2001 * minutes());
    expect(sum()).toBe(10_000);
    const others = told.filter((event) => event.clientAddress === '');
    expect(others[0]).toMatchObject({ recipient: null, reply: expect.stringContaining('more clients') });
  });

  test('while the bus is away is told when it is back', async () => {
    isBusAway = true;
    for (let round = 0; round < 5; round++) {
      for (let client = 0; client < 200; client++)
        refusals.note(sessionOf(`192.0.2.${client}`), envelope, unknown);
      await refusals.flush();
    }
    expect(told).toEqual([]);
    isBusAway = false;
    await refusals.flush();
    expect(sum()).toBe(1000);
    expect(told.length).toBeLessThanOrEqual(200 * minutes());
  });
});

describe('the log', () => {
  test('has the first refusal of a session, and at its end how many there were', () => {
    const session = sessionOf('192.0.2.1');
    for (let time = 0; time < 15; time++) refusals.note(session, envelope, unknown);
    refusals.ended(session);
    expect(lines).toEqual([
      expect.objectContaining({ session: session.id, recipient: 'x@demo.test', count: 1 }),
      { session: session.id, clientAddress: '192.0.2.1', refusals: 15 },
    ]);
    const once = sessionOf('192.0.2.2');
    refusals.note(once, envelope, unknown);
    refusals.ended(once);
    expect(lines).toHaveLength(3);
  });

  test('is not washed by a client that comes with a new session each time', () => {
    for (let time = 0; time < 1000; time++) {
      const session = sessionOf('192.0.2.1');
      for (let again = 0; again < 2; again++) refusals.note(session, envelope, unknown);
      refusals.ended(session);
    }
    expect(lines.length).toBeLessThanOrEqual(40);
  });
});
