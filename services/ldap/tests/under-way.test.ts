// Operations that are under way while others come: taking them back, and what runs alone. The session is the real one; its
// search goes on until it is taken back.
import { once } from 'node:events';
import { createServer, type Server as NetServer, type AddressInfo } from 'node:net';
import { eventually } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Operations } from '../src/operation.ts';
import { operations } from '../src/operations.ts';
import { success } from '../src/protocol/result.ts';
import { requestTags } from '../src/protocol/operation-tags.ts';
import { Abandoned } from '../src/search/patience.ts';
import { LdapSession } from '../src/session.ts';
import { bindMessage, extendedMessage, message, searchMessage } from './encode-request.ts';
import { HOST, type Installation, startInstallation } from './installation.ts';
import { RawClient } from './raw-client.ts';

let at: Installation;
let listening: NetServer;
let port: number;
let started = 0;

const endless: Operations = {
  ...operations,
  async search(_, request, { signal }) {
    if (request.sizeLimit === 1) return { result: success };
    started++;
    await eventually(() => signal.aborted, { timeout: 30_000 });
    throw new Abandoned();
  },
};

beforeAll(async () => {
  at = await startInstallation();
  listening = createServer((socket) => {
    const connection = { socket, clientAddress: HOST, clientPort: 0, known: () => {} };
    const listener = { host: HOST, port: 0, tls: false };
    void new LdapSession(at.server, endless, { ...connection, listener }).run();
  }).listen(0, HOST);
  await once(listening, 'listening');
  port = (listening.address() as AddressInfo).port;
});
afterAll(async () => {
  listening.close();
  await at[Symbol.asyncDispose]();
});

const abandon = (id: number, what: number): Buffer =>
  message(id, (writer) => void writer.integer(what, requestTags.abandon));
const cancel = (id: number, what: number): Buffer =>
  extendedMessage(id, '1.3.6.1.1.8', Buffer.from([0x30, 0x03, 0x02, 0x01, what]));

test('RFC 4511 §4.11: an abandoned search is not answered; RFC 3909: a cancelled one is, and so is the cancelling', async () => {
  using raw = await RawClient.open(port);
  raw.send(Buffer.concat([searchMessage(1), searchMessage(2), abandon(3, 1), cancel(4, 2)]));
  expect((await raw.resultOf(2)).code).toBe(118);
  expect((await raw.resultOf(4)).code).toBe(0);
  raw.send(searchMessage(5, { sizeLimit: 1 }));
  await raw.resultOf(5);
  expect(raw.answers.map(({ messageId }) => messageId)).not.toContain(1);
});

test('RFC 4511 §4.2.1: a bind ends what is under way, and is answered when it has ended', async () => {
  using raw = await RawClient.open(port);
  raw.send(Buffer.concat([searchMessage(1), searchMessage(2), bindMessage(3, '', '')]));
  expect((await raw.resultOf(3)).code).toBe(0);
  expect(raw.answers.map(({ messageId }) => messageId)).toEqual([3]);
});

test('a session has 16 operations at a time; one more, and a number that is in use, are refused', async () => {
  using raw = await RawClient.open(port);
  const before = started;
  raw.send(Buffer.concat(Array.from({ length: 16 }, (_, index) => searchMessage(index + 1))));
  raw.send(Buffer.concat([searchMessage(1), searchMessage(17)]));
  expect((await raw.resultOf(1)).code).toBe(2);
  expect((await raw.resultOf(17)).code).toBe(51);
  expect(started - before).toBe(16);
});

test('RFC 4511 §4.3: an unbind ends the connection, whatever is under way', async () => {
  using raw = await RawClient.open(port);
  raw.send(
    Buffer.concat([searchMessage(1), message(2, (writer) => void writer.string('', requestTags.unbind))]),
  );
  await once(raw.socket, 'close');
  expect(raw.answers).toEqual([]);
});
