// What is found of a mail's origin, against zones written here: the examples of RFC 8463 and RFC 6376, the kinds of cases
// that the suites of SPF and DMARC have.
import { describe, expect, test } from 'vitest';
import { messageOf } from '../../tests/message-of.ts';
import { type Ask, authenticate, type Envelope } from './authenticate.ts';

type Zone = Record<string, readonly unknown[] | 'SERVFAIL'>;

/** Keys of `zone`: `TXT name`. A text record is a string. */
function asks(zone: Zone): Ask & { asked: string[] } {
  const asked: string[] = [];
  const ask: Ask = async (name, type) => {
    asked.push(`${type} ${name}`);
    const found = zone[`${type} ${name.toLowerCase()}`];
    if (found === 'SERVFAIL') return { code: 'ESERVFAIL', message: 'it is broken' };
    if (found === undefined) {
      const isThere = Object.keys(zone).some((key) => key.endsWith(` ${name.toLowerCase()}`));
      return { code: isThere ? 'ENODATA' : 'ENOTFOUND', message: 'nothing there' };
    }
    return { records: type === 'TXT' ? found.map((text) => [text]) : [...found] };
  };
  return Object.assign(ask, { asked });
}

const CLIENT = '192.0.2.1';
const envelope: Envelope = {
  reversePath: 'user@example.test',
  helo: 'mail.example.test',
  clientAddress: CLIENT,
  receiver: 'mx.here.test',
};
const PLAIN = 'From: user@example.test\r\nSubject: x\r\n\r\nhello\r\n';

function findings(mail: string, zone: Zone, changed: Partial<Envelope> = {}) {
  return authenticate(messageOf(Buffer.from(mail, 'latin1')), { ...envelope, ...changed }, asks(zone));
}

const lines = (text: string): string => text.replaceAll('\n', '\r\n');
const HEADER = `From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>
`;

describe('published examples', () => {
  const keys: Zone = {
    'TXT brisbane._domainkey.football.example.com': [
      'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
    ],
    'TXT test._domainkey.football.example.com': [
      'v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB',
    ],
    'TXT brisbane._domainkey.example.com': [
      'v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB',
    ],
  };

  test('RFC 8463 §A.3: the signatures with Ed25519 and with RSA pass', async () => {
    const mail = `DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
${HEADER}
Hi.

We lost the game.  Are you hungry yet?

Joe.
`;
    const { dkim } = await findings(lines(mail), keys);
    expect(dkim.map(({ selector, result }) => [selector, result])).toEqual([
      ['brisbane', 'pass'],
      ['test', 'pass'],
    ]);
    // RFC 8463 §3: From is signed twice, so that a second one cannot be put in.
    const forged = await findings(
      lines(mail.replace('From: Joe', 'From: Eve <eve@example.com>\nFrom: Joe')),
      keys,
    );
    expect(forged.dkim.map(({ result }) => result)).toEqual(['fail', 'fail']);
  });

  test('RFC 6376 §A.2: the signed message passes, and not when a byte of it is another', async () => {
    const mail = `DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;
      c=simple/simple; q=dns/txt; i=joe@football.example.com;
      h=Received : From : To : Subject : Date : Message-ID;
      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB
      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut
      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV
      4bmp/YzhwvcubU4=;
Received: from client1.football.example.com  [192.0.2.1]
      by submitserver.example.com with SUBMISSION;
      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)
${HEADER}
Hi.

We lost the game. Are you hungry yet?

Joe.
`;
    expect((await findings(lines(mail), keys)).dkim).toMatchObject([{ result: 'pass', isAligned: true }]);
    for (const [was, is] of [
      ['hungry', 'hungrY'],
      ['client1', 'client2'],
      ['dinner ready', 'dinner  ready'],
    ] as const) {
      expect((await findings(lines(mail.replace(was, is)), keys)).dkim).toMatchObject([{ result: 'fail' }]);
    }
  });
});

describe('RFC 7208', () => {
  const spf = async (zone: Zone, changed: Partial<Envelope> = {}) =>
    (await findings(PLAIN, zone, changed)).spf?.result;
  const own = (record: string, more: Zone = {}): Zone => ({ 'TXT example.test': [record], ...more });
  const includes = (count: number): Zone =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `TXT i${index}.test`,
        [index + 1 < count ? `v=spf1 include:i${index + 1}.test` : 'v=spf1 ip4:192.0.2.1'],
      ]),
    );

  test.each<[rule: string, result: string, zone: Zone, changed?: Partial<Envelope>]>([
    ['§4.5: no record', 'none', {}],
    ['§4.5: another kind of text is no record', 'none', own('v=spf10 -all')],
    ['§4.5: two records', 'permerror', { 'TXT example.test': ['v=spf1 +all', 'v=spf1 -all'] }],
    ['§4.4: the DNS fails', 'temperror', { 'TXT example.test': 'SERVFAIL' }],
    ['§4.6.2: nothing matches', 'neutral', own('v=spf1 ip4:198.51.100.0/24')],
    ['§5.1: all', 'softfail', own('v=spf1 ~all')],
    ['§5.6: ip4 with a prefix', 'pass', own('v=spf1 ip4:192.0.2.0/24 -all')],
    ['§5.6: ip6', 'pass', own('v=spf1 ip6:2001:db8::/32 -all'), { clientAddress: '2001:db8::7' }],
    [
      '§5: an IPv4-mapped address is IPv4',
      'pass',
      own('v=spf1 ip4:192.0.2.1 -all'),
      { clientAddress: '::ffff:192.0.2.1' },
    ],
    ['§5.3: a', 'pass', own('v=spf1 a:out.test -all', { 'A out.test': [CLIENT] })],
    [
      '§5.4: mx',
      'pass',
      own('v=spf1 mx -all', {
        'MX example.test': [{ priority: 1, exchange: 'out.test' }],
        'A out.test': [CLIENT],
      }),
    ],
    [
      '§5.5: ptr, confirmed forwards',
      'pass',
      own('v=spf1 ptr -all', {
        'PTR 1.2.0.192.in-addr.arpa': ['out.example.test'],
        'A out.example.test': [CLIENT],
      }),
    ],
    [
      '§5.5: ptr, not confirmed',
      'fail',
      own('v=spf1 ptr -all', {
        'PTR 1.2.0.192.in-addr.arpa': ['out.example.test'],
        'A out.example.test': ['192.0.2.2'],
      }),
    ],
    [
      '§5.7: exists with macros',
      'pass',
      own('v=spf1 exists:%{ir}.%{l}.by.test -all', { 'A 1.2.0.192.user.by.test': ['127.0.0.2'] }),
    ],
    [
      '§5.2: include that fails does not decide',
      'softfail',
      own('v=spf1 include:i.test ~all', { 'TXT i.test': ['v=spf1 -all'] }),
    ],
    ['§5.2: include of what has no record', 'permerror', own('v=spf1 include:i.test -all')],
    [
      '§6.1: redirect',
      'pass',
      own('v=spf1 redirect=r.test', { 'TXT r.test': ['v=spf1 ip4:192.0.2.1 -all'] }),
    ],
    [
      '§6.1: redirect counts for nothing beside all',
      'fail',
      own('v=spf1 -all redirect=r.test', { 'TXT r.test': ['v=spf1 +all'] }),
    ],
    [
      '§6.2: exp changes no result',
      'fail',
      own('v=spf1 -all exp=why.test', { 'TXT why.test': ['%{i} may not'] }),
    ],
    ['§4.6.4: ten terms that ask', 'pass', own('v=spf1 include:i0.test -all', includes(10))],
    ['§4.6.4: eleven', 'permerror', own('v=spf1 include:i0.test -all', includes(11))],
    ['§4.6.4: a ring', 'permerror', own('v=spf1 include:example.test')],
    [
      '§4.6.4: a third answer with nothing in it',
      'permerror',
      own('v=spf1 a:n1.test a:n2.test a:n3.test ip4:192.0.2.1 -all'),
    ],
    ['§4.6: a syntax error anywhere', 'permerror', own('v=spf1 ip4:192.0.2.1 nonsense:x -all')],
    [
      '§2.4: without a reverse path the HELO name',
      'pass',
      { 'TXT mail.example.test': ['v=spf1 ip4:192.0.2.1 -all'] },
      { reversePath: '' },
    ],
  ])('%s: %s', async (_, result, zone, changed) => {
    expect(await spf(zone, changed)).toBe(result);
  });

  test('§11.1: however a record is written, it asks a bounded number of questions', async () => {
    const wide = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [
        `TXT w${index}.test`,
        [
          `v=spf1 ${Array.from({ length: 9 }, (__, more) => `include:w${(index + more + 1) % 40}.test`).join(' ')}`,
        ],
      ]),
    );
    const ask = asks({ ...wide, 'TXT example.test': ['v=spf1 include:w0.test include:w1.test -all'] });
    const found = await authenticate(messageOf(Buffer.from(PLAIN)), envelope, ask);
    expect(found.spf?.result).toBe('permerror');
    expect(ask.asked.length).toBeLessThan(40);
  });
});

describe('RFC 9989', () => {
  const sends = { 'TXT example.test': ['v=spf1 ip4:192.0.2.1 -all'] };
  const dmarc = async (zone: Zone, from: string, changed: Partial<Envelope> = {}) => {
    const found = await findings(PLAIN.replace('user@example.test', from), { ...sends, ...zone }, changed);
    return [found.dmarc.result, found.dmarc.policy];
  };
  const own: Zone = { 'TXT _dmarc.example.test': ['v=DMARC1; p=reject; sp=quarantine; np=none'] };

  test.each<[rule: string, wanted: unknown[], from: string, zone: Zone, changed?: Partial<Envelope>]>([
    ['the author sends from where it says', ['pass', 'reject'], 'a@example.test', own],
    [
      'relaxed: a domain below counts',
      ['pass', 'quarantine'],
      'a@sub.example.test',
      { ...own, 'A sub.example.test': [CLIENT] },
    ],
    [
      'strict: it does not',
      ['fail', 'reject'],
      'a@example.test',
      { 'TXT _dmarc.example.test': ['v=DMARC1; p=reject; aspf=s'], 'TXT sub.example.test': ['v=spf1 +all'] },
      { reversePath: 'a@sub.example.test' },
    ],
    ['somebody else sends', ['fail', 'reject'], 'a@example.test', own, { reversePath: 'a@other.test' }],
    [
      'sp is for domains below',
      ['fail', 'quarantine'],
      'a@sub.example.test',
      { ...own, 'A sub.example.test': [CLIENT] },
      { reversePath: '' },
    ],
    [
      'np is for names that are not there',
      ['fail', 'none'],
      'a@nowhere.example.test',
      own,
      { reversePath: '' },
    ],
    [
      't=y asks for less than it says',
      ['fail', 'quarantine'],
      'a@example.test',
      { 'TXT _dmarc.example.test': ['v=DMARC1; p=reject; t=y'] },
      { reversePath: '' },
    ],
    [
      'two records are none',
      ['none', null],
      'a@example.test',
      { 'TXT _dmarc.example.test': ['v=DMARC1; p=reject', 'v=DMARC1; p=none'] },
    ],
    ['no answer', ['temperror', null], 'a@example.test', { 'TXT _dmarc.example.test': 'SERVFAIL' }],
    [
      'SPF of the author is not known',
      ['temperror', 'reject'],
      'a@example.test',
      { ...own, 'TXT example.test': 'SERVFAIL' },
    ],
  ])('%s: %j', async (_, wanted, from, zone, changed) => {
    expect(await dmarc(zone, from, changed)).toEqual(wanted);
  });

  test.each([
    ['two fields', 'From: a@example.test\r\nFrom: b@bank.test\r\n'],
    ['two authors', 'From: a@example.test, b@bank.test\r\n'],
    ['a group', 'From: all: a@example.test, b@bank.test;\r\n'],
    ['two signs at', 'From: a@example.test@bank.test\r\n'],
  ])('§11.5: of several authors (%s) each has to be confirmed', async (_, authors) => {
    const zone = { ...sends, ...own, 'TXT _dmarc.bank.test': ['v=DMARC1; p=reject'] };
    const { dmarc: found } = await findings(PLAIN.replace(/^From.*\r\n/, authors), zone);
    expect(found).toMatchObject({ result: 'fail', from: 'bank.test', policy: 'reject' });
  });

  test.each(['Subject: x\r\n\r\n', 'From: nobody\r\n\r\n', ''])(
    '%j has no author: nothing can be said',
    async (mail) => {
      expect((await findings(mail, own)).dmarc).toMatchObject({ result: 'permerror', from: null });
    },
  );
});
