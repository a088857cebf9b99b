// Nothing that a verdict replaced, refused, quarantined or has not seen goes back to a reverse path, which is anybody's
// claim: not in a notice, not when a person gives the mail up.
import { adminQueue, askAdmin, type Bus, connectBus, wholeServer } from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { insertContents } from '@pochtar/store/content';
import { createName } from '@pochtar/store/directory';
import { eicar, eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { noticesIn, type ReadNotice } from './notices.ts';
import { openPostOffice, type PostOffice, type TestMail } from './post-office.ts';

let office: PostOffice;
let desk: Bus;
beforeAll(async () => {
  office = await openPostOffice();
  await office.startDelivery();
  const { url, password } = office.nats;
  desk = await connectBus({ url, user: 'console', password, name: 'console', log: silentLogger() });
  const to = {
    address: 'closed@demo.test',
    domain: 'demo.test',
    kind: 'alias',
    targets: ['carla@demo.test'],
  } as const;
  await createName(office.db, 'all', to);
});
afterAll(async () => {
  await desk[Symbol.asyncDispose]();
  await office[Symbol.asyncDispose]();
});
beforeEach(() => office.clearMailboxes());

/** A stranger's mail in the name of anna, who would get what goes back. */
const forged = {
  reversePath: 'anna@demo.test',
  dsnReturn: 'FULL',
  to: ['closed@demo.test'] as string[],
  text: `From: a@remote.test\r\nSubject: gift\r\nX-Payload: ${eicar}\r\nMessage-ID: <1@remote.test>\r\n\r\n${eicar}\r\n`,
} satisfies TestMail;

async function judged(
  result: string,
  more: Partial<TestMail> & { replaces?: boolean } = {},
): Promise<string> {
  const { replaces, ...mail } = more;
  const id = await office.accept({
    ...forged,
    slip: ['antivirus'],
    step: 'deliver',
    isSilent: true,
    ...mail,
  });
  const replacement = replaces ? await report() : null;
  await office.db.query({
    text: `insert into queue.verdict (mail_id, filter, result, reason, replacement_content_id)
      values ($1, 'antivirus', $2, 'for this test', $3)`,
    values: [id, result, replacement],
  });
  return id;
}

async function report(): Promise<string> {
  const { content } = await office.newMail({
    to: ['anna@demo.test'],
    text: 'Subject: report\r\n\r\nit had a virus\r\n',
  });
  await insertContents(office.db, [content]);
  return content.id;
}

async function notice(): Promise<ReadNotice> {
  return eventually(async () => {
    const notices = await noticesIn(office, 'anna');
    expect(notices).toHaveLength(1);
    return notices[0] as ReadNotice;
  });
}

async function expectHarmless(): Promise<void> {
  const { returned, status } = await notice();
  expect(status[1]).toMatchObject({ action: 'failed' });
  expect(returned.type).toBe('text/rfc822-headers');
  expect(returned.text).toContain('Subject: gift');
  expect(returned.text).toContain('Message-ID: <1@remote.test>');
  for (const { text } of await office.messages('anna')) {
    expect(text).not.toContain(eicar);
    expect(text).not.toContain(Buffer.from(eicar).toString('base64').slice(0, 40));
  }
}

test('the notice of a mail whose content was replaced has a few fields of its header, whatever RET says', async () => {
  const id = await judged('accept', { replaces: true });
  await office.bus.publishStep('deliver', id);
  await expectHarmless();
});

test('a clean mail goes back whole with RET=FULL', async () => {
  const id = await judged('accept');
  await office.bus.publishStep('deliver', id);
  expect((await notice()).returned).toMatchObject({
    ...{ type: 'message/rfc822', text: expect.stringContaining(eicar) },
  });
});

test.each([
  ['a mail that waits for its scanner', { step: 'antivirus' }, null],
  ['a quarantined mail that was let go', {}, 'quarantine'],
] as const)('given up by a person: %s does not go back with its content', async (_name, more, result) => {
  const id =
    result === null
      ? await office.accept({ ...forged, slip: ['antivirus'], isSilent: true, ...more })
      : await judged(result, more);
  await office.db.query({
    text: `update queue.mail set released_filters = '{antivirus}' where id = $1`,
    values: [id],
  });
  const answer = await askAdmin(desk, adminQueue.return, wholeServer('console:root'), { mails: [id] });
  expect(answer).toMatchObject({ ok: true, result: { done: [id] } });
  await expectHarmless();
});
