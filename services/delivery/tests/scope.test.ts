// What an administrator of some domains sees of a mail and does with it: the recipients of those domains, and what
// their own people submitted. Everything else does not exist.
import {
  adminQuarantine,
  adminQueue,
  adminTrace,
  askAdmin,
  type Asker,
  type Bus,
  connectBus,
  mailRefused,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { createDomain } from '@pochtar/store/directory';
import { keepMail } from '@pochtar/store/queue';
import { eventually } from '@pochtar/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openPostOffice, type PostOffice } from './post-office.ts';

let office: PostOffice;
let desk: Bus;
let demo: Asker;
let two: Asker;

beforeAll(async () => {
  office = await openPostOffice();
  await office.startDelivery();
  const { url, password } = office.nats;
  desk = await connectBus({ url, user: 'console', password, name: 'console', log: silentLogger() });
  const [row] = await office.db.query<{ id: number }>({
    text: "select id from directory.domain where name = 'demo.test'",
  });
  demo = { author: 'console:demo', role: 'domainAdmin', scope: [row?.id as number] };
  two = {
    author: 'console:two',
    role: 'domainAdmin',
    scope: [(await createDomain(office.db, 'two.test')) as number],
  };
});
afterAll(async () => {
  await desk[Symbol.asyncDispose]();
  await office[Symbol.asyncDispose]();
});
afterEach(async () => {
  await office.clearMailboxes();
  for (const table of ['queue.mail', 'queue.recipient', 'queue.verdict', 'trace.refusal', 'trace.delivery']) {
    await office.db.query({ text: `delete from ${table}` });
  }
});

/** At rest in the queue: at the step of a filter that nobody runs. */
function resting(reversePath: string, to: string[], more: { accountId?: number } = {}): Promise<string> {
  return office.accept({
    ...{ reversePath, to, slip: ['dlp'], isSilent: true, ...more },
    origin: more.accountId === undefined ? 'incoming' : 'submitted',
  });
}

async function seenBy(asker: Asker): Promise<Record<string, string[]>> {
  const answer = await askAdmin(desk, adminQueue.list, asker, {});
  if (!answer.ok) throw new Error(answer.error.message.en);
  const { mails } = answer.result;
  return Object.fromEntries(mails.map((mail) => [mail.mail, mail.recipients.map(({ address }) => address)]));
}

async function act(action: 'retry' | 'hold' | 'release' | 'delete' | 'return', mail: string, asker: Asker) {
  const answer = await askAdmin(desk, adminQueue[action], asker, { mails: [mail] });
  if (!answer.ok) throw new Error(answer.error.message.en);
  return answer.result.done.length === 1;
}

async function addresses(mail: string): Promise<string[]> {
  return (await office.recipients(mail)).map(({ address }) => address);
}

describe('the queue', () => {
  test("a sender's address is anybody's claim: a stranger's mail from the domain to another does not exist", async () => {
    const mail = await resting('x@two.test', ['anna@demo.test']);
    expect(await seenBy(two)).toEqual({});
    expect(await askAdmin(desk, adminQueue.show, two, { mail })).toMatchObject({ ok: false });
    for (const action of ['retry', 'hold', 'release', 'delete', 'return'] as const) {
      expect(await act(action, mail, two)).toBe(false);
    }
    const redirected = await askAdmin(desk, adminQueue.redirect, two, { mails: [mail], to: 'spy@two.test' });
    expect(redirected).toMatchObject({ result: { done: [], skipped: [mail] } });
    expect(await addresses(mail)).toEqual(['anna@demo.test']);
  });

  test('of a mail to two domains each sees its own recipients, finds by them, and counts them', async () => {
    const mail = await resting('s@remote.test', ['anna@demo.test', 'x@two.test', 'y@two.test']);
    expect(await seenBy(demo)).toEqual({ [mail]: ['anna@demo.test'] });
    expect(await seenBy(two)).toEqual({ [mail]: ['x@two.test', 'y@two.test'] });
    const found = await askAdmin(desk, adminQueue.list, two, { recipient: 'anna@' });
    expect(found).toMatchObject({ result: { total: 0 } });
    const shown = await askAdmin(desk, adminQueue.show, demo, { mail });
    expect(shown).toMatchObject({ result: { mail: { recipientCount: 1 } } });
  });

  test("what an account submitted is its domain's own, wherever it goes", async () => {
    const mail = await resting('anna@demo.test', ['x@two.test', 'z@far.test'], {
      accountId: office.accounts.anna,
    });
    expect(await seenBy(demo)).toEqual({ [mail]: ['x@two.test', 'z@far.test'] });
    expect(await seenBy(two)).toEqual({ [mail]: ['x@two.test'] });
    expect(await act('hold', mail, demo)).toBe(true);
    expect(await act('release', mail, two)).toBe(false);
    expect(await act('delete', mail, demo)).toBe(true);
    expect(await office.queued(mail)).toBeNull();
  });

  test.each(['delete', 'return'] as const)('%s: only the recipients in scope', async (action) => {
    const mail = await resting('s@remote.test', ['anna@demo.test', 'x@two.test']);
    expect(await act(action, mail, two)).toBe(true);
    expect(await addresses(mail)).toEqual(['anna@demo.test']);
  });

  test('redirect: only the recipients in scope, and not before its filters have passed it', async () => {
    const mail = await resting('s@remote.test', ['anna@demo.test', 'x@two.test']);
    await askAdmin(desk, adminQueue.redirect, demo, { mails: [mail], to: 'boris@demo.test' });
    expect(await addresses(mail)).toEqual(['boris@demo.test', 'x@two.test']);
    expect(await office.queued(mail)).toMatchObject({ step: 'dlp', state: 'active' });
  });

  test('holding and letting go concern the whole mail: not with a recipient outside of the scope', async () => {
    const mail = await resting('s@remote.test', ['anna@demo.test', 'x@two.test']);
    const complaint = async (question: typeof adminQueue.hold, more: object = {}) => {
      const reply = await askAdmin(desk, question, two, { mails: [mail], ...more });
      return reply.ok ? reply.result.complaints : null;
    };
    const shared = [{ mail, problem: expect.objectContaining({ code: 'othersRecipients' }) }];
    expect(await act('hold', mail, two)).toBe(false);
    expect(await complaint(adminQueue.hold)).toEqual(shared);
    await keepMail(office.db, mail, 'person', 'held');
    expect(await act('release', mail, demo)).toBe(false);
    expect(await complaint(adminQueue.release as typeof adminQueue.hold)).toEqual(shared);
    const redirected = await askAdmin(desk, adminQueue.redirect, demo, {
      ...{ mails: [mail], to: 'boris@demo.test' },
    });
    expect(redirected).toMatchObject({ result: { skipped: [mail] } });
    expect(await office.queued(mail)).toMatchObject({ state: 'held' });
    const own = await resting('s@remote.test', ['anna@demo.test', 'boris@demo.test']);
    expect(await act('hold', own, demo)).toBe(true);
    expect(await act('release', own, demo)).toBe(true);
  });

  test('retry: only the recipients in scope are due', async () => {
    const mail = await resting('s@remote.test', ['x@two.test', 'y@far.test']);
    await office.db.query({
      text: `with waiting as (
          update queue.recipient set route = 'remote', destination = 'nowhere.test', due_at = now() + interval '1 hour'
          where mail_id = $1
        ) update queue.mail set step = 'schedule' where id = $1`,
      values: [mail],
    });
    expect(await act('retry', mail, demo)).toBe(false);
    expect(await act('retry', mail, two)).toBe(true);
    const [own, other] = await office.recipients(mail);
    expect(own?.dueAt?.getTime()).toBeLessThan(Date.now() + 60_000);
    expect(other?.dueAt?.getTime()).toBeGreaterThan(Date.now() + 60_000);
  });
});

describe('every question about mail', () => {
  const samples: Record<string, (mail: string) => object> = {
    list: () => ({}),
    pause: () => ({ destination: 'two.test' }),
    resume: () => ({ destination: 'two.test' }),
    plan: () => ({}),
    begin: () => ({ action: 'hold', recipient: '@' }),
    find: () => ({}),
    redirect: (mail) => ({ mails: [mail], to: 'x@two.test' }),
    sendTest: () => ({ to: 'x@two.test' }),
    show: (mail) => ({ mail }),
    'quarantine.list': () => ({ recipient: '@' }),
    'quarantine.show': (mail) => ({ mail }),
    'quarantine.read': (mail) => ({ mail }),
    'quarantine.content': (mail) => ({ mail }),
    'quarantine.approve': (mail) => ({ mails: [mail], comment: 'looked at' }),
  };
  const queueQuestions = [...Object.entries(adminQueue), ...Object.entries(adminTrace)];
  const quarantineQuestions = Object.entries(adminQuarantine).map(
    ([verb, question]) => [`quarantine.${verb}`, question] as const,
  );
  const questions = [...queueQuestions, ...quarantineQuestions];

  test.each(questions)(
    '%s tells nothing of recipients of other domains, and leaves them',
    async (verb, question) => {
      const of = (mail: string) => (samples[verb] ?? ((id: string) => ({ mails: [id] })))(mail);
      const shared = await resting('x@two.test', ['secret@demo.test', 'y@two.test']);
      const foreign = await resting('x@two.test', ['secret@demo.test']);
      const isHeld = verb.startsWith('quarantine.');
      if (isHeld)
        for (const mail of [shared, foreign])
          await keepMail(office.db, mail, { filter: 'dlp' }, 'dlp: words');
      const before = await office.recipients(foreign);
      for (const mail of [shared, foreign]) {
        const reply = await askAdmin(
          desk,
          question as typeof adminQueue.hold,
          two,
          of(mail) as { mails: string[] },
        );
        expect(JSON.stringify(reply)).not.toContain('secret');
      }
      expect(await office.recipients(foreign)).toEqual(before);
      expect(await addresses(shared)).toContain('secret@demo.test');
      expect(await office.queued(foreign)).toMatchObject({ state: isHeld ? 'held' : 'active', step: 'dlp' });
      const ended = await askAdmin(desk, adminTrace.show, demo, { mail: foreign });
      expect(ended).toMatchObject({ ok: true, result: { deliveries: [] } });
    },
  );

  test.each(questions)(
    '%s is refused to an administrator whose rights are others now',
    async (verb, question) => {
      const mail = await resting('s@remote.test', ['x@two.test']);
      const request = (samples[verb] ?? ((id: string) => ({ mails: [id] })))(mail) as { mails: string[] };
      const session: Asker = { ...two, login: 'gone' };
      const reply = await askAdmin(desk, question as typeof adminQueue.hold, session, request);
      expect(reply).toMatchObject({ ok: false, error: { code: 'forbidden' } });
      expect(await addresses(mail)).toEqual(['x@two.test']);
    },
  );
});

describe('the trace', () => {
  test('shows the recipients in scope and what the own people submitted; never by the sender alone', async () => {
    const stranger = await office.accept({ to: ['anna@demo.test'], reversePath: 'x@two.test' });
    const submitted = await office.accept({
      ...{ to: ['boris@demo.test'], reversePath: 'anna@demo.test', origin: 'submitted' },
      accountId: office.accounts.anna,
    });
    for (const mail of [stranger, submitted]) await office.settled(mail);
    const find = async (asker: Asker, filter: object = {}): Promise<string[]> => {
      const answer = await askAdmin(desk, adminTrace.find, asker, filter);
      if (!answer.ok) throw new Error(answer.error.message.en);
      return answer.result.deliveries.map(({ mail }) => mail).toSorted();
    };
    expect(await find(demo)).toEqual([stranger, submitted].toSorted());
    expect(await find(two)).toEqual([]);
    expect(await find(two, { sender: 'x@two.test' })).toEqual([]);
    const shown = await askAdmin(desk, adminTrace.show, two, { mail: stranger });
    expect(shown).toMatchObject({ result: { deliveries: [], queued: null } });
    await office.db.query({
      text: "update trace.delivery set recipient = 'c@elsewhere.test' where mail_id = $1",
      values: [submitted],
    });
    expect(await find(demo, { recipient: 'elsewhere' })).toEqual([submitted]);
  });

  test('a refused attempt is of the domain it was addressed to', async () => {
    const refusal = { clientAddress: '203.0.113.8', reversePath: 'x@two.test', recipient: 'anna@demo.test' };
    await office.bus.publish(mailRefused, {
      at: new Date().toISOString(),
      ...refusal,
      otherRecipients: [],
      reply: '550 no',
      count: 1,
    });
    const refusals = async (asker: Asker): Promise<number> => {
      const answer = await askAdmin(desk, adminTrace.find, asker, {});
      return answer.ok ? answer.result.refusals.length : -1;
    };
    await eventually(async () => expect(await refusals(demo)).toBe(1));
    expect(await refusals(two)).toBe(0);
  });
});
