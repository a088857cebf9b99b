// Lost events against a real stream: a backlog is left alone, a stream that was made anew is filled again.
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { BlockList } from 'node:net';
import { join } from 'node:path';
import { backlog, ensureStepConsumer, settingsLink, type Step, stepSubject } from '@pochtar/bus';
import { createResolver, Health, silentLogger } from '@pochtar/runtime';
import { openSettings } from '@pochtar/settings';
import { beginAudit } from '@pochtar/store/audit';
import { isStanding } from '@pochtar/store/directory';
import { settingsRows } from '@pochtar/store/settings';
import { eventually } from '@pochtar/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { RuleScripts } from '../src/rules/run-script.ts';
import { DeferredCount } from '../src/deferred-count.ts';
import { deliveryMetrics } from '../src/metrics.ts';
import { NOBODY } from '../src/bus-store.ts';
import { reconcile } from '../src/reconciler.ts';
import { StsPolicies } from '../src/remote/security/sts/policies.ts';
import { TlsResults } from '../src/remote/security/tls-results.ts';
import { FollowedRoutes } from '../src/routes/followed-routes.ts';
import { sections, type Tools } from '../src/tools.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';

let office: PostOffice;
let tools: Tools & AsyncDisposable;
beforeAll(async () => {
  office = await openPostOffice();
  const { db, bus, blobs } = office;
  const log = silentLogger();
  const settings = await openSettings({
    ...{ sections, process: 'delivery', instance: randomUUID(), log },
    ...settingsRows(db),
    ...settingsLink(bus),
  });
  tools = {
    ...{
      db,
      bus,
      blobs,
      settings,
      log,
      resolver: createResolver(),
      metrics: deliveryMetrics(),
      deferred: new DeferredCount(),
      rules: new RuleScripts(),
      health: new Health(),
    },
    security: {
      sts: new StsPolicies({
        db,
        log,
        resolver: createResolver(),
        remoteNetworks: new BlockList(),
        port: 443,
      }),
      results: new TlsResults(db, log),
    },
    srsKey: Buffer.alloc(32),
    addressOrder: 'ipv4First',
    remotePort: () => 25,
    sender: randomUUID(),
    remoteNetworks: new BlockList(),
    audit: { begin: (entry) => beginAudit(db, entry) },
    isStanding: (asker) => isStanding(db, asker),
    relayPassword: () => Promise.resolve(null),
    routes: await FollowedRoutes.follow({ db, bus, log }),
    routePassword: () => Promise.resolve(null),
    masterKey: office.masterKey,
    async [Symbol.asyncDispose]() {
      await tools.routes[Symbol.asyncDispose]();
      await tools.security.results[Symbol.asyncDispose]();
      await settings[Symbol.asyncDispose]();
    },
  };
});
afterAll(async () => {
  await tools[Symbol.asyncDispose]();
  await office[Symbol.asyncDispose]();
});
afterEach(async () => {
  await office.db.query({ text: 'delete from queue.mail' });
  await (await office.bus.manager()).streams.purge('MAIL');
});

async function waiting(step: Step, minutesOwed: number): Promise<string> {
  const mail = await office.accept({ to: ['anna@demo.test'], step, isSilent: true });
  await office.db.query({
    text: 'update queue.mail set step_at = now() - make_interval(mins => $2) where id = $1',
    values: [mail, minutesOwed],
  });
  return mail;
}

/** Mails named by what the stream holds for a step, with repetitions. */
async function published(step: Step): Promise<string[]> {
  const manager = await office.bus.manager();
  const found: string[] = [];
  const { state } = await manager.streams.info('MAIL');
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    const message = await manager.streams.getMessage('MAIL', { seq }).catch(() => null);
    if (message?.subject === stepSubject(step).name) found.push(...message.json<{ mails: string[] }>().mails);
  }
  // The reconciler asks the bus whether it takes events by one that names no mail.
  return found.filter((mail) => mail !== NOBODY);
}

test('an hour of backlog in a slow filter is left alone: nothing is published again', async () => {
  await backlog(office.bus, 'antivirus');
  const mails = [];
  for (let count = 0; count < 20; count++) {
    const mail = await waiting('antivirus', 0);
    await office.bus.publishStep('antivirus', mail);
    mails.push(mail);
  }
  const { oldestWaitingAt } = await backlog(office.bus, 'antivirus');
  // The filter still works on the first; all rows and messages are older than the age that is asked for, and as old
  // as each other.
  await office.db.query({ text: 'update queue.mail set step_at = $1', values: [oldestWaitingAt] });
  const before = await published('antivirus');
  expect(await reconcile(tools, 0.001)).toBe(true);
  expect(await published('antivirus')).toEqual(before);
  expect(before.toSorted()).toEqual(mails.toSorted());
});

test('a mail whose event is gone is published, once, and not again while that event is held', async () => {
  const lost = await waiting('dlp', 5);
  const fresh = await waiting('dlp', 0);
  await reconcile(tools, 60);
  expect(await published('dlp')).toEqual([lost]);
  await reconcile(tools, 60);
  expect(await published('dlp')).toEqual([lost]);
  expect(await published('dlp')).not.toContain(fresh);
});

test('an event that stays in hand hides no other mail’s lost one, and is not published again itself', async () => {
  const stuck = await waiting('dkim', 5);
  await office.bus.publishStep('dkim', stuck);
  const manager = await office.bus.manager();
  await ensureStepConsumer(manager, 'dkim');
  const consumer = await office.bus.jetstream.consumers.get('MAIL', 'filter-dkim');
  const inHand = await consumer.next({ expires: 5000 });
  expect(inHand).not.toBeNull();
  const lost = await waiting('dkim', 4);
  await reconcile(tools, 60);
  expect(await published('dkim')).toEqual([stuck, lost]);
  inHand?.ack();
  await manager.consumers.delete('MAIL', 'filter-dkim');
});

test('deleting the stream republishes every unfinished mail of every step', async () => {
  const mails = new Map<Step, string[]>();
  for (const step of ['antivirus', 'dkim', 'dlp', 'deliver'] as const) {
    const made = [];
    for (let count = 0; count < 600; count += 200) made.push(await waiting(step, 5 + count / 100));
    for (const mail of made) await office.bus.publishStep(step, mail);
    mails.set(step, made);
  }
  const held = await waiting('dlp', 5);
  await office.db.query({ text: `update queue.mail set state = 'held' where id = $1`, values: [held] });
  const scheduled = await office.accept({ to: ['x@remote.test'], step: 'schedule', isSilent: true });
  await (await office.bus.manager()).streams.delete('MAIL');
  await reconcile(tools, 60);
  for (const [step, made] of mails) expect((await published(step)).toSorted()).toEqual(made.toSorted());
  expect(await published('dlp')).not.toContain(held);
  expect(await published('deliver')).not.toContain(scheduled);
});

test('what was accepted a moment before the stream was made anew is published at once, not after a minute', async () => {
  const mails = [await waiting('antivirus', 0), await waiting('antivirus', 0)];
  for (const mail of mails) await office.bus.publishStep('antivirus', mail);
  await (await office.bus.manager()).streams.delete('MAIL');
  await reconcile(tools, 60);
  expect((await published('antivirus')).toSorted()).toEqual(mails.toSorted());
  await reconcile(tools, 60);
  expect(await published('antivirus')).toHaveLength(mails.length);
});

test('more mails than one slice are all published', async () => {
  const first = await waiting('dkim', 5);
  await office.db.query({
    text: `insert into queue.mail (id, content_id, accepted_at, reverse_path, origin, size, step, step_at)
      select gen_random_uuid(), gen_random_uuid(), now(), '', 'incoming', 1, 'dkim', now() - interval '2 minutes'
      from generate_series(1, 1200)`,
  });
  await reconcile(tools, 60);
  const all = await published('dkim');
  expect(new Set(all).size).toBe(1201);
  expect(all).toHaveLength(1201);
  expect(all).toContain(first);
});

test('parked mails that are due become active and are published; others wait', async () => {
  const due = await waiting('antivirus', 0);
  const later = await waiting('antivirus', 0);
  const park = `update queue.mail set state = 'parked', due_at = now() + make_interval(secs => $2) where id = $1`;
  await office.db.query({ text: park, values: [due, -1] });
  await office.db.query({ text: park, values: [later, 60] });
  await reconcile(tools, 60);
  expect(await published('antivirus')).toEqual([due]);
  expect(await office.queued(due)).toMatchObject({ state: 'active' });
  expect(await office.queued(later)).toMatchObject({ state: 'parked' });
});

test('one replica at a time', async () => {
  let release: () => void = () => {};
  const isReleased = new Promise<void>((resolve) => {
    release = resolve;
  });
  const holding = office.db.transaction(async (tx) => {
    await tx.query({ text: 'select pg_advisory_xact_lock(7205320)' });
    await isReleased;
  });
  await eventually(async () => expect(await reconcile(tools, 60)).toBe(false));
  release();
  await holding;
  expect(await reconcile(tools, 60)).toBe(true);
});

test('a lost event is found by a running delivery, as its own role and bus user, and the mail arrives', async () => {
  const mail = await office.accept({ to: ['anna@demo.test'], isSilent: true });
  await office.db.query({
    text: `update queue.mail set step_at = now() - interval '1 minute' where id = $1`,
    values: [mail],
  });
  await using _delivery = await office.startDelivery({
    POCHTAR_RECONCILE_SECONDS: '0.2',
    POCHTAR_RECONCILE_AGE_SECONDS: '1',
  });
  await office.settled(mail);
  expect(await office.messages('anna')).toHaveLength(1);
});

test('a consumer that is ahead of a stream which lost its messages holds nothing up: the mail arrives', async () => {
  await using _delivery = await office.startDelivery({ POCHTAR_RECONCILE_SECONDS: '1' });
  for (let count = 0; count < 3; count++)
    await office.settled(await office.accept({ to: ['anna@demo.test'] }));
  await office.nats.stop();
  rmSync(join(office.nats.storeDir, 'jetstream', '$G', 'streams', 'MAIL', 'msgs'), { recursive: true });
  await office.nats.start();
  const before = (await office.messages('anna')).length;
  const mail = await office.accept({ to: ['anna@demo.test'], isSilent: true });
  await eventually(() => office.bus.publishStep('dlp', NOBODY));
  await office.bus.publishStep('deliver', mail);
  await office.settled(mail);
  expect(await office.messages('anna')).toHaveLength(before + 1);
});

test('a bus whose store was removed under it is healed by the reconciler, and what waits is published', async () => {
  const mail = await waiting('antivirus', 5);
  rmSync(join(office.nats.storeDir, 'jetstream'), { recursive: true });
  // The server closes a file that nobody has written to for five seconds.
  const refuses = (): Promise<void> =>
    expect(office.bus.publishStep('antivirus', randomUUID())).rejects.toThrow(/no such file/);
  await eventually(refuses, { timeout: 30_000, interval: 6000 });
  expect(office.bus.trouble).not.toBeNull();
  expect(await reconcile(tools, 1)).toBe(true);
  expect(office.bus.trouble).toBeNull();
  expect(await published('antivirus')).toEqual([mail]);
});
