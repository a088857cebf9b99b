import { adminQueue, adminTask, answerAdmin, type Bus, connectBus, done, type TaskInfo } from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { startTestNats, type TestNats } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pochtar } from './command-line.ts';

let nats: TestNats;
let delivery: Bus;
let looks = 0;
const asked: unknown[] = [];
const time = '2027-01-31T12:00:00.000Z';
const ids = Array.from({ length: 501 }, (_, i) => `019ab000-0000-7000-8000-${String(i).padStart(12, '0')}`);

const task = (place: number, state: TaskInfo['state']): TaskInfo => ({
  ...{ id: 7, kind: 'queue.hold', input: { sender: 'x' }, state, place, total: 501, changed: place },
  ...{ skipped: place === 501 ? { state: 3 } : {}, isCancelled: false, fault: null, author: 'ctl:root' },
  ...{ createdAt: time, startedAt: time, endedAt: null },
});

beforeAll(async () => {
  nats = await startTestNats();
  const { url, password } = nats;
  delivery = await connectBus({ url, user: 'delivery', password, name: 'delivery', log: silentLogger() });
  const tools = {
    bus: delivery,
    audit: { begin: () => Promise.resolve({ end: () => Promise.resolve() }) },
    isStanding: () => Promise.resolve(true),
  };
  answerAdmin(tools, adminQueue.matching, () =>
    Promise.resolve(done({ mails: ids, isCut: false, asOf: time })),
  );
  answerAdmin(tools, adminQueue.begin, (request) => {
    asked.push(request);
    looks = 0;
    return Promise.resolve(done({ task: task(0, 'waiting') }));
  });
  answerAdmin(tools, adminTask.show, () => {
    looks++;
    return Promise.resolve(done({ task: looks < 3 ? task(200, 'running') : task(501, 'done') }));
  });
  answerAdmin(tools, adminTask.list, () =>
    Promise.resolve(done({ tasks: [task(200, 'running')], next: null })),
  );
  answerAdmin(tools, adminTask.cancel, () => Promise.resolve(done({ task: task(200, 'cancelled') })));
  await delivery.connection.flush();
});
afterAll(async () => {
  await delivery[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});
const run = (...words: string[]) => pochtar(nats.env('ctl'), words);

test('what is done with more than 500 mails is a task of the server, whose progress is shown to its end', async () => {
  const ended = await run('queue', 'hold', '--all', '--sender', 'x');
  expect(ended).toMatchObject({ code: 0, stdout: '501\n' });
  expect(ended.stderr).toMatch(/task 7: 501 mails; to follow it: pochtar task watch 7/);
  expect(ended.stderr).toMatch(/\[#{8}\.{12}\] 39 % 200\/501[\s\S]*\[#{20}\] 100 % 501\/501/);
  expect(ended.stderr).toContain('skipped (state): 3');
  expect(asked).toEqual([{ action: 'hold', sender: 'x' }]);
});

test('who does not want to wait is told its number, and finds it by that', async () => {
  const begun = await run('queue', 'retry', '--all', '--no-watch', '--json');
  expect(JSON.parse(begun.stdout)).toMatchObject({ task: { id: 7, state: 'waiting' } });
  expect((await run('task', 'list')).stdout).toMatch(/7 +queue\.hold +runs +200\/501 +200/);
  expect((await run('task', 'watch', '7')).code).toBe(0);
  expect((await run('task', 'cancel', '7')).stdout).toMatch(/cancelled/);
  expect((await run('task', 'show', 'seven')).code).toBe(2);
});
