// What the trace hears of refused mail.
import { ensureStreams, type MailRefused, mailRefused } from '@pochtar/bus';
import { eventually } from '@pochtar/testkit';
import { expect, test } from 'vitest';
import { Client } from './client.ts';
import { startSmtp } from './harness.ts';

test('refusals of many sessions are told by number, none is lost, and stopping tells the last of them', async () => {
  await using smtp = await startSmtp();
  await ensureStreams(await smtp.bus.manager());
  const heard: MailRefused[] = [];
  smtp.bus.subscribe(mailRefused, (event) => void heard.push(event));
  await smtp.bus.connection.flush();
  const refuse = async (times: number): Promise<void> => {
    const client = await Client.greeted(smtp.ports.mx);
    await client.say('MAIL FROM:<a@remote.test>');
    for (let time = 0; time < times; time++)
      expect((await client.say(`RCPT TO:<nobody${time}@demo.test>`)).code).toBe(550);
    client.close();
  };
  await Promise.all(Array.from({ length: 20 }, () => refuse(15)));
  const sum = (): number => heard.reduce((all, event) => all + event.count, 0);
  await eventually(() => expect(sum()).toBe(300));
  expect(heard.length).toBeLessThan(30);
  expect(heard[0]).toMatchObject({
    clientAddress: '127.0.0.1',
    reply: expect.stringMatching(/^550 5\.1\.1 /),
  });
  await refuse(1);
  await smtp.stop();
  await eventually(() => expect(sum()).toBe(301));
});
