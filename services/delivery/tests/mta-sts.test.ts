// MTA-STS (RFC 8461): far sides with policies, and what is sent to them.
import { setDefaultCACertificates, rootCertificates } from 'node:tls';
import { forgetStsPolicies, keepStsPolicy } from '@pochtar/store/queue';
import { eventually } from '@pochtar/testkit';
import { createTestAuthority, type TestAuthority } from '@pochtar/testkit/authority';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FarSide } from './far-side.ts';
import { noticesIn } from './notices.ts';
import { type PolicyHost, startPolicyHost } from './policy-host.ts';
import { openPostOffice, type PostOffice } from './post-office.ts';
import { sending, type Sending } from './sending.ts';

let office: PostOffice;
let authority: TestAuthority;
let web: PolicyHost;
let { newDomain, farSide, send, sent, deferred, tryAgain } = {} as Sending;
beforeAll(async () => {
  authority = await createTestAuthority();
  setDefaultCACertificates([...rootCertificates, authority.pem]);
  web = await startPolicyHost(authority);
  office = await openPostOffice();
  await office.startDelivery({ POCHTAR_STS_PORT: String(web.port), POCHTAR_TRAFFIC_SECONDS: '0.2' });
  ({ newDomain, farSide, send, sent, deferred, tryAgain } = sending(office));
});
afterAll(async () => {
  await office[Symbol.asyncDispose]();
  await web[Symbol.asyncDispose]();
  setDefaultCACertificates([...rootCertificates]);
});
beforeEach(() => office.clearMailboxes());

interface Far {
  mode?: string;
  mx?: string;
  /** Names that the certificate of its host is for; null: no TLS. */
  names?: string[] | null;
  days?: number;
  by?: TestAuthority;
}

/** A far side with a policy. `mail.DOMAIN` is its host. */
async function far({ mode = 'enforce', mx, names, days, by = authority }: Far = {}): Promise<FarSide> {
  const number = Number(newDomain().slice(1, -5)) + 1;
  const domain = `d${number}.test`;
  const { cert, key } = await by.issue(names ?? [`mail.${domain}`], days);
  const side = await farSide({
    options: names === null ? { disabledCommands: ['STARTTLS'] } : { cert, key },
  });
  expect(side.domain).toBe(domain);
  announce(domain, `version: STSv1\nmode: ${mode}\nmx: ${mx ?? `*.${domain}`}\nmax_age: 604800\n`);
  return side;
}

function announce(domain: string, policy: string, id = '1'): void {
  office.dns.set(`_mta-sts.${domain}`, 'TXT', `v=STSv1; id=${id};`);
  office.dns.set(`mta-sts.${domain}`, 'A', '127.0.0.1');
  web.policies.set(domain, policy);
}

const counted = (domain: string): Promise<{ policy: string; result: string; count: number }[]> =>
  office.db.query({
    text: `select policy, result, sum(count)::int as count from trace.tls_session where domain = $1
      group by policy, result order by result`,
    values: [domain],
  });

describe('RFC 8461 §5: an enforced policy', () => {
  test('is fulfilled by TLS with a certificate for a host that it names; the trace says so, and it is counted', async () => {
    await using side = await far();
    const mail = await sent({ to: [`x@${side.domain}`] });
    expect(side.received).toMatchObject([{ secure: true }]);
    expect((await office.trace(mail))[0]?.detail).toMatch(/^mail\.d\d+\.test: 250 .* \(TLS 1\.3, MTA-STS\)$/);
    await eventually(async () =>
      expect(await counted(side.domain)).toEqual([{ policy: 'sts', result: 'success', count: 1 }]),
    );
  });

  test.each<[string, Far, string, string]>([
    ['no TLS', { names: null }, '4.7.4', 'offers no encryption (STARTTLS)'],
    ['a certificate for another name', { names: ['other.test'] }, '4.7.5', 'is not for mail.'],
    ['an expired certificate', { days: -1 }, '4.7.5', 'is not valid now'],
  ])(
    '%s: nothing is sent, and the mail waits with a reason that a person understands',
    async (_what, made, status, why) => {
      await using side = await far(made);
      const mail = await send({ to: [`x@${side.domain}`] });
      const [waiting] = await deferred(mail);
      expect(waiting?.lastReply).toContain(why);
      expect(waiting?.lastReply).toContain(
        `the MTA-STS policy of ${side.domain} forbids sending mail there like that`,
      );
      expect(waiting?.lastReply).toContain(status);
      expect(side.received).toEqual([]);
      await eventually(async () => {
        const [row] = await counted(side.domain);
        expect([row?.policy, row?.result === 'success', row?.count]).toEqual(['sts', false, 1]);
      });
    },
  );

  test('a certificate of an authority that nobody knows', async () => {
    await using side = await far({ by: await createTestAuthority('A stranger') });
    const mail = await send({ to: [`x@${side.domain}`] });
    expect((await deferred(mail))[0]?.lastReply).toContain('is of no authority that is known here');
    expect(side.received).toEqual([]);
  });

  test('RFC 8461 §4.1: a host that it does not name gets no mail, not even a connection', async () => {
    await using side = await far({ mx: 'mail.elsewhere.test' });
    const mail = await send({ to: [`x@${side.domain}`] });
    expect((await deferred(mail))[0]?.lastReply).toContain(
      `4.7.5 mail.${side.domain} is in the MX records of ${side.domain}, but not in its MTA-STS policy`,
    );
    expect(side.connections()).toBe(0);
  });

  test('the mail is returned with that reason when its time is over', async () => {
    await using side = await far({ names: null });
    const mail = await send({ to: [`x@${side.domain}`] });
    await deferred(mail);
    await office.db.query({
      text: `update queue.mail set accepted_at = now() - interval '5 days' where id = $1`,
      values: [mail],
    });
    await tryAgain(mail);
    await office.settled(mail);
    await eventually(async () => {
      const [notice] = await noticesIn(office, 'anna');
      expect(notice?.status[1]).toMatchObject({
        action: 'failed',
        status: '5.4.7',
        'diagnostic-code': expect.stringContaining(`the MTA-STS policy of ${side.domain} forbids`),
      });
    });
    expect(side.received).toEqual([]);
  });

  test('RFC 8461 §5.1: holds while it is kept, whatever DNS and web server say meanwhile', async () => {
    await using side = await far({ names: null });
    office.dns.set(`_mta-sts.${side.domain}`, 'TXT', 'nothing');
    web.policies.delete(side.domain);
    const policy = { id: '1', mode: 'enforce', mx: [`mail.${side.domain}`], maxAge: 1000 } as const;
    await keepStsPolicy(office.db, side.domain, { ...policy, mx: [...policy.mx] });
    const mail = await send({ to: [`x@${side.domain}`] });
    expect((await deferred(mail))[0]?.lastReply).toContain('4.7.4');
    expect(side.received).toEqual([]);
    expect(web.asked).not.toContain(side.domain);
  });
});

describe('RFC 8461 §3.3: fetching it', () => {
  test('once, until the record has another id; it is kept for all processes', async () => {
    await using side = await far();
    await sent({ to: [`x@${side.domain}`] });
    await sent({ to: [`y@${side.domain}`] });
    const times = (): number => web.asked.filter((domain) => domain === side.domain).length;
    expect(times()).toBe(1);
    const kept = await office.db.query({
      text: 'select policy_id, mode, mx, max_age_seconds from queue.sts_policy where domain = $1',
      values: [side.domain],
    });
    expect(kept).toEqual([
      { policy_id: '1', mode: 'enforce', mx: [`*.${side.domain}`], max_age_seconds: 604_800 },
    ]);
    announce(side.domain, 'version: STSv1\nmode: none\nmax_age: 5', '2');
    await using _second = await office.startDelivery({ POCHTAR_STS_PORT: String(web.port) });
    // Both processes send; the new one has nothing in memory.
    await eventually(async () => {
      await sent({ to: [`z@${side.domain}`] });
      expect(times()).toBeGreaterThan(1);
    });
  });

  test.each<[string, (domain: string) => void, string]>([
    [
      'a redirect',
      (domain) =>
        web.policies.set(
          domain,
          (response) => void response.writeHead(301, { location: 'https://mta-sts.d1.test/' }).end(),
        ),
      'sts-policy-fetch-error',
    ],
    [
      'another type than text/plain',
      (domain) =>
        web.policies.set(
          domain,
          (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('version: STSv1'),
        ),
      'sts-policy-invalid',
    ],
    [
      'more than 64 KiB',
      (domain) =>
        web.policies.set(
          domain,
          (response) =>
            void response.writeHead(200, { 'content-type': 'text/plain' }).end('x'.repeat(70_000)),
        ),
      'sts-policy-invalid',
    ],
    ['no policy', (domain) => web.policies.set(domain, 'version: STSv1\nmode: strict'), 'sts-policy-invalid'],
    [
      'a certificate for another name',
      (domain) => web.certificates.set(domain, { names: ['other.test'] }),
      'sts-webpki-invalid',
    ],
    [
      'an expired certificate',
      (domain) => web.certificates.set(domain, { names: [`mta-sts.${domain}`], days: -1 }),
      'sts-webpki-invalid',
    ],
    [
      'an address that is not of the public internet',
      (domain) => office.dns.set(`mta-sts.${domain}`, 'A', '10.1.2.3'),
      'sts-policy-fetch-error',
    ],
  ])('%s is no policy: mail goes as well as it goes, and that is counted', async (_what, spoil, result) => {
    await using side = await far({ names: null });
    spoil(side.domain);
    const mail = await sent({ to: [`x@${side.domain}`] });
    expect((await office.trace(mail))[0]?.detail).toMatch(/\(no TLS\)$/);
    await eventually(async () =>
      expect(await counted(side.domain)).toEqual([
        { policy: 'no-policy-found', result: 'starttls-not-supported', count: 1 },
        { policy: 'sts', result, count: 1 },
      ]),
    );
  });

  test('what has expired, and what is too much, is cleaned up', async () => {
    const policy = { id: '1', mode: 'none', mx: [] as string[] } as const;
    await office.db.query({ text: 'delete from queue.sts_policy' });
    for (const [domain, maxAge] of [
      ['old.test', 0],
      ['a.test', 10],
      ['b.test', 20],
      ['c.test', 30],
    ] as const)
      await keepStsPolicy(office.db, domain, { ...policy, mx: [], maxAge });
    expect(await forgetStsPolicies(office.db, 2, 100)).toBe(2);
    const left = await office.db.query({ text: 'select domain from queue.sts_policy order by domain' });
    expect(left).toEqual([{ domain: 'b.test' }, { domain: 'c.test' }]);
  });
});

test.each<[string, Far, RegExp]>([
  [
    'a certificate for another name',
    { names: ['other.test'] },
    /\(TLS 1\.3, MTA-STS in testing mode: not fulfilled\)$/,
  ],
  [
    'a host that it does not name',
    { mx: 'other.test' },
    /\(TLS 1\.3, MTA-STS in testing mode: not fulfilled\)$/,
  ],
  ['no TLS', { names: null }, /\(no TLS\)$/],
  ['everything as it says', {}, /\(TLS 1\.3, MTA-STS in testing mode\)$/],
])('RFC 8461 §5: in testing mode mail goes all the same: %s', async (_what, made, detail) => {
  await using side = await far({ mode: 'testing', ...made });
  const mail = await sent({ to: [`x@${side.domain}`] });
  expect((await office.trace(mail))[0]?.detail).toMatch(detail);
  await eventually(async () =>
    expect(await counted(side.domain)).toMatchObject([{ policy: 'sts', count: 1 }]),
  );
});
