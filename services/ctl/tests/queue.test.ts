import {
  adminQueue,
  adminTrace,
  answerAdmin,
  type Bus,
  connectBus,
  done,
  type QueuedMail,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { startTestNats, type TestNats } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pochtar, pochtarProcess } from './command-line.ts';

let nats: TestNats;
let delivery: Bus;
const asked: unknown[] = [];
const ids = Array.from({ length: 450 }, (_, i) => `019ab000-0000-7000-8000-${String(i).padStart(12, '0')}`);
const time = '2027-01-31T12:00:00.000Z';

function mail(id: string): QueuedMail {
  const recipient = {
    address: 'x@remote.test',
    route: 'remote' as const,
    destination: 'remote.test',
    expandedFrom: null,
    dueAt: time,
    attempts: 1,
    lastAttemptAt: time,
    lastReply: '450 \u001b[31mtry later',
  };
  return {
    mail: id,
    acceptedAt: time,
    reversePath: '',
    origin: 'submitted',
    size: 2048,
    state: 'scheduled',
    step: 'schedule',
    dueAt: time,
    reason: null,
    heldBy: null,
    heldFilter: null,
    recipientCount: 5,
    recipients: [recipient],
  };
}

/** Who holds the mails of the queue: poison, or the name of a filter; null: an ordinary queue. */
let holds: string[] | null = null;

function heldMail(id: string, holder: string): QueuedMail {
  const isPoison = holder === 'poison';
  return {
    ...mail(id),
    state: 'held',
    heldBy: isPoison ? 'poison' : 'filter',
    heldFilter: isPoison ? null : holder,
  };
}

const ended = {
  mail: ids[0] as string,
  recipient: 'a@example.org',
  reversePath: 'b@example.org',
  origin: 'incoming',
  clientAddress: '192.0.2.1',
  size: 1,
  acceptedAt: time,
  endedAt: time,
  outcome: 'delivered',
  detail: 'INBOX',
  attempts: 1,
  messageId: '<a@b.test>',
  subject: 'Счёт',
};

// What delivery answers is its own affair; here something answers in its place, by the same schemas.
beforeAll(async () => {
  nats = await startTestNats();
  delivery = await connectBus({
    url: nats.url,
    user: 'delivery',
    password: nats.password,
    name: 't',
    log: silentLogger(),
  });
  const answering = {
    bus: delivery,
    audit: { begin: async () => ({ end: async () => {} }) },
    isStanding: async () => true,
  };
  answerAdmin(answering, adminQueue.list, async (request) => {
    asked.push(request);
    if (holds !== null) {
      const mails = holds.map((holder, at) => heldMail(ids[at] as string, holder));
      return done({ mails, total: mails.length, isTotalExact: true, next: null, searchedUntil: null });
    }
    if (request.sender === 'rare') {
      const next = ids[0] as string;
      return done({ mails: [], total: 0, isTotalExact: false, next, searchedUntil: time });
    }
    const from = request.after === undefined ? 0 : ids.indexOf(request.after) + 1;
    const page = ids.slice(from, from + request.limit);
    return done({
      mails: page.map(mail),
      total: ids.length,
      isTotalExact: true,
      next: from + request.limit < ids.length ? (page.at(-1) ?? null) : null,
      searchedUntil: null,
    });
  });
  answerAdmin(answering, adminQueue.matching, async (request) => {
    asked.push(request);
    const mails = holds === null ? ids : ids.slice(0, holds.length);
    return done({ mails, isCut: false, asOf: new Date(0).toISOString() });
  });
  for (const verb of ['retry', 'hold', 'release', 'delete', 'return', 'redirect'] as const) {
    // What all of them are asked with.
    const question = adminQueue[verb] as unknown as typeof adminQueue.retry;
    answerAdmin(answering, question, async (request) => {
      asked.push({ verb, ...request, mails: request.mails.length });
      return done({ done: request.mails.slice(1), skipped: request.mails.slice(0, 1) });
    });
  }
  answerAdmin(answering, adminQueue.show, async (request) =>
    done({
      mail: mail(request.mail),
      next: null,
      isVerdictsWhole: true,
      clientAddress: '192.0.2.1',
      helo: 'client.test',
      subject: 'Тема\r\nX: y',
      slip: ['dlp'],
      verdicts: [
        { filter: 'dlp', recipient: '', generation: 1, result: 'accept', reason: 'clean', at: time },
      ],
    }),
  );
  answerAdmin(answering, adminTrace.find, async (request) => {
    asked.push(request);
    const refusal = {
      at: time,
      clientAddress: '192.0.2.9',
      reversePath: null,
      recipient: null,
      otherRecipients: [],
      reply: '554 no',
      count: 12_073,
    };
    const searchedSince = request.sender === 'rare' ? time : null;
    return done({ deliveries: [ended], refusals: [refusal], isCut: false, searchedSince });
  });
  answerAdmin(answering, adminTrace.show, async () =>
    done({ deliveries: [ended], total: 1, next: null, queued: mail(ids[0] as string) }),
  );
  await delivery.connection.flush();
});
afterAll(async () => {
  await delivery[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

const run = (words: string[]) => pochtar(nats.env('ctl'), words);

test('a search that was stopped says how far it came, and how to go on', async () => {
  const queue = await run(['queue', 'list', '--sender', 'rare']);
  expect(queue.stderr).toMatch(/searched what was accepted until \S+/);
  expect(queue.stderr).toContain(`--after ${ids[0]}`);
  const trace = await run(['trace', 'find', '--sender', 'rare']);
  expect(trace.stderr).toContain(`--until ${time}`);
});

describe('queue', () => {
  test('is listed with what it was asked for, and foreign text does not reach the terminal raw', async () => {
    const { stdout, stderr } = await run([
      'queue',
      'list',
      '--state',
      'scheduled',
      '--sender',
      'b@',
      '--limit',
      '2',
    ]);
    expect(asked.at(-1)).toEqual({ state: 'scheduled', sender: 'b@', limit: 2 });
    expect(stdout).toMatch(/2\.0K\s+scheduled .*<>\s+x@remote\.test \+4\s+450 \ufffd\[31mtry later/);
    expect(stderr).toBe(`in all: 450\nmore: --after ${ids[1]}\n`);
    expect((await run(['queue', 'list', '--state', 'none'])).code).toBe(2);
  });

  test('a mail is shown with recipients and verdicts', async () => {
    const { stdout } = await run(['queue', 'show', ids[0] as string]);
    expect(stdout).toMatch(/Subject\s+Тема\ufffd\ufffdX: y/);
    expect(stdout).toMatch(/dlp\s+accept\s+clean/);
    expect((await run(['queue', 'show', 'x'])).code).toBe(1);
  });

  test('named mails are worked on; what was skipped is told', async () => {
    const { stdout, stderr, code } = await run(['queue', 'hold', ids[0] as string, ids[1] as string]);
    expect(asked.at(-1)).toEqual({ verb: 'hold', mails: 2 });
    expect([stdout, stderr, code]).toEqual([`${ids[1]}\n`, `skipped: ${ids[0]}\n`, 0]);
    expect((await run(['queue', 'retry', ids[0] as string])).code).toBe(1);
  });

  test('--all works on all that the filter finds, a page at a time', async () => {
    asked.length = 0;
    const { code } = await run(['queue', 'retry', '--all', '--recipient', 'remote.test']);
    expect(code).toBe(0);
    expect(asked.filter((one) => 'verb' in (one as object))).toEqual([
      { verb: 'retry', mails: 200 },
      { verb: 'retry', mails: 200 },
      { verb: 'retry', mails: 50 },
    ]);
  });

  test('--dry-run tells what --all would work on, and works on nothing', async () => {
    asked.length = 0;
    const words = ['queue', 'delete', '--all', '--destination', 'remote.test', '--dry-run'];
    const { stdout, code } = await run(words);
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(450);
    expect(asked).toEqual([{ destination: 'remote.test', limit: 10_000 }]);
    expect((await run(['queue', 'retry', ids[0] as string, '--dry-run'])).code).toBe(2);
  });

  test('--all lets go one kind of hold, which it names; a quarantine only by its filter', async () => {
    const all = ['queue', 'release', '--all'];
    holds = ['poison', 'antivirus', 'antivirus'];
    const refused = [all, [...all, '--state', 'held'], [...all, '--held-by', 'filter']];
    for (const words of refused) {
      const { code, stderr } = await run(words);
      expect(code).toBe(2);
      expect(stderr).toContain('in the queue: --held-by poison (1), --filter antivirus (2)');
    }
    expect((await run(['queue', 'redirect', '--all', '--to', 'c@example.org'])).code).toBe(2);
    expect((await run([...all, '--filter', 'antivirus', '--held-by', 'poison'])).code).toBe(2);
    asked.length = 0;
    expect((await run([...all, '--held-by', 'poison'])).code).toBe(0);
    expect(asked).toEqual([
      { heldBy: 'poison', limit: 10_000 },
      { verb: 'release', mails: 3, heldBy: 'poison' },
    ]);
    await run([...all, '--filter', 'antivirus']);
    expect(asked.at(-1)).toEqual({ verb: 'release', mails: 3, heldBy: 'filter', filter: 'antivirus' });
    expect((await run(['queue', 'list'])).stdout).toMatch(/held: poison.*\n.*held: antivirus/);
    expect((await run([...all, '--filter', 'antivirus', '--unscanned'])).code).toBe(2);
    await run(['queue', 'release', ids[0] as string, '--filter', 'antivirus', '--unscanned']);
    expect(asked.at(-1)).toMatchObject({ verb: 'release', mails: 1, filter: 'antivirus', isUnscanned: true });
    holds = null;
  });

  test('what cannot be undone has to be confirmed, and a redirection needs its address', async () => {
    expect((await run(['queue', 'delete', '--all'])).stderr).toContain('--yes');
    expect((await run(['queue', 'return', ids[0] as string, ids[1] as string, '--yes'])).code).toBe(0);
    expect((await run(['queue', 'redirect', ids[0] as string])).stderr).toContain('--to ADDRESS');
    await run(['queue', 'redirect', ids[0] as string, '--to', 'c@example.org']);
    expect(asked.at(-1)).toEqual({ verb: 'redirect', mails: 1, to: 'c@example.org' });
    expect((await run(['queue', 'retry'])).code).toBe(2);
  });
});

describe('trace', () => {
  test('is searched, and one mail is shown with what is still queued', async () => {
    const { stdout } = await run([
      'trace',
      'find',
      'a@example.org',
      '--since',
      '2027-01-01T00:00:00Z',
      '--client',
      '192.0.2.1',
    ]);
    expect(asked.at(-1)).toEqual({
      address: 'a@example.org',
      clientAddress: '192.0.2.1',
      since: '2027-01-01T00:00:00.000Z',
      limit: 50,
    });
    expect(stdout).toMatch(/<b@example\.org>\s+a@example\.org\s+delivered\s+Счёт\s+INBOX/);
    expect(stdout).toMatch(/192\.0\.2\.9\s+554 no/);
    expect((await run(['trace', 'show', ids[0] as string])).stdout).toContain('x@remote.test');
  });
});

describe('without the bus', () => {
  test('a command ends with 3 and names what to check', async () => {
    const environment = { POCHTAR_NATS_URL: 'nats://127.0.0.1:1' };
    const { code, stderr } = await pochtarProcess(environment, ['domain', 'list']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/the bus nats:\/\/127\.0\.0\.1:1 does not answer.*POCHTAR_NATS_URL/);
  });

  test('help is there for every command, in both languages', async () => {
    const all = await pochtarProcess({}, ['--help']);
    expect(all).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('settings set [SECTION.FIELD=VALUE…]'),
    });
    const one = await pochtar({ LC_ALL: 'ru_RU.UTF-8' }, ['settings', 'set', '--help']);
    expect(one).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Использование: pochtar settings set'),
    });
    expect((await pochtar({}, ['account'])).stdout).toContain('account create ADDRESS');
    expect(await pochtar({}, ['nonsense'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there are: overview, step'),
    });
    expect((await pochtar({}, ['account', 'nonsense'])).stderr).toContain('account create');
  });
});
