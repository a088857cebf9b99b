// What the command line prints of the black lists of the DNS and of greylisting; what is answered is the affair of settings.
import { adminDnsbl, adminGreylist, answerAdmin, type Bus, connectBus, done } from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import { startTestNats, type TestNats } from '@pochtar/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pochtar } from './command-line.ts';

const at = '2027-01-31T10:00:00.000Z';
const asked: object[] = [];
let nats: TestNats;
let settings: Bus;

beforeAll(async () => {
  nats = await startTestNats();
  settings = await connectBus({
    ...{ url: nats.url, user: 'settings', password: nats.password, name: 'settings', log: silentLogger() },
  });
  const tools = {
    bus: settings,
    audit: { begin: async () => ({ end: async () => {} }) },
    isStanding: async () => true,
  };
  answerAdmin(tools, adminDnsbl.status, async () =>
    done({
      zones: [
        {
          ...{
            zone: 'z.test',
            isConfigured: true,
            state: 'suspended' as const,
            fault: 'listsEverybody' as const,
          },
          ...{ reason: { ru: 'содержит всех подряд', en: 'lists everybody' }, since: at, checkedAt: at },
          ...{ hasIpv6: false, refusesAll: false, faultyFrom: at, faultyUntil: null, refused: 2, shut: 2 },
        },
      ],
    }),
  );
  answerAdmin(tools, adminDnsbl.refusals, async (request) => {
    asked.push(request);
    const refusal = {
      firstAt: at,
      lastAt: at,
      count: 3,
      sender: '',
      recipient: 'anna@demo.test',
      isWhite: false,
    };
    const address = `198.51.100.${request.after + 1}`;
    return done({ refusals: [{ address, ...refusal }], next: request.after === 0 ? 1 : null });
  });
  answerAdmin(tools, adminDnsbl.pardon, async (request) => {
    asked.push(request);
    return done({ added: 2, listedElsewhere: 1, black: 0, white: 0, isMore: true });
  });
  answerAdmin(tools, adminGreylist.status, async () =>
    done({
      days: [{ day: '2027-01-31', known: 12, white: 1, deferred: 8, early: 2, returned: 5, unreturned: 3 }],
    }),
  );
  await settings.connection.flush();
});
afterAll(async () => {
  await settings[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

const run = (...words: string[]) => pochtar(nats.env('ctl'), words);

test('each list is shown with its state and whom it refused, all pages of them', async () => {
  const status = await run('dnsbl', 'status');
  expect(status.stdout).toMatch(/z\.test\s+SUSPENDED\s.*\s2\s+lists everybody/);
  const refused = await run('dnsbl', 'refused', 'z.test', '--since', '2027-01-31T00:00:00Z');
  expect(refused.stdout).toMatch(/198\.51\.100\.1\s+3\s.*<>\s+anna@demo\.test[^]*198\.51\.100\.2\s/);
  expect(asked).toMatchObject([{ since: '2027-01-31T00:00:00.000Z', after: 0 }, { after: 1 }]);
});

test('whom it refused is white-listed only when it was said twice', async () => {
  asked.length = 0;
  expect(await run('dnsbl', 'pardon', 'z.test')).toMatchObject({ code: 2 });
  expect(asked).toEqual([]);
  const pardoned = await run('dnsbl', 'pardon', 'z.test', '--yes');
  expect(pardoned).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/Added\s+2[^]*There are more\s+repeat/),
  });
  expect(asked).toEqual([{ zone: 'z.test' }]);
});

test('what greylisting did is a table of days', async () => {
  const { stdout } = await run('greylist', 'status', '--days', '3');
  expect(stdout).toMatch(/Day\s+Known[^]*2027-01-31\s+12\s+1\s+8\s+2\s+5\s+3/);
});
