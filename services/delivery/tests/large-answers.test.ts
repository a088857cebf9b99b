// A mail of 10,000 recipients, looked at over a bus whose messages hold a megabyte.
import {
  adminQueue,
  adminTrace,
  askAdmin,
  type AdminQuestion,
  type Bus,
  connectBus,
  wholeServer,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPostOffice, type PostOffice } from './post-office.ts';

let office: PostOffice;
let desk: Bus;
let mail: string;
const RECIPIENTS = 10_000;
const REPLY = '450 4.7.1 '.padEnd(300, 'x');

beforeAll(async () => {
  office = await openPostOffice();
  await office.startDelivery();
  const { url, password } = office.nats;
  desk = await connectBus({ url, user: 'console', password, name: 'console', log: silentLogger() });
  mail = await office.accept({
    reversePath: 's@far.test',
    to: ['first@far.test'],
    slip: ['dlp'],
    isSilent: true,
  });
  const address = `'r' || lpad(n::text, 6, '0') || '@' || repeat('x', 60) || '.test'`;
  await office.db.query({
    text: `insert into queue.recipient (mail_id, address, route, destination, due_at, last_reply)
      select $1::uuid, ${address}, 'remote', 'far.test', now() + interval '1 hour', $3 from generate_series(2, $2::int) n`,
    values: [mail, RECIPIENTS, REPLY],
  });
  await office.db.query({
    text: `insert into queue.verdict (mail_id, filter, recipient, result, reason)
      select $1::uuid, 'dlp', ${address}, 'accept', '' from generate_series(2, $2::int) n
      union all select $1::uuid, 'antivirus', '', 'accept', 'clean'`,
    values: [mail, RECIPIENTS],
  });
  await office.db.query({
    text: `insert into trace.delivery (mail_id, recipient, accepted_at, reverse_path, origin, size, outcome, detail)
      select $1::uuid, ${address}, now(), 's@far.test', 'incoming', 1, 'relayed', $3 from generate_series(1, $2::int) n`,
    values: [mail, RECIPIENTS, REPLY],
  });
});
afterAll(async () => {
  await desk[Symbol.asyncDispose]();
  await office[Symbol.asyncDispose]();
});

async function ask<Request, Result, Input>(
  question: AdminQuestion<Request, Result, Input>,
  request: NoInfer<Input>,
): Promise<Result> {
  const reply = await askAdmin(desk, question, wholeServer('test'), request);
  if (!reply.ok) throw new Error(reply.error.message.en);
  return reply.result;
}

test('the queue shows its recipients in pages, and says how many there are; the verdict on the whole mail is first', async () => {
  const seen = new Set<string>();
  let after: string | undefined;
  do {
    const shown = await ask(adminQueue.show, { mail, after, limit: 500 });
    expect(shown.mail.recipientCount).toBe(RECIPIENTS);
    expect(shown.isVerdictsWhole).toBe(false);
    expect(shown.verdicts).toHaveLength(500);
    expect(shown.verdicts[0]).toMatchObject({ filter: 'antivirus', recipient: '' });
    for (const { address } of shown.mail.recipients) seen.add(address);
    after = shown.next ?? undefined;
  } while (after !== undefined);
  expect(seen.size).toBe(RECIPIENTS);
});

test('the trace shows what has ended in pages, beside the first that are still queued', async () => {
  const seen = new Set<string>();
  let after: string | undefined;
  do {
    const shown = await ask(adminTrace.show, { mail, after, limit: 500 });
    expect(shown.total).toBe(RECIPIENTS);
    expect(shown.queued).toMatchObject({ recipientCount: RECIPIENTS });
    for (const { recipient } of shown.deliveries) seen.add(recipient);
    after = shown.next ?? undefined;
  } while (after !== undefined);
  expect(seen.size).toBe(RECIPIENTS);
});

test('lists end where the message is full: the queue goes on, the trace says that there are more', async () => {
  const long = '550 '.padEnd(4000, 'ы');
  await office.db.query({
    text: `insert into queue.mail (id, content_id, accepted_at, reverse_path, origin, size, step, step_at, state, reason)
      select gen_random_uuid(), content_id, accepted_at, reverse_path, origin, size, step, step_at, 'held', $2
      from queue.mail, generate_series(1, 200) where id = $1`,
    values: [mail, long],
  });
  const pages: string[][] = [];
  let after: string | undefined;
  do {
    const { mails, next } = await ask(adminQueue.list, { state: 'held', limit: 200, after });
    pages.push(mails.map((one) => one.mail));
    after = next ?? undefined;
  } while (after !== undefined);
  expect(pages.length).toBeGreaterThan(1);
  expect(new Set(pages.flat()).size).toBe(200);
  await office.db.query({
    text: `insert into trace.refusal (at, reverse_path, recipient, reply)
      select now(), 's@far.test', 'x@demo.test', $1 from generate_series(1, 500)`,
    values: [long],
  });
  const { refusals, isCut } = await ask(adminTrace.find, { limit: 500 });
  expect(isCut).toBe(true);
  expect(refusals.length).toBeGreaterThan(30);
});
