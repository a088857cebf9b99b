// Who holds a mail, and what a release lets go: one holder, one filter, never more.
import {
  adminQueue,
  askAdmin,
  type Asker,
  type Bus,
  connectBus,
  type HeldBy,
  wholeServer,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { keepMail } from '@pochtar/store/queue';
import { eventually } from '@pochtar/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type FarSide, startFarSide } from './far-side.ts';
import { openPostOffice, type PostOffice, type TestMail } from './post-office.ts';

let office: PostOffice;
let desk: Bus;
let far: FarSide;
const admin: Asker = wholeServer('console:root');

beforeAll(async () => {
  office = await openPostOffice();
  await office.startDelivery();
  far = await startFarSide(office, 'far.test');
  const { url, password } = office.nats;
  desk = await connectBus({ url, user: 'console', password, name: 'console', log: silentLogger() });
});
afterAll(async () => {
  await desk[Symbol.asyncDispose]();
  await far[Symbol.asyncDispose]();
  await office[Symbol.asyncDispose]();
});
afterEach(async () => {
  await office.clearMailboxes();
  for (const table of ['queue.mail', 'queue.recipient', 'queue.verdict']) {
    await office.db.query({ text: `delete from ${table}` });
  }
});

/** At the step deliver with these verdicts, and nobody has looked yet. */
async function judged(results: Record<string, string>, mail: Partial<TestMail> = {}): Promise<string> {
  const slip = Object.keys(results);
  const to = ['anna@demo.test'];
  const id = await office.accept({ to, ...mail, slip, step: 'deliver', isSilent: true });
  for (const [filter, result] of Object.entries(results)) {
    await office.db.query({
      text: 'insert into queue.verdict (mail_id, filter, result, reason) values ($1, $2, $3, $4)',
      values: [id, filter, result, `${filter} says`],
    });
  }
  return id;
}

async function heldBy(id: string, holder: HeldBy, filter: string | null = null): Promise<void> {
  await eventually(async () => {
    expect((await list({})).mails.find(({ mail }) => mail === id)).toMatchObject({
      ...{ state: 'held', heldBy: holder, heldFilter: filter },
    });
  });
}

async function quarantined(results: Record<string, string>): Promise<string> {
  const id = await judged(results);
  await office.bus.publishStep('deliver', id);
  await heldBy(id, 'filter', Object.keys(results)[0]);
  return id;
}

async function kept(holder: 'poison' | 'person' | 'volume'): Promise<string> {
  const id = await office.accept({ to: ['anna@demo.test'], isSilent: true });
  await keepMail(office.db, id, holder, 'for this test');
  return id;
}

async function list(filter: { heldBy?: HeldBy; filter?: string }) {
  const answer = await askAdmin(desk, adminQueue.list, admin, filter);
  if (!answer.ok) throw new Error(answer.error.message.en);
  return answer.result;
}

async function release(request: { mails: string[]; heldBy?: HeldBy; filter?: string }) {
  return askAdmin(desk, adminQueue.release, admin, request);
}

test('the list says who holds, and finds by holder and by filter', async () => {
  const dlp = await quarantined({ dlp: 'quarantine' });
  const dkim = await quarantined({ dkim: 'quarantine' });
  const poison = await kept('poison');
  const volume = await kept('volume');
  const ids = async (filter: Parameters<typeof list>[0]): Promise<string[]> =>
    (await list(filter)).mails.map(({ mail }) => mail);
  await heldBy(poison, 'poison');
  expect(await ids({ heldBy: 'poison' })).toEqual([poison]);
  expect(await ids({ heldBy: 'volume' })).toEqual([volume]);
  expect(await ids({ heldBy: 'filter' })).toEqual([dlp, dkim]);
  expect(await ids({ filter: 'dkim' })).toEqual([dkim]);
  expect(await ids({ heldBy: 'person' })).toEqual([]);
});

test('a release is of one kind: mails held in several ways are refused unless one is named, and then only it', async () => {
  const virus = await quarantined({ antivirus: 'quarantine' });
  const poison = await kept('poison');
  const mails = [virus, poison];
  expect(await release({ mails })).toMatchObject({
    ok: false,
    error: { field: 'heldBy', message: { en: expect.stringContaining('filter antivirus, poison') } },
  });
  const redirected = await askAdmin(desk, adminQueue.redirect, admin, { mails, to: 'boris@demo.test' });
  expect(redirected).toMatchObject({ ok: false, error: { field: 'heldBy' } });
  expect(await release({ mails, heldBy: 'poison' })).toMatchObject({
    result: { done: [poison], skipped: [virus] },
  });
  await office.settled(poison);
  await heldBy(virus, 'filter', 'antivirus');
  expect(await release({ mails: [virus], filter: 'dlp' })).toMatchObject({ result: { skipped: [virus] } });
  expect(await release({ mails: [virus], filter: 'antivirus' })).toMatchObject({ result: { done: [virus] } });
  await office.settled(virus);
  expect(await office.messages('anna')).toHaveLength(2);
});

test('what data loss prevention holds is not let go without a reason, whichever way it is asked', async () => {
  const id = await quarantined({ dlp: 'quarantine' });
  for (const by of [{}, { heldBy: 'filter' as const }, { filter: 'dlp' }]) {
    expect(await release({ mails: [id], ...by })).toMatchObject({
      result: { done: [], skipped: [id], complaints: [{ mail: id, problem: { code: 'needsApproval' } }] },
    });
  }
  const redirected = await askAdmin(desk, adminQueue.redirect, admin, { mails: [id], to: 'boris@demo.test' });
  expect(redirected).toMatchObject({ result: { skipped: [id], complaints: [{ mail: id }] } });
  await heldBy(id, 'filter', 'dlp');
  expect(await office.messages('anna')).toEqual([]);
});

test('letting go what one filter quarantined leaves the quarantine of another', async () => {
  const id = await quarantined({ antivirus: 'quarantine', dkim: 'quarantine' });
  await release({ mails: [id] });
  await heldBy(id, 'filter', 'dkim');
  expect(await office.messages('anna')).toEqual([]);
  await release({ mails: [id], filter: 'dkim' });
  await office.settled(id);
  expect(await office.messages('anna')).toHaveLength(1);
});

test.each(['person', 'poison', 'volume'] as const)(
  'a mail held by %s before delivery looked at its verdict: letting it go overrules no quarantine',
  async (holder) => {
    const id = await judged({ antivirus: 'quarantine' });
    await keepMail(office.db, id, holder, 'for this test');
    await release({ mails: [id] });
    await heldBy(id, 'filter', 'antivirus');
    expect(await office.messages('anna')).toEqual([]);
  },
);

test('a replacement that an alias leads elsewhere is held by the filter that made it, and let go for it', async () => {
  const id = await judged({ dkim: 'accept' }, { to: ['forward@demo.test'] });
  await office.db.query({
    text: `update queue.verdict set replacement_content_id = mail_id where mail_id = $1`,
    values: [id],
  });
  await office.db.query({
    text: `insert into directory.address (address, domain_id, kind, targets)
      select 'forward@demo.test', id, 'alias', array['x@far.test'] from directory.domain where name = 'demo.test'`,
  });
  await office.bus.publishStep('deliver', id);
  await heldBy(id, 'filter', 'dkim');
  expect(await release({ mails: [id], heldBy: 'person' })).toMatchObject({ result: { skipped: [id] } });
  await release({ mails: [id], filter: 'dkim' });
  await office.settled(id);
  expect(far.received).toHaveLength(1);
});

test('a person may let a mail pass a filter that has not looked at it: by name, and written down as that', async () => {
  const mails = [
    await office.accept({ to: ['anna@demo.test'], slip: ['antivirus', 'dlp'], isSilent: true }),
    await office.accept({ to: ['anna@demo.test'], slip: ['antivirus'], isSilent: true }),
  ] as const;
  await office.db.query({
    text: `update queue.mail set state = 'parked', due_at = now() + interval '1 hour', reason = 'no scanner is switched on'`,
  });
  const unscanned = (request: object) =>
    askAdmin(desk, adminQueue.release, admin, { mails: [...mails], isUnscanned: true, ...request });
  expect(await unscanned({})).toMatchObject({ ok: false, error: { field: 'filter' } });
  expect(await unscanned({ filter: 'dlp' })).toMatchObject({ result: { done: [], skipped: mails } });
  expect(await release({ mails: [...mails], filter: 'antivirus' })).toMatchObject({ result: { done: [] } });
  expect(await unscanned({ filter: 'antivirus' })).toMatchObject({ result: { done: mails } });
  await office.settled(mails[1]);
  // The next filter on the slip has to speak all the same.
  expect(await office.queued(mails[0])).toMatchObject({ step: 'dlp', state: 'active' });
  const shown = await askAdmin(desk, adminQueue.show, admin, { mail: mails[0] });
  expect(shown).toMatchObject({
    result: {
      verdicts: [
        {
          ...{ filter: 'antivirus', result: 'quarantine' },
          reason: 'not looked at, let go by console:root: no scanner is switched on',
        },
      ],
    },
  });
});
