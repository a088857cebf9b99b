// Mail of strangers that aliases here send on: from whom it leaves, and where what comes back goes.
import { parseAddress, srsSender } from '@pochtar/mail';
import { createName } from '@pochtar/store/directory';
import { derivedKey } from '@pochtar/store/settings';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FarSide } from './far-side.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';
import { sending, type Sending } from './sending.ts';

let office: PostOffice;
let { farSide } = {} as Sending;
beforeAll(async () => {
  office = await openPostOffice();
  await office.startDelivery();
  ({ farSide } = sending(office));
});
afterAll(() => office[Symbol.asyncDispose]());

const STRANGER = 'sender@remote.test';

/** An alias of demo.test that leads to `x` of the far side. */
async function aliasTo(far: FarSide, name: string): Promise<string> {
  const address = `${name}@demo.test`;
  await createName(office.db, 'all', {
    kind: 'alias',
    address,
    targets: [`x@${far.domain}`],
    domain: 'demo.test',
  });
  return address;
}

async function sent(mail: Parameters<PostOffice['accept']>[0]): Promise<string> {
  const id = await office.accept(mail);
  await office.settled(id);
  return id;
}

function whoIsBehind(path: string): unknown {
  const address = parseAddress(path);
  return address && srsSender(address, derivedKey(office.masterKey, 'srs'), new Date());
}

test('a stranger’s mail leaves from an address of the alias’s domain that leads back to him', async () => {
  await using far = await farSide();
  const alias = await aliasTo(far, 'away');
  await sent({ to: [alias], reversePath: STRANGER });
  const [received] = far.received;
  expect(received?.to).toEqual([`x@${far.domain}`]);
  expect(received?.from).toMatch(/^SRS0=.*=remote\.test=sender@demo\.test$/);
  expect(whoIsBehind(received?.from ?? '')).toEqual({
    kind: 'sender',
    address: { localPart: 'sender', domain: 'remote.test' },
  });
});

test('mail of our own people, notices, and mail that nobody forwards keep their reverse path', async () => {
  await using far = await farSide();
  const alias = await aliasTo(far, 'kept');
  await sent({ to: [alias], reversePath: 'anna@demo.test', origin: 'submitted' });
  // Whoever writes our domain there: it is ours already.
  await sent({ to: [alias], reversePath: 'anna@demo.test' });
  await sent({ to: [alias], reversePath: '' });
  await sent({ to: [`y@${far.domain}`], reversePath: STRANGER });
  expect(far.received.map(({ from }) => from)).toEqual(['anna@demo.test', 'anna@demo.test', '', STRANGER]);
});

test('recipients of one mail that were named and that an alias leads to get it each from their own path', async () => {
  await using far = await farSide();
  const alias = await aliasTo(far, 'both');
  const id = await sent({ to: [alias, `y@${far.domain}`], reversePath: STRANGER });
  const paths = far.received.map(({ from, to }) => `${from.slice(0, 4)} ${to.join(' ')}`);
  expect(paths.toSorted()).toEqual([`SRS0 x@${far.domain}`, `send y@${far.domain}`]);
  expect((await office.trace(id)).filter(({ outcome }) => outcome === 'relayed')).toHaveLength(2);
});

test('a relay that demands its own sender has that one', async () => {
  await using far = await farSide();
  const alias = await aliasTo(far, 'relayed');
  const port = office.ports.get(far.domain) as number;
  await office.set({
    relay: { host: '127.0.0.1', port, rewriteSender: true, senderAddress: 'box@provider.test' },
  });
  await sent({ to: [alias], reversePath: STRANGER });
  expect(far.received[0]?.from).toBe('box@provider.test');
  await office.set({ relay: { host: '', rewriteSender: false, senderAddress: '' } });
});
