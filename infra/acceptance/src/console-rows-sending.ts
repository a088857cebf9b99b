// Rows of the blocks «Отправка писем», «Почтовая очередь», «Отправка через внешний SMTP», and of the name in HELO.
import { eventually } from '@pochtar/testkit';
import { expect } from 'vitest';
import type { ConsoleGround } from './console-ground.ts';
import { enter, fateOf, fresh, submit, traceOf, untilPutOff, waitOf } from './console-mail.ts';
import { row, type Save } from './console-row.ts';
import { behindBalancer, smtp, trusted } from './console-wire.ts';

const whiteListed = '203.0.113.77';

const proxied = (at: ConsoleGround, address: string) => untilPutOff(behindBalancer(at.ports.smtp, address));
const stranger = (at: ConsoleGround) => proxied(at, `198.51.100.${fresh()}`);

const limits: Save = {
  about: 'размер письма и частота отправки',
  given: async (at) => {
    await at.given({ network: trusted });
    await enter(at, 'white', whiteListed);
  },
  rows: [
    row({
      field: 'sending.maxMessageSizeMb',
      to: 2,
      seen: (at) => smtp({ port: at.ports.smtp }, ['EHLO a.test', 'MAIL FROM:<a@remote.test> SIZE=2097153']),
      becomes: /SIZE 2097152\r\n.*552 5\.3\.4/s,
    }),
    row({
      field: 'sending.rateLimitEnabled',
      to: true,
      seen: stranger,
      becomes: /then 450 4\.7\.1/,
    }),
    row({
      field: 'sending.rateLimitPerMinute',
      to: 2,
      seen: stranger,
      becomes: /^2 then 450/,
    }),
    row({
      field: 'sending.rateLimitSkipWhitelist',
      to: false,
      seen: (at) => proxied(at, whiteListed),
      becomes: /then 450/,
    }),
    row({
      field: 'network.webmailAddresses',
      to: ['192.0.2.1'],
      seen: (at) => untilPutOff({ port: at.ports.smtp, localAddress: `127.0.1.${fresh()}` }),
      becomes: /then 450/,
    }),
  ],
};

/** A mail that could not be sent at once. */
async function deferred(at: ConsoleGround): Promise<string> {
  const mail = await submit(at);
  await fateOf(at, mail);
  return mail;
}

/** The same to a domain that nobody has tried: one that is known to be away is not tried for every mail. */
async function deferredAnew(at: ConsoleGround): Promise<string> {
  const domain = `far${fresh()}.test`;
  at.dns.fail(domain, 'SERVFAIL');
  const mail = await submit(at, { to: `x@${domain}` });
  await fateOf(at, mail);
  return mail;
}

/** The wait of a mail after its attempt at the age of ten hours. */
async function waitOfOld(at: ConsoleGround): Promise<number> {
  const mail = await deferredAnew(at);
  await at.db.query({
    text: "update queue.mail set accepted_at = now() - interval '10 hours' where id = $1",
    values: [mail],
  });
  const attempted = async () => {
    const [now] = await at.db.query<{ attempt: number; isUnderWay: boolean }>({
      text: 'select attempt, lease_owner is not null as "isUnderWay" from queue.recipient where mail_id = $1',
      values: [mail],
    });
    return now;
  };
  const before = (await attempted())?.attempt ?? 0;
  await at.api('POST', '/queue/retry', { mails: [mail] });
  // An attempt is counted when it begins; when the next one is due stands there once it has ended.
  await eventually(async () => expect(await attempted()).toEqual({ attempt: before + 1, isUnderWay: false }));
  return waitOf(at, mail);
}

const waits: Save = {
  about: 'ожидание в очереди',
  rows: [
    row({
      field: 'queue.runIntervalMinutes',
      to: 1,
      seen: async (at) => `waits ${Math.floor(await waitOf(at, await deferredAnew(at)))} min`,
      becomes: /^waits 45 min$/,
    }),
    row({
      field: 'queue.waitMinMinutes',
      to: 45,
      seen: async (at) => `waits ${Math.floor(await waitOf(at, await deferredAnew(at)))} min`,
      becomes: /^waits 45 min$/,
    }),
    row({
      field: 'queue.waitMaxMinutes',
      to: 50,
      seen: async (at) => `waits ${Math.floor(await waitOfOld(at))} min`,
      becomes: /^waits 50 min$/,
    }),
  ],
};

const lifetime: Save = {
  about: 'время жизни в очереди',
  rows: [
    row({
      field: 'queue.maxLifetimeMinutes',
      to: 100,
      seen: async (at) => {
        const { queued } = await traceOf(at, await deferredAnew(at));
        const [recipient] = queued?.recipients ?? [];
        const age = (Date.parse(recipient?.dueAt ?? '') - Date.parse(queued?.acceptedAt ?? '')) / 60_000;
        return `last tried at ${Math.round(age)} min`;
      },
      becomes: /^last tried at 100 min$/,
    }),
  ],
};

const relayed =
  (what: (mail: { helo: string; secure: boolean; login: string; from: string; text: string }) => string) =>
  async (at: ConsoleGround): Promise<string> => {
    const mail = at.relay.received.at(-1);
    return mail === undefined ? 'nothing came' : what(mail);
  };

/** So many mails that wait, and are sent together. */
async function sentTogether(at: ConsoleGround, count: number): Promise<string> {
  at.relay.isGrey = true;
  const mails: string[] = [];
  for (let sent = 0; sent < count; sent++) mails.push(await deferred(at));
  at.relay.isGrey = false;
  const before = at.relay.received.length;
  await at.api('POST', '/queue/retry', { mails });
  await eventually(() => expect(at.relay.received.length).toBe(before + count));
  const sessions = at.relay.received.slice(before).map(({ session }) => session);
  return `${new Set(sessions).size} sessions`;
}

/** So many mails, each as it comes, to a server that takes its time. */
async function sentAsTheyCome(at: ConsoleGround, count: number): Promise<string> {
  const before = at.relay.received.length;
  Object.assign(at.relay, { delayMs: 700, mostAtOnce: 0 });
  for (let sent = 0; sent < count; sent++) await submit(at);
  await eventually(() => expect(at.relay.received.length).toBe(before + count));
  at.relay.delayMs = 0;
  return `${at.relay.mostAtOnce} at once`;
}

const connections: Save = {
  about: 'соединения и повтор после серого списка',
  given: (at) => at.given({ relay: { host: '127.0.0.1', port: at.relay.port, smtps: true } }),
  rows: [
    row({
      field: 'queue.mailsPerConnection',
      to: 1,
      seen: (at) => sentTogether(at, 4),
      becomes: /^4 sessions$/,
    }),
    row({
      field: 'queue.connectionsPerDestination',
      to: 1,
      seen: (at) => sentAsTheyCome(at, 4),
      becomes: /^1 at once$/,
    }),
    row({
      field: 'queue.firstRetryMinutes',
      to: 9,
      seen: async (at) => {
        at.relay.isGrey = true;
        const minutes = Math.round(await waitOf(at, await deferred(at)));
        at.relay.isGrey = false;
        return `waits ${minutes} min`;
      },
      becomes: /^waits 9 min$/,
    }),
  ],
};

const relay: Save = {
  about: 'внешний SMTP и имя в HELO',
  given: async (at) => void at.relay.received.splice(0),
  rows: [
    row({
      field: 'relay.host',
      to: '127.0.0.1',
      seen: relayed(({ text }) => text),
      becomes: /To: <x@far\.test>/,
    }),
    row({
      field: 'relay.port',
      to: (at) => at.relay.port,
      seen: async (at, port: number) =>
        at.relay.received.length > 0 && port === at.relay.port ? 'a mail came to this port' : 'nothing came',
      becomes: /came to this port/,
    }),
    row({
      field: 'relay.smtps',
      to: true,
      seen: relayed(({ secure }) => (secure ? 'inside TLS' : 'in the clear')),
      becomes: /^inside TLS$/,
    }),
    row({
      field: 'relay.authEnabled',
      to: true,
      seen: relayed(({ login }) => (login === '' ? 'without a log-in' : 'logged in')),
      becomes: /^logged in$/,
    }),
    row({
      field: 'relay.username',
      to: 'info@firma.test',
      seen: relayed(({ login }) => login),
      becomes: /^info@firma\.test:/,
    }),
    row({
      field: 'relay.password',
      to: 'geheim und lang',
      seen: relayed(({ login }) => login),
      becomes: /:geheim und lang$/,
    }),
    row({
      field: 'relay.rewriteSender',
      to: true,
      seen: relayed(({ text }) => text),
      becomes: /^Reply-To: .*anna@demo\.test/m,
    }),
    row({
      field: 'relay.senderAddress',
      to: 'info@firma.test',
      seen: relayed(({ from, text }) => `${from} ${/^From: .*$/m.exec(text)?.[0] ?? ''}`),
      becomes: /^info@firma\.test From: .*info@firma\.test/,
    }),
    row({
      field: 'general.heloName',
      to: 'mx.firma.test',
      seen: relayed(({ helo }) => helo),
      becomes: /^mx\.firma\.test$/,
    }),
  ],
  act: async (at) => {
    const mail = await submit(at);
    const fate = await fateOf(at, mail);
    if (fate !== 'relayed') throw new Error(`the relay did not get it: ${fate}`);
  },
};

export const sendingSaves: readonly Save[] = [limits, waits, lifetime, connections, relay];
