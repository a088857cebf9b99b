// Mail into mailboxes: the plain batch, and everything that needs a closer look.
import { eventually } from '@pochtar/testkit';
import { mailboxChanged } from '@pochtar/bus';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openPostOffice, type PostOffice } from './post-office.ts';

let office: PostOffice;
beforeAll(async () => {
  office = await openPostOffice();
  await office.startDelivery();
});
afterAll(() => office[Symbol.asyncDispose]());
beforeEach(async () => {
  await office.db.query({ text: 'delete from store.message' });
});

describe('a plain mail', () => {
  test('reaches the INBOX with the next UID, its trace is written, and one message tells the sessions', async () => {
    const heard: unknown[] = [];
    const listening = office.bus.subscribe(
      mailboxChanged(office.accounts.anna),
      (payload) => void heard.push(payload),
    );
    await office.bus.connection.flush();
    const mail = await office.accept({ to: ['anna@demo.test'] });
    await office.settled(mail);
    const [message] = await office.messages('anna');
    expect(message?.text).toMatch(/^Return-Path: <sender@remote\.test>\r\nReceived: .*\r\n\r\ntext\r\n$/s);
    expect(message?.size).toBe(message?.bytes.length);
    expect(await office.trace(mail)).toEqual([
      { recipient: 'anna@demo.test', outcome: 'delivered', detail: '', attempts: 1 },
    ]);
    await eventually(() =>
      expect(heard).toEqual([{ mailboxes: [{ id: expect.any(Number), modSeq: message?.modSeq }] }]),
    );
    listening.stop();
  });
});
