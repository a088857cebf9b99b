// A hint that is lost: nobody says that the lists have changed, then or later.
import { addEntries, type NewEntry } from '@pochtar/store/lists';
import { eventually } from '@pochtar/testkit';
import { type Ground, openGround, serviceContext } from '@pochtar/testkit/ground';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { followAccessLists } from './follow-access-lists.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await openGround();
});
afterAll(() => ground[Symbol.asyncDispose]());

const NEVER_MS = 2_000_000_000;

/** Without a hint. */
async function add(value: string): Promise<void> {
  const entry: NewEntry = { kind: 'address', value, comment: '', expiresAt: null };
  await addEntries(ground.db, 'black', [entry], 'test');
}

function follow(compareMs: number) {
  const { db, bus } = ground;
  return followAccessLists({ db, bus, context: serviceContext('smtp'), compareMs });
}

test('is made up for at the next comparison with the stored revision', async () => {
  await using lists = await follow(50);
  await add('192.0.2.1');
  await eventually(() =>
    expect(lists.matcher.address('192.0.2.1', Date.now())).toMatchObject({ list: 'black' }),
  );
});

test('is made up for when the bus comes back', async () => {
  await using lists = await follow(NEVER_MS);
  await ground.nats.stop();
  await add('192.0.2.2');
  expect(lists.matcher.address('192.0.2.2', Date.now())).toBeNull();
  await ground.nats.start();
  await eventually(() =>
    expect(lists.matcher.address('192.0.2.2', Date.now())).toMatchObject({ list: 'black' }),
  );
});
