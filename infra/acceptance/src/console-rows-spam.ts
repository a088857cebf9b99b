// Rows of the tab «Защита от спама». A balancer on loopback says whom it speaks for: loopback itself is never looked up.
import { eventually } from '@pochtar/testkit';
import type { ConsoleGround } from './console-ground.ts';
import { fresh, freshName, givenStrangers, rcptFrom } from './console-mail.ts';
import { row, type Save } from './console-row.ts';
import { trusted } from './console-wire.ts';

/** The reply to a stranger of a network whose address nobody has looked up yet: answers are remembered. */
function rcptFromNew(at: ConsoleGround, known: (host: number) => void): Promise<string> {
  const host = fresh();
  known(host);
  return rcptFrom(at, `9.9.9.${host}`, 'a@remote.test');
}

const dnsbl: Save = {
  about: 'чёрные списки DNSBL',
  given: async (at) => {
    await at.given({ network: trusted, dnsbl: { zones: ['two.zone.test'] } });
  },
  rows: [
    row({
      field: 'dnsbl.zones',
      to: ['two.zone.test', 'one.zone.test'],
      seen: (at) => rcptFromNew(at, (host) => at.dns.set(`${host}.9.9.9.one.zone.test`, 'A', '127.0.0.2')),
      becomes: /^5\d\d .*one\.zone\.test/,
    }),
    row({
      field: 'dnsbl.onNoAnswer',
      to: 'ignore',
      seen: (at) => rcptFromNew(at, (host) => at.dns.fail(`${host}.9.9.9.two.zone.test`, 'SERVFAIL')),
      becomes: /^250 /,
    }),
    row({
      field: 'dnsbl.timeoutMs',
      to: 500,
      seen: (at) =>
        rcptFromNew(at, (host) => {
          at.dns.set(`${host}.9.9.9.two.zone.test`, 'A', '127.0.0.2');
          at.dns.delay(`${host}.9.9.9.two.zone.test`, 1500);
        }),
      becomes: /^250 /,
    }),
  ],
};

/** The replies to a stranger's attempts; `between` turns the clock back before each further one. */
async function attempts(at: ConsoleGround, ...between: string[]): Promise<string> {
  const sender = `${freshName()}@remote.test`;
  const address = `198.18.${fresh()}.1`;
  const replies = [await rcptFrom(at, address, sender)];
  for (const change of between) {
    await at.db.query({ text: `update lists.greylist set ${change} where sender = $1`, values: [sender] });
    replies.push(await rcptFrom(at, address, sender));
  }
  return replies.map((reply) => reply.slice(0, 3)).join(' ');
}

const greylist: Save = {
  about: 'серые списки',
  given: givenStrangers,
  rows: [
    row({
      field: 'greylist.enabled',
      to: true,
      seen: (at) => attempts(at),
      becomes: /^451$/,
    }),
    row({
      field: 'greylist.minRetrySeconds',
      to: 1,
      seen: async (at) => {
        const sender = `${freshName()}@remote.test`;
        const attempt = () => rcptFrom(at, '198.19.0.1', sender);
        const first = await attempt();
        const passed = await eventually(async () => {
          const reply = await attempt();
          if (!reply.startsWith('250')) throw new Error(reply);
          return reply;
        });
        return `${first.slice(0, 3)}, soon ${passed.slice(0, 3)}`;
      },
      becomes: /^451, soon 250$/,
    }),
    row({
      field: 'greylist.maxRetryHours',
      to: 1,
      seen: (at) => attempts(at, "first_at = now() - interval '2 hours'"),
      becomes: /^451 451$/,
    }),
    row({
      field: 'greylist.whitelistDays',
      to: 1,
      seen: (at) =>
        attempts(at, "first_at = now() - interval '1 minute'", "passed_at = now() - interval '2 days'"),
      becomes: /^451 250 451$/,
    }),
  ],
};

export const spamSaves: readonly Save[] = [dnsbl, greylist];
