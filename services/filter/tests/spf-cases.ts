// What SPF says of a sender, by RFC 7208: kinds of cases as the suite of the openspf project has them, written anew. Each is
// asked of us and of an implementation that is not ours.

/** Records of a name as master files write them; `SERVFAIL`: no question about it is answered. Texts in `|` are one record. */
export type Zone = Readonly<Record<string, readonly string[]>>;

export interface SpfCase {
  what: string;
  result: string;
  zone: Zone;
  client?: string;
  sender?: string;
  helo?: string;
  /** python3-spf is laxer than the standard there. */
  isOurs?: true;
}

export const CLIENT = '192.0.2.1';
export const CLIENT_6 = '2001:db8::cb01';
const NIBBLES = '1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2';
export const SENDER = 'user@e.test';
export const HELO = 'mail.e.test';

type More = Partial<Omit<SpfCase, 'what' | 'result' | 'zone'>> & { zone?: Zone };

/** One whose sender's domain has this record. */
function of(what: string, result: string, record: string, { zone = {}, ...more }: More = {}): SpfCase {
  return { what, result, zone: { 'e.test': [`TXT ${record}`], ...zone }, ...more };
}

const bad = (record: string): SpfCase => of(record, 'permerror', record);
const host = { 'h.test': [`A ${CLIENT}`, `AAAA ${CLIENT_6}`] };
const ALL = 'v=spf1 +all';
const label64 = 'a'.repeat(64);

const initial: SpfCase[] = [
  { what: '§4.3: a label that is too long', result: 'none', zone: {}, sender: `user@${label64}.test` },
  { what: '§4.3: an empty label', result: 'none', zone: {}, sender: 'user@a..test' },
  {
    ...{ what: '§4.3: one label', result: 'none', sender: 'user@localhost', isOurs: true },
    zone: { localhost: [`TXT ${ALL}`] },
  },
  { what: '§4.3: a literal', result: 'none', zone: {}, sender: 'user@[192.0.2.1]' },
  { what: '§4.3: a literal in HELO', result: 'none', zone: {}, sender: '', helo: '[192.0.2.1]' },
  of('§4.3: without a local part it is postmaster', 'pass', 'v=spf1 exists:%{l}.w.test -all', {
    ...{ sender: '@e.test', zone: { 'postmaster.w.test': ['A 127.0.0.2'] } },
  }),
  {
    ...{ what: '§2.4: HELO for a null reverse path', result: 'pass', sender: '' },
    zone: { [HELO]: [`TXT v=spf1 ip4:${CLIENT} -all`], 'e.test': ['TXT v=spf1 -all'] },
  },
  of('§4.5: characters beyond US-ASCII', 'permerror', 'v=spf1 a:\u00fc.test -all'),
];

const lookup: SpfCase[] = [
  { what: '§4.4: the DNS fails', result: 'temperror', zone: { 'e.test': ['SERVFAIL'] } },
  { what: '§4.5: no TXT', result: 'none', zone: { 'e.test': [`A ${CLIENT}`] } },
  { what: '§4.5: no such name', result: 'none', zone: {} },
  { what: '§3.1: type SPF counts for nothing', result: 'none', zone: { 'e.test': [`SPF ${ALL}`] } },
];

const selecting: SpfCase[] = [
  of('another version', 'none', 'v=spf10 -all'),
  of('no blank behind the version', 'none', 'v=spf1-all'),
  of('a tab behind the version', 'none', 'v=spf1\t-all'),
  of('a blank before it', 'none', ' v=spf1 -all'),
  of('nothing but the version', 'neutral', 'v=spf1'),
  of('blanks behind the version', 'neutral', 'v=spf1   '),
  of('capitals', 'fail', 'V=SPF1 -ALL'),
  of('§3.3: strings of a record are one, without blanks', 'fail', 'v=spf|1 -a|ll'),
  of('§3.3: no blank is put between strings', 'permerror', 'v=spf1 -all|mx'),
  { what: 'two records', result: 'permerror', zone: { 'e.test': ['TXT v=spf1 -all', 'TXT v=spf1 -all'] } },
  {
    ...{ what: 'other texts beside it', result: 'fail' },
    zone: { 'e.test': ['TXT x', 'TXT v=spf1 -all', 'TXT v=spf2.0/pra +all'] },
  },
];

const evaluation: SpfCase[] = [
  ...['moo', 'redirect:h.test', 'all=%', '1=x', '%all', '--all', 'a=', 'ip4=192.0.2.1'].map((term) =>
    term === 'a=' || term === 'ip4=192.0.2.1'
      ? of(`an unknown modifier is nothing: ${term}`, 'fail', `v=spf1 ${term} -all`)
      : bad(`v=spf1 ${term} -all`),
  ),
  of('an unknown modifier', 'fail', 'v=spf1 default=pass -all'),
  of('§4.6: an error behind what matches', 'permerror', `v=spf1 ip4:${CLIENT} -all moo`),
  of('§4.7: nothing matches', 'neutral', 'v=spf1 ip4:198.51.100.1'),
  of('blanks between terms', 'pass', `v=spf1  ip4:198.51.100.1   ip4:${CLIENT}  -all `),
  of('§4.6.2: from left to right', 'softfail', `v=spf1 ~ip4:${CLIENT} -ip4:${CLIENT} +all`),
  of('? is neutral', 'neutral', 'v=spf1 ?all'),
  of('+ is pass', 'pass', ALL),
];

const all: SpfCase[] = ['all.', 'all:h.test', 'all/8', 'all:'].map((term) => bad(`v=spf1 -${term}`));

const reverse = '1.2.0.192.in-addr.arpa';
const ptr: SpfCase[] = [
  ...['ptr/0', 'ptr:', 'ptr:h.test/24', 'ptr:abc.123'].map((term) => bad(`v=spf1 ${term} -all`)),
  of('a name below', 'pass', 'v=spf1 ptr -all', {
    zone: { [reverse]: ['PTR out.e.test'], 'out.e.test': [`A ${CLIENT}`] },
  }),
  of('a name that only ends alike', 'fail', 'v=spf1 ptr -all', {
    zone: { [reverse]: ['PTR oute.test'], 'oute.test': [`A ${CLIENT}`] },
  }),
  of('of another domain, named', 'pass', 'v=spf1 ptr:o.test -all', {
    zone: { [reverse]: ['PTR x.o.test'], 'x.o.test': [`A ${CLIENT}`] },
  }),
  of('IPv6', 'pass', 'v=spf1 ptr -all', {
    ...{ client: CLIENT_6 },
    zone: { [`${NIBBLES}.ip6.arpa`]: ['PTR out.e.test'], 'out.e.test': [`AAAA ${CLIENT_6}`] },
  }),
  of('no reverse name', 'fail', 'v=spf1 ptr -all'),
  of('the DNS fails: no match', 'fail', 'v=spf1 ptr -all', {
    zone: { [reverse]: ['SERVFAIL'] },
    isOurs: true,
  }),
  of('one of two names is confirmed', 'pass', 'v=spf1 ptr -all', {
    zone: { [reverse]: ['PTR a.e.test', 'PTR b.e.test'], 'b.e.test': [`A ${CLIENT}`] },
  }),
];

const a: SpfCase[] = [
  ...['a:', 'a/33', 'a//129', 'a/024', 'a/', 'a//', 'a:museum', 'a:museum.', 'a:192.0.2.1'].map((term) =>
    bad(`v=spf1 ${term} -all`),
  ),
  ...['a:abc.123', 'a:h.test:8080', 'a:h.test/24/64', 'a:h..test', 'a/-1', 'a:h.test/ 24'].map((term) =>
    term === 'a:h..test' ? of(term, 'fail', `v=spf1 ${term} -all`) : bad(`v=spf1 ${term} -all`),
  ),
  of('its own address', 'pass', 'v=spf1 a -all', {
    zone: { 'e.test': ['TXT v=spf1 a -all', `A ${CLIENT}`] },
  }),
  of('a host', 'pass', 'v=spf1 a:h.test -all', { zone: host }),
  of('a host with a dot at its end', 'pass', 'v=spf1 a:h.test. -all', { zone: host }),
  of('a network', 'pass', 'v=spf1 a:h.test/24 -all', { zone: { 'h.test': ['A 192.0.2.200'] } }),
  of('a network of nothing', 'pass', 'v=spf1 a:h.test/0 -all', { zone: { 'h.test': ['A 198.51.100.1'] } }),
  of('a length for IPv6 is none for IPv4', 'fail', 'v=spf1 a:h.test//0 -all', {
    zone: { 'h.test': ['A 192.0.2.200'] },
  }),
  of('both lengths', 'pass', 'v=spf1 a:h.test/32//32 -all', {
    ...{ client: CLIENT_6, zone: { 'h.test': ['AAAA 2001:db8:1::1', 'A 192.0.2.200'] } },
  }),
  of('IPv6', 'pass', 'v=spf1 a:h.test -all', { client: CLIENT_6, zone: host }),
  of('IPv6 is asked for AAAA alone', 'fail', 'v=spf1 a:h.test -all', {
    ...{ client: CLIENT_6, zone: { 'h.test': [`A ${CLIENT}`] } },
  }),
  of('no such host', 'fail', 'v=spf1 a:h.test -all'),
  of('the DNS fails', 'temperror', 'v=spf1 a:h.test -all', { zone: { 'h.test': ['SERVFAIL'] } }),
  of('twelve addresses', 'pass', 'v=spf1 a:h.test -all', {
    zone: { 'h.test': [...Array.from({ length: 11 }, (_, one) => `A 198.51.100.${one}`), `A ${CLIENT}`] },
  }),
];

const included = (what: string, result: string, record: string[]): SpfCase =>
  of(`§5.2: ${what}`, result, 'v=spf1 include:i.test ~all', { zone: { 'i.test': record } });
const include: SpfCase[] = [
  ...['include', 'include:', 'include:h.test/24', 'include:e.test.1'].map((term) =>
    bad(`v=spf1 ${term} -all`),
  ),
  included('pass', 'pass', [`TXT ${ALL}`]),
  included('fail', 'softfail', ['TXT v=spf1 -all']),
  included('softfail', 'softfail', ['TXT v=spf1 ~all']),
  included('neutral', 'softfail', ['TXT v=spf1 ?all']),
  included('temperror', 'temperror', ['SERVFAIL']),
  included('permerror', 'permerror', ['TXT v=spf1 moo']),
  included('none', 'permerror', ['A 192.0.2.1']),
];

const hosts = (count: number): Zone =>
  Object.fromEntries([
    ['m.test', Array.from({ length: count }, (_, one) => `MX ${one} m${one}.test`)],
    ...Array.from({ length: count }, (_, one) => [
      `m${one}.test`,
      [one === count - 1 ? `A ${CLIENT}` : 'A 198.51.100.1'],
    ]),
  ]) as Zone;
const mx: SpfCase[] = [
  ...['mx:', 'mx/33', 'mx//129', 'mx:abc.123', 'mx/', 'mx:museum'].map((term) => bad(`v=spf1 ${term} -all`)),
  of('its hosts', 'pass', 'v=spf1 mx:m.test -all', { zone: hosts(3) }),
  of('a network', 'pass', 'v=spf1 mx:m.test/24 -all', {
    zone: { 'm.test': ['MX 0 h.test'], 'h.test': ['A 192.0.2.77'] },
  }),
  of('IPv6', 'pass', 'v=spf1 mx:m.test -all', {
    ...{ client: CLIENT_6, zone: { 'm.test': ['MX 0 h.test'], ...host } },
  }),
  of('§5.4: without an MX its own address is none', 'fail', 'v=spf1 mx:h.test -all', { zone: host }),
  of('§4.6.4: ten hosts', 'pass', 'v=spf1 mx:m.test -all', { zone: hosts(10) }),
  of('§4.6.4: eleven', 'permerror', 'v=spf1 mx:m.test -all', { zone: hosts(11) }),
  of('the DNS fails', 'temperror', 'v=spf1 mx:m.test -all', { zone: { 'm.test': ['SERVFAIL'] } }),
];

const exists: SpfCase[] = [
  ...['exists', 'exists:', 'exists:h.test/24', 'exists:abc.123'].map((term) => bad(`v=spf1 ${term} -all`)),
  of('any address', 'pass', 'v=spf1 exists:x.test -all', { zone: { 'x.test': ['A 127.0.0.2'] } }),
  of('IPv6 clients are asked for A, too', 'pass', 'v=spf1 exists:x.test -all', {
    ...{ client: CLIENT_6, zone: { 'x.test': ['A 127.0.0.2'] } },
  }),
  of('AAAA alone is nothing', 'fail', 'v=spf1 exists:x.test -all', {
    ...{ client: CLIENT_6, zone: { 'x.test': [`AAAA ${CLIENT_6}`] } },
  }),
  of('the DNS fails', 'temperror', 'v=spf1 exists:x.test -all', { zone: { 'x.test': ['SERVFAIL'] } }),
];

const ip: SpfCase[] = [
  ...['ip4', 'ip4:', 'ip4:192.0.2', 'ip4:192.0.2.1:25', 'ip4:192.0.2.1//24', 'ip4:192.0.2.1/'].map((term) =>
    bad(`v=spf1 ${term} -all`),
  ),
  ...['ip4:192.0.2.0/33', 'ip4:192.0.2.1/032', 'ip4:192.0.2.256', 'ip4:h.test', 'ip4:2001:db8::1'].map(
    (term) => bad(`v=spf1 ${term} -all`),
  ),
  ...['ip6', 'ip6:', 'ip6:2001:db8:::1', 'ip6:2001:db8::1/129', 'ip6:2001:db8::1/', 'ip6:192.0.2.1'].map(
    (term) => bad(`v=spf1 ${term} -all`),
  ),
  of('ip4 of nothing', 'pass', 'v=spf1 ip4:198.51.100.0/0 -all'),
  of('ip4 with a length', 'pass', 'v=spf1 ip4:192.0.2.77/25 -all'),
  of('ip4 beside it', 'fail', 'v=spf1 ip4:192.0.2.128/25 -all'),
  of('§5: IPv4 in IPv6 is IPv4', 'pass', `v=spf1 ip4:${CLIENT} -all`, { client: '::ffff:192.0.2.1' }),
  of('ip6', 'pass', `v=spf1 ip6:${CLIENT_6}/128 -all`, { client: CLIENT_6 }),
  of('ip6 of nothing', 'pass', 'v=spf1 ip6:::1/0 -all', { client: CLIENT_6 }),
  of('ip6 is nothing to IPv4', 'fail', 'v=spf1 ip6:::/0 -all'),
  of('ip6 of a mapped address is nothing to IPv4', 'fail', `v=spf1 ip6:::ffff:${CLIENT} -all`),
  of('ip4 is nothing to IPv6', 'fail', 'v=spf1 ip4:0.0.0.0/0 -all', { client: CLIENT_6 }),
];

const redirected = (what: string, result: string, zone: Zone): SpfCase =>
  of(`§6.1: ${what}`, result, 'v=spf1 redirect=r.test', { zone });
const modifiers: SpfCase[] = [
  ...['redirect=', 'redirect=h.test/24', 'redirect=r.test redirect=r.test', 'redirect=abc.123', 'exp='].map(
    (term) => bad(`v=spf1 ${term}`),
  ),
  bad('v=spf1 exp=x.test exp=x.test -all'),
  redirected('pass', 'pass', { 'r.test': [`TXT ${ALL}`] }),
  redirected('neutral', 'neutral', { 'r.test': ['TXT v=spf1 ?all'] }),
  redirected('none is an error', 'permerror', { 'r.test': ['A 192.0.2.1'] }),
  redirected('the DNS fails', 'temperror', { 'r.test': ['SERVFAIL'] }),
  redirected('its domain is the one that macros name', 'pass', {
    ...{ 'r.test': ['TXT v=spf1 exists:%{d}.w.test -all'], 'r.test.w.test': ['A 127.0.0.2'] },
  }),
  of('§6.1: comes last, wherever it stands', 'fail', 'v=spf1 redirect=r.test ?ip4:198.51.100.1 -all', {
    zone: { 'r.test': [`TXT ${ALL}`] },
  }),
  of('§6.2: an explanation that is not there', 'fail', 'v=spf1 exp=x.test -all'),
  of('§6.2: two explanations in the DNS', 'fail', 'v=spf1 exp=x.test -all', {
    zone: { 'x.test': ['TXT one', 'TXT two'] },
  }),
  of('§6.2: an explanation that cannot be read', 'fail', 'v=spf1 exp=x.test -all', {
    zone: { 'x.test': ['TXT %{x} no'] },
  }),
  of('§6.2: the DNS fails for it', 'fail', 'v=spf1 exp=x.test -all', { zone: { 'x.test': ['SERVFAIL'] } }),
];

/** Passes when the macro becomes the name. */
const macro = (written: string, name: string, more: More = {}): SpfCase =>
  of(`§7: ${written} is ${name}`, 'pass', `v=spf1 exists:${written}.w.test -all`, {
    ...more,
    zone: { [`${name}.w.test`]: ['A 127.0.0.2'], ...more.zone },
  });
const macros: SpfCase[] = [
  ...['%{x}', '%x', '%{c}', '%{r}', '%{t}', '%', '%{}'].map((written) =>
    bad(`v=spf1 exists:${written}.w.test -all`),
  ),
  ...['%{d', '%{d0}', '%{d2x}'].map((written) => ({
    ...bad(`v=spf1 exists:${written}.w.test -all`),
    isOurs: true as const,
  })),
  macro('%{i}', CLIENT),
  macro('%{ir}', '1.2.0.192'),
  macro('%{ir}.%{v}', '1.2.0.192.in-addr'),
  macro('%{ir}.%{v}', `${NIBBLES}.ip6`, { client: CLIENT_6 }),
  macro('%{s}', SENDER),
  macro('%{l}', 'user'),
  macro('%{o}', 'e.test'),
  macro('%{d}', 'e.test'),
  macro('%{d1}', 'test'),
  macro('%{d9}', 'e.test'),
  macro('%{d1r}', 'e'),
  macro('%{dr}', 'test.e'),
  macro('%{h}', HELO),
  macro('%{h2}', 'e.test'),
  macro('%{l-}', 'strong.bad', { sender: 'strong-bad@e.test' }),
  macro('%{lr-}', 'bad.strong', { sender: 'strong-bad@e.test' }),
  macro('%{l1r-}', 'strong', { sender: 'strong-bad@e.test' }),
  macro('%{l+-}', 'a.b.c', { sender: 'a+b-c@e.test' }),
  macro('%{L}', 'a%2bb', { sender: 'a+b@e.test' }),
  macro('x%%y', 'x%y'),
  macro('x%-y', 'x%20y'),
  macro('%{p}', 'out.e.test', { zone: { [reverse]: ['PTR out.e.test'], 'out.e.test': [`A ${CLIENT}`] } }),
  macro('%{p}', 'unknown'),
  of(
    '§7.3: of a name that is too long the left is cut',
    'pass',
    `v=spf1 exists:%{l}.${'b'.repeat(60)}.w.test -all`,
    {
      ...{ sender: `${`${'a'.repeat(60)}.`.repeat(4)}z@e.test` },
      zone: {
        [`${`${'a'.repeat(60)}.`.repeat(3)}z.${'b'.repeat(60)}.w.test`]: ['A 127.0.0.2'],
      },
    },
  ),
];

const chain = (count: number, last: string): Zone =>
  Object.fromEntries(
    Array.from({ length: count }, (_, one) => [
      `c${one}.test`,
      [`TXT ${one + 1 < count ? `v=spf1 include:c${one + 1}.test -all` : last}`],
    ]),
  );
const many = (count: number, term: (one: number) => string): string =>
  `v=spf1 ${Array.from({ length: count }, (_, one) => term(one)).join(' ')} ip4:${CLIENT} -all`;
const there = (count: number): Zone =>
  Object.fromEntries(Array.from({ length: count }, (_, one) => [`a${one}.test`, ['A 198.51.100.1']]));
const limits: SpfCase[] = [
  of(
    'ten terms that ask',
    'pass',
    many(10, (one) => `a:a${one}.test`),
    { zone: there(10) },
  ),
  of(
    'eleven',
    'permerror',
    many(11, (one) => `a:a${one}.test`),
    { zone: there(11) },
  ),
  of('ten includes', 'pass', 'v=spf1 include:c0.test -all', { zone: chain(10, ALL) }),
  of('eleven includes', 'permerror', 'v=spf1 include:c0.test -all', { zone: chain(11, ALL) }),
  of('an include of itself', 'permerror', 'v=spf1 include:e.test -all'),
  of('a redirect to itself', 'permerror', 'v=spf1 redirect=e.test'),
  of('a redirect counts', 'permerror', 'v=spf1 include:c0.test redirect=r.test', {
    zone: { ...chain(10, 'v=spf1 -all'), 'r.test': [`TXT ${ALL}`] },
  }),
  of('ptr counts', 'permerror', `${many(10, (one) => `a:a${one}.test`).replace(/ ip4.*/, '')} ptr -all`, {
    zone: there(10),
  }),
  of(
    'ip4 does not count',
    'pass',
    many(40, (one) => `ip4:198.51.100.${one}`),
  ),
  of(
    'two answers with nothing in them',
    'pass',
    many(2, (one) => `a:n${one}.test`),
  ),
  of(
    'three',
    'permerror',
    many(3, (one) => `a:n${one}.test`),
  ),
  of(
    'three of exists',
    'permerror',
    many(3, (one) => `exists:n${one}.test`),
  ),
];

export const spfCases: Readonly<Record<string, readonly SpfCase[]>> = {
  ...{
    '§4.3 initial processing': initial,
    '§4.4 record look-up': lookup,
    '§4.5 selecting records': selecting,
  },
  ...{
    '§4.6 record evaluation': evaluation,
    '§5.1 all': all,
    '§5.2 include': include,
    '§5.3 a': a,
    '§5.4 mx': mx,
  },
  ...{
    '§5.5 ptr': ptr,
    '§5.6 ip4, ip6': ip,
    '§5.7 exists': exists,
    '§6 modifiers': modifiers,
    '§7 macros': macros,
  },
  '§4.6.4 limits': limits,
};
