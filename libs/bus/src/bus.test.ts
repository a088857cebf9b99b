import { randomUUID } from 'node:crypto';
import { silentLogger } from '@pochtar/runtime';
import { eventually, startTestNats, type TestNats } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bus, connectBus } from './bus.ts';
import { ensureStreams } from './streams.ts';
import { type CheckRequest, check, mailboxChanged, settingsChanged, stepSubject } from './subjects.ts';

let nats: TestNats;
const open: Bus[] = [];

async function connectAs(user: string): Promise<Bus> {
  const bus = await connectBus({
    url: nats.url,
    user,
    password: nats.password,
    name: user,
    log: silentLogger(),
  });
  open.push(bus);
  return bus;
}

beforeAll(async () => {
  nats = await startTestNats();
  const owner = await connectAs('owner');
  await ensureStreams(await owner.manager());
});

afterAll(async () => {
  for (const bus of open) await bus[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

const question: CheckRequest = {
  clientAddress: '192.0.2.1',
  helo: 'a.test',
  reversePath: '',
  recipient: null,
};

describe('questions', () => {
  it('are answered by one replica each', async () => {
    const smtp = await connectAs('smtp');
    const answers: string[] = [];
    for (const name of ['one', 'two']) {
      const filter = await connectAs('filter-dnsbl');
      filter.answer(check('dnsbl'), async () => {
        answers.push(name);
        return { result: 'accept' };
      });
      await filter.connection.flush();
    }
    for (let index = 0; index < 40; index++) await smtp.ask(check('dnsbl'), question, 2000);
    expect(answers).toHaveLength(40);
    expect(new Set(answers).size).toBe(2);
  });

  it('without anybody to answer fail at once', async () => {
    const smtp = await connectAs('smtp');
    await expect(smtp.ask(check('greylist'), question, 2000)).rejects.toThrow(/no responders/i);
  });

  it('that do not fit their schema never leave the asker', async () => {
    const smtp = await connectAs('smtp');
    const long = { ...question, helo: 'x'.repeat(2000) };
    await expect(smtp.ask(check('dnsbl'), long, 2000)).rejects.toThrow(/helo/);
  });
});

describe('events', () => {
  it('reach a subscriber, malformed ones are dropped', async () => {
    const imap = await connectAs('imap');
    const delivery = await connectAs('delivery');
    const heard: number[] = [];
    imap.subscribe(
      mailboxChanged(7),
      (event) => void heard.push(...event.mailboxes.map((box) => box.modSeq)),
    );
    await imap.connection.flush();
    delivery.connection.publish('mailbox.changed.7', 'not json');
    delivery.emit(mailboxChanged(7), { mailboxes: [{ id: 1, modSeq: 5 }] });
    await eventually(() => expect(heard).toEqual([5]));
  });

  it('published to a stream are heard as hints by who listens', async () => {
    const settings = await connectAs('settings');
    const smtp = await connectAs('smtp');
    const heard: string[] = [];
    smtp.subscribe(settingsChanged, (event) => void heard.push(`${event.section} ${event.revision}`));
    await smtp.connection.flush();
    await settings.publish(settingsChanged, { section: 'network', revision: 3 });
    await eventually(() => expect(heard).toEqual(['network 3']));
  });
});

describe('mails that are announced', () => {
  it('alone are told at once; one after the other they share events, and each is told once', async () => {
    const smtp = await connectAs('smtp');
    const events: string[][] = [];
    const owner = await connectAs('owner');
    owner.subscribe(stepSubject('dlp'), ({ mails }) => void events.push(mails));
    await owner.connection.flush();
    const alone = randomUUID();
    await smtp.announceStep('dlp', alone);
    await eventually(() => expect(events).toEqual([[alone]]));
    const mails = Array.from({ length: 40 }, () => randomUUID());
    const told: Promise<void>[] = [];
    for (const mail of mails) {
      told.push(smtp.announceStep('dlp', mail));
      // Another turn of the event loop each.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(told);
    await eventually(() => expect(events.flat().toSorted()).toEqual([alone, ...mails].toSorted()));
    expect(events.length).toBeLessThan(mails.length / 2);
  });
});

describe('access', () => {
  it('a user cannot hear or say what its list does not name', async () => {
    const pop3 = await connectAs('pop3');
    const denied: string[] = [];
    void (async () => {
      for await (const status of pop3.connection.status()) {
        if (status.type === 'error') denied.push(status.error.message);
      }
    })();
    pop3.connection.publish('mail.deliver', JSON.stringify({ mails: [randomUUID()] }));
    pop3.connection.subscribe('mail.>');
    await eventually(() => {
      expect(denied.some((text) => /publish/i.test(text))).toBe(true);
      expect(denied.some((text) => /subscription/i.test(text))).toBe(true);
    });
  });
});
