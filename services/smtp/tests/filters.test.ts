// The filters that are asked while the client waits. They are played by the test on the bus; strangers come from public
// addresses, as a trusted balancer says.
import {
  type Bus,
  check,
  type CheckReply,
  type CheckRequest,
  connectBus,
  type KnownSpf,
  listsChanged,
  spfCheck,
  type SpfRequest,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { eventually } from '@pochtar/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { type SmtpHarness, startSmtp } from './harness.ts';

const STRANGER = '198.51.100.7';
let smtp: SmtpHarness;
let filterBus: Bus;
const answering: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  smtp = await startSmtp({
    settings: {
      network: { trustedProxies: ['127.0.0.1'] },
      dnsbl: { zones: ['zone.test'], timeoutMs: 500 },
    },
  });
  filterBus = await connectBus({
    url: smtp.nats.url,
    // One connection plays both filters.
    user: 'owner',
    password: smtp.nats.password,
    name: 'filter',
    log: silentLogger(),
  });
});
afterAll(async () => {
  await filterBus[Symbol.asyncDispose]();
  await smtp[Symbol.asyncDispose]();
});
afterEach(async () => {
  for (const one of answering.splice(0)) await one.stop();
  await smtp.set({ greylist: { enabled: false } });
});

/** Answers as the filter; answers what was asked. */
async function answer(filter: 'dnsbl' | 'greylist', verdict: CheckReply): Promise<CheckRequest[]> {
  const asked: CheckRequest[] = [];
  answering.push(
    filterBus.answer(check(filter), async (request) => {
      asked.push(request);
      return verdict;
    }),
  );
  await filterBus.connection.flush();
  return asked;
}

/** Answers as filter-dkim; answers what was asked. */
async function answerSpf(result: KnownSpf['result'] | null): Promise<SpfRequest[]> {
  const asked: SpfRequest[] = [];
  answering.push(
    filterBus.answer(spfCheck, async (request) => {
      asked.push(request);
      const finding = { identity: 'mailfrom', value: request.reversePath, domain: 'remote.test' } as const;
      return { finding: result && { ...finding, result } };
    }),
  );
  await filterBus.connection.flush();
  return asked;
}

async function stranger(address = STRANGER): Promise<Client> {
  const client = await Client.proxied(smtp.ports.mx, address);
  await client.reply();
  await client.say('EHLO client.test');
  await client.say('MAIL FROM:<a@remote.test>');
  return client;
}

describe('DNSBL', () => {
  test('is asked once a session and refuses at RCPT, after the recipient is known to exist', async () => {
    const asked = await answer('dnsbl', {
      result: 'reject',
      enhanced: '5.7.1',
      text: 'listed in zone.test: spam',
    });
    const client = await stranger();
    expect((await client.say('RCPT TO:<nobody@demo.test>')).text).toMatch(/^550 5\.1\.1/);
    expect((await client.say('RCPT TO:<anna@demo.test>')).text).toBe('550 5.7.1 listed in zone.test: spam');
    expect((await client.say('RCPT TO:<boris@demo.test>')).code).toBe(550);
    expect(asked).toEqual([{ clientAddress: STRANGER, helo: '', reversePath: '', recipient: null }]);
    client.close();
  });

  test('that defers, or does not answer in time, puts the client off: no scan, no pass', async () => {
    const silent = await stranger();
    expect((await silent.say('RCPT TO:<anna@demo.test>')).text).toMatch(/^451 4\.7\.1 /);
    silent.close();
    await answer('dnsbl', { result: 'defer' });
    const deferred = await stranger();
    expect((await deferred.say('RCPT TO:<anna@demo.test>')).text).toMatch(/^451 4\.7\.1 /);
    deferred.close();
  });

  test('whom a zone refused is kept with the mail that it was, so that it can be undone', async () => {
    await answer('dnsbl', { result: 'reject', text: 'listed', zone: 'zone.test' });
    const client = await stranger('198.51.100.77');
    for (const to of ['anna', 'boris'])
      expect((await client.say(`RCPT TO:<${to}@demo.test>`)).code).toBe(550);
    client.close();
    const [row] = await eventually(async () => {
      const rows = await smtp.db.query({
        text: `select zone, count, reverse_path, recipient from lists.dnsbl_refusal where client = '198.51.100.77'`,
      });
      expect(rows).toHaveLength(1);
      return rows;
    });
    expect(row).toEqual({
      zone: 'zone.test',
      count: 2,
      reverse_path: 'a@remote.test',
      recipient: 'anna@demo.test',
    });
  });

  test('an address that is spared the checks is not asked for, and opens nothing', async () => {
    const asked = await answer('dnsbl', { result: 'reject' });
    await smtp.setLists({ white: ['198.51.100.78'] });
    await smtp.db.query({
      text: `with next as (update lists.access_state set revision = revision + 1 returning revision)
        update lists.entry set opens_relay = false, revision = next.revision from next`,
    });
    smtp.bus.emit(listsChanged, { revision: 0 });
    await eventually(async () => {
      const client = await stranger('198.51.100.78');
      const [away, here] = [
        await client.say('RCPT TO:<x@far.test>'),
        await client.say('RCPT TO:<anna@demo.test>'),
      ];
      client.close();
      expect([away.text, here.code]).toEqual([expect.stringMatching(/^550 5\.7\.1 relaying denied/), 250]);
    });
    const submitting = await Client.proxied(smtp.ports.submission, '198.51.100.78');
    await submitting.reply();
    await submitting.say('EHLO client.test');
    expect((await submitting.say('MAIL FROM:<a@remote.test>')).code).toBe(530);
    submitting.close();
    expect(asked).toEqual([]);
    await smtp.setLists({});
  });

  test('is lifted by a login and by a white address, and not asked for private addresses', async () => {
    const asked = await answer('dnsbl', { result: 'reject' });
    const inside = await stranger('192.168.7.7');
    expect((await inside.say('RCPT TO:<anna@demo.test>')).code).toBe(250);
    inside.close();
    await smtp.setLists({ white: ['198.51.100.0/24'] });
    const white = await stranger();
    expect((await white.say('RCPT TO:<anna@demo.test>')).code).toBe(250);
    white.close();
    expect(asked).toEqual([]);
    await smtp.setLists({});
    const login = await Client.proxied(smtp.ports.mx, STRANGER);
    await login.reply();
    await login.say('EHLO client.test');
    await login.say(`AUTH PLAIN ${Buffer.from(`\0anna\0${smtp.password}`).toString('base64')}`);
    await login.say('MAIL FROM:<anna@demo.test>');
    expect((await login.say('RCPT TO:<x@elsewhere.test>')).code).toBe(250);
    login.close();
  });
});

describe('greylist', () => {
  test('is asked for each recipient, with the whole triplet', async () => {
    await answer('dnsbl', { result: 'accept' });
    const asked = await answer('greylist', { result: 'defer', enhanced: '4.7.1', text: 'come again' });
    await smtp.set({ greylist: { enabled: true } });
    const client = await stranger();
    expect((await client.say('RCPT TO:<Anna@demo.test>')).text).toBe('451 4.7.1 come again');
    expect(asked).toEqual([
      {
        clientAddress: STRANGER,
        helo: 'client.test',
        reversePath: 'a@remote.test',
        recipient: 'anna@demo.test',
      },
    ]);
    client.close();
  });

  test('is not asked while it is off', async () => {
    await answer('dnsbl', { result: 'accept' });
    const asked = await answer('greylist', { result: 'reject' });
    const client = await stranger();
    expect((await client.say('RCPT TO:<anna@demo.test>')).code).toBe(250);
    expect(asked).toEqual([]);
    client.close();
  });
});

describe('RFC 7208: SPF while the sender is connected', () => {
  const mailOf = async (client: Client) => {
    await client.say('DATA');
    const { text } = await client.say('From: a@remote.test\r\n\r\nx\r\n.');
    const [, id] = /queued as (\S+)/.exec(text) ?? [];
    const [row] = await smtp.db.query<{ spf: KnownSpf | null }>({
      text: 'select spf from queue.mail where id = $1',
      values: [id],
    });
    return row?.spf;
  };

  test('a white name lifts the checks of strangers as SPF allows: asked once a mail, only where such a name could count', async () => {
    await answer('dnsbl', { result: 'reject', enhanced: '5.7.1', text: 'listed' });
    await smtp.setLists({ white: ['@remote.test'] });
    const replyTo = async () => {
      const client = await stranger();
      const { code } = await client.say('RCPT TO:<anna@demo.test>');
      client.close();
      return code;
    };
    try {
      // Nobody answers: a name confirms itself no more than before.
      expect(await replyTo()).toBe(550);
      for (const [result, need, code] of [
        ['none', 'notFail', 250],
        ['softfail', 'notFail', 250],
        ['fail', 'notFail', 550],
        [null, 'notFail', 550],
        ['none', 'pass', 550],
        ['pass', 'pass', 250],
      ] as const) {
        await smtp.set({ accessLists: { whiteNamesNeedSpf: need } });
        const asked = await answerSpf(result);
        expect(await replyTo(), `${result} ${need}`).toBe(code);
        expect(asked).toHaveLength(1);
        await answering.pop()?.stop();
      }
      await smtp.setLists({ white: ['@another.test'] });
      const asked = await answerSpf('pass');
      expect(await replyTo()).toBe(550);
      expect(asked).toEqual([]);
    } finally {
      await smtp.setLists({});
      await smtp.set({ accessLists: { whiteNamesNeedSpf: 'notFail' } });
    }
  });

  test('what greylisting puts off is asked for again when SPF permits the client, and the mail keeps what was said', async () => {
    await answer('dnsbl', { result: 'accept' });
    const greylisted: CheckRequest[] = [];
    answering.push(
      filterBus.answer(check('greylist'), async (request): Promise<CheckReply> => {
        greylisted.push(request);
        if (request.isPermitted === true) return { result: 'accept' };
        return { result: 'defer', ...(request.isPermitted === undefined && { asksSpf: true }) };
      }),
    );
    const asked = await answerSpf('pass');
    await smtp.set({ greylist: { enabled: true } });
    const client = await stranger();
    expect((await client.say('RCPT TO:<anna@demo.test>')).code).toBe(250);
    expect((await client.say('RCPT TO:<boris@demo.test>')).code).toBe(250);
    expect(asked).toEqual([{ clientAddress: STRANGER, helo: 'client.test', reversePath: 'a@remote.test' }]);
    expect(greylisted.map(({ isPermitted }) => isPermitted)).toEqual([undefined, true, true]);
    expect(await mailOf(client)).toMatchObject({
      result: 'pass',
      identity: 'mailfrom',
      domain: 'remote.test',
    });
    client.close();
  });
});

test('what was refused is told to the trace', async () => {
  const heard: string[] = [];
  const subscription = smtp.bus.connection.subscribe('mail.refused');
  void (async () => {
    for await (const message of subscription) heard.push(message.string());
  })();
  await smtp.bus.connection.flush();
  const client = await stranger('192.168.7.8');
  await client.say('RCPT TO:<nobody@demo.test>');
  client.close();
  await expect
    .poll(() =>
      heard
        .map((text) => JSON.parse(text) as { clientAddress: string })
        // What strangers of the tests before were refused is told with a delay, too.
        .filter(({ clientAddress }) => clientAddress === '192.168.7.8'),
    )
    .toEqual([
      {
        at: expect.any(String),
        otherRecipients: [],
        count: 1,
        clientAddress: '192.168.7.8',
        reversePath: 'a@remote.test',
        recipient: 'nobody@demo.test',
        reply: '550 5.1.1 no such mailbox here',
      },
    ]);
  subscription.unsubscribe();
});
