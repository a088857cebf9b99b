// What the bench asks of the routes of the console's API that change something: one round of everything, in an order in
// which what is made is changed and removed again. A route that the API describes and that is neither here nor left out
// for a reason ends the bench: it has no figure.

/** What a round has of its own, and what earlier steps of it have made. */
export interface Round {
  /** Of this round alone, in an installation that was measured before too. */
  n: number;
  /** Mails that wait for a far side, and nobody else's. */
  mails: readonly string[];
  /** Revision of the section `sending`. */
  revision: number;
  /** All settings as a file. */
  yaml: string;
  /** PEM of our own authority, in base64. */
  authority: string;
  /** Ids that were answered, by the route that did. */
  made: Map<string, string>;
}

interface Step {
  /** Fills in the places of the path. */
  at?: Record<string, string>;
  query?: string;
  body?: unknown;
}

const password = 'correct horse battery staple';
const far = 'somebody@far.test';
/** Shut out before the round of this number. */
export const bannedAddress = (n: number): string => `198.51.${Math.floor(n / 250) % 250}.${n % 250}`;
const own = (n: number): string => `bench${n}@d2.bench.test`;

const contactOf = (n: number) => ({ name: 'd2.bench.test', address: `c${n}@far.test` });

/** In the order of a round, by `METHOD /path` as the API describes it. */
export const CHANGES: Readonly<Record<string, (round: Round) => Step>> = {
  'POST /domains': ({ n }) => ({ body: { name: `new${n}.bench.test` } }),
  'DELETE /domains/{name}': ({ n }) => ({ at: { name: `new${n}.bench.test` } }),
  'POST /domains/{name}/dkim': ({ n }) => ({
    at: { name: 'd2.bench.test' },
    body: { selector: `bench${n}`, algorithm: 'ed25519' },
  }),
  'DELETE /domains/{name}/dkim/{selector}': ({ n }) => ({
    at: { name: 'd2.bench.test', selector: `bench${n}` },
  }),
  'POST /accounts': ({ n }) => ({ body: { address: own(n), displayName: 'Bench' } }),
  'PATCH /accounts/{address}': ({ n }) => ({ at: { address: own(n) }, body: { displayName: `Bench ${n}` } }),
  'PUT /accounts/{address}/photo': ({ n }) => ({ at: { address: own(n) }, body: { jpeg: null } }),
  'PUT /accounts/{address}/password': ({ n }) => ({ at: { address: own(n) }, body: { password } }),
  'DELETE /accounts/{address}': ({ n }) => ({ at: { address: own(n) } }),
  'POST /aliases': ({ n }) => ({ body: { address: own(n), targets: [far] } }),
  'PATCH /aliases/{address}': ({ n }) => ({ at: { address: own(n) }, body: { targets: [far, own(0)] } }),
  'DELETE /aliases/{address}': ({ n }) => ({ at: { address: own(n) } }),
  'POST /groups': ({ n }) => ({ body: { address: own(n), name: 'Bench', members: [far] } }),
  'PATCH /groups/{address}': ({ n }) => ({
    at: { address: own(n) },
    body: { add: [own(0)] },
  }),
  'DELETE /groups/{address}': ({ n }) => ({ at: { address: own(n) } }),
  'POST /routes': ({ n }) => ({ body: { domain: `bench${n}.test`, host: 'smtp.bench.test' } }),
  'PUT /routes/{domain}': ({ n }) => ({
    at: { domain: `bench${n}.test` },
    body: { domain: `bench${n}.test`, host: 'smtp.bench.test', port: 587 },
  }),
  'DELETE /routes/{domain}': ({ n }) => ({ at: { domain: `bench${n}.test` } }),
  'POST /domains/{name}/contacts': ({ n }) => ({
    at: { name: 'd2.bench.test' },
    body: { address: `c${n}@far.test` },
  }),
  'PATCH /domains/{name}/contacts/{address}': ({ n }) => ({
    at: contactOf(n),
    body: { displayName: `Bench ${n}` },
  }),
  'PUT /domains/{name}/contacts/{address}/photo': ({ n }) => ({ at: contactOf(n), body: { jpeg: null } }),
  'DELETE /domains/{name}/contacts/{address}': ({ n }) => ({ at: contactOf(n) }),
  'POST /lists/networks': ({ n }) => ({ body: { name: `bench${n}`, addresses: ['192.0.2.0/24'] } }),
  'PATCH /lists/networks/{name}': ({ n }) => ({
    at: { name: `bench${n}` },
    body: { addresses: ['198.51.100.0/24'] },
  }),
  'DELETE /lists/networks/{name}': ({ n }) => ({ at: { name: `bench${n}` } }),
  'POST /lists/{list}': ({ n }) => ({ at: { list: 'black' }, body: { value: `bench${n}.test` } }),
  'PATCH /lists/{list}': ({ n }) => ({
    at: { list: 'black' },
    body: { value: `bench${n}.test`, comment: 'bench' },
  }),
  'DELETE /lists/{list}': ({ n }) => ({ at: { list: 'black' }, body: { values: [`bench${n}.test`] } }),
  'POST /lists/{list}/lines': ({ n }) => ({
    at: { list: 'white' },
    body: { lines: Array.from({ length: 100 }, (_, line) => `line${line}.bench${n}.test`) },
  }),
  'POST /admins': ({ n }) => ({ body: { login: `bench${n}`, password, role: 'auditor', domains: null } }),
  'PATCH /admins/{login}': ({ n }) => ({ at: { login: `bench${n}` }, body: { displayName: 'Bench' } }),
  'PUT /admins/{login}/password': ({ n }) => ({ at: { login: `bench${n}` }, body: { password } }),
  'DELETE /admins/{login}': ({ n }) => ({ at: { login: `bench${n}` } }),
  'POST /tokens': ({ n }) => ({
    body: {
      name: `bench${n}`,
      role: 'auditor',
      domains: null,
      expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    },
  }),
  'DELETE /tokens/{id}': ({ made }) => ({ at: { id: made.get('POST /tokens') ?? '0' } }),
  'POST /certificates/inspect': ({ authority }) => ({
    body: { files: [{ name: 'ca.pem', data: authority }] },
  }),
  'POST /certificates/generate': ({ n }) => ({ body: { name: `bench ${n}`, hosts: ['mail.bench.test'] } }),
  'DELETE /certificates/{id}': ({ made }) => ({ at: { id: made.get('POST /certificates/generate') ?? '0' } }),
  'PUT /steps/{step}': () => ({ at: { step: 'way' }, body: { reason: 'bench' } }),
  'DELETE /steps/{step}': () => ({ at: { step: 'way' } }),
  'DELETE /bans/{subject}': ({ n }) => ({ at: { subject: bannedAddress(n) } }),
  'POST /settings/changes': ({ revision }) => ({
    body: {
      changes: [{ section: 'sending', expectedRevision: revision, patch: { maxMessageSizeMb: 77 } }],
      validateOnly: true,
    },
  }),
  'POST /settings/revert': ({ revision }) => ({
    body: { section: 'sending', revision: 1, expectedRevision: revision, validateOnly: true },
  }),
  'POST /settings/import': ({ yaml }) => ({ query: 'dryRun=true', body: { yaml } }),
  'POST /queue/plan': () => ({ body: { queue: { waitMaxMinutes: 400 }, relay: {} } }),
  'POST /queue/hold': ({ mails }) => ({ body: { mails } }),
  'POST /queue/release': ({ mails }) => ({ body: { mails, heldBy: 'person' } }),
  'POST /queue/retry': ({ mails }) => ({ body: { mails: mails.slice(0, 1) } }),
  'POST /queue/redirect': ({ mails }) => ({ body: { mails: mails.slice(1, 2), to: far } }),
  'POST /queue/return': ({ mails }) => ({ body: { mails: mails.slice(2, 3) } }),
  // The third has gone back to its sender.
  'POST /queue/delete': ({ mails }) => ({ body: { mails: mails.filter((_, place) => place !== 2) } }),
};

/** Routes without a figure, and why. */
export const WITHOUT_FIGURE: ReadonlySet<string> = new Set([
  // Log-ins are throttled and hash a password on purpose; what is theirs is asked once.
  ...['POST /session', 'DELETE /session', 'PUT /me/password'],
  // What they take is the far side's, or the name server's.
  ...['POST /tests/{kind}', 'POST /routes/test', 'POST /domains/{name}/dns', 'POST /queue/test-mail'],
  ...['check', 'activate', 'retire'].map((act) => `POST /domains/{name}/dkim/{selector}/${act}`),
  // It takes what all filters together need, of which the bench runs none.
  'POST /filters/try',
  // The address book is the LDAP process's, whose searches have a bench of their own.
  'POST /address-book/try',
  // Of a black list of the DNS, of which the bench asks none.
  'POST /dnsbl/{zone}/pardon',
  // A row each.
  ...['POST /guard/{address}/confirm', 'POST /guard/{address}/revoke'],
  ...['POST /dlp/rules', 'PUT /dlp/rules/{name}', 'DELETE /dlp/rules/{name}'],
  // A file is read, in a thread.
  ...['POST /dlp/documents', 'POST /dlp/documents/file', 'DELETE /dlp/documents/{name}'],
  // A file of people takes what its people take.
  ...['POST /domains/{name}/contacts/import', 'POST /accounts/import'],
  // Of mails with a body.
  ...['POST /quarantine/release', 'POST /quarantine/approve', 'POST /quarantine/delete'],
  // A row each, and what the address of a hook takes.
  ...[
    'POST /hooks',
    'PUT /hooks/{id}',
    'DELETE /hooks/{id}',
    'POST /hooks/{id}/secret',
    'POST /hooks/{id}/test',
  ],
  'POST /hooks/{id}/redeliver',
  // A task each.
  ...['POST /queue/tasks', 'POST /tasks/{id}/cancel'],
  // They want a key that somebody else has made.
  ...['POST /certificates', 'POST /domains/{name}/dkim/import'],
]);

/** Their password is hashed, or their key drawn, for as long as that takes on purpose. */
export const SLOW_ON_PURPOSE: ReadonlySet<string> = new Set([
  ...['PUT /accounts/{address}/password', 'POST /admins', 'PUT /admins/{login}/password'],
  'POST /certificates/generate',
]);

/** The path that a step asks, with its query. */
export function pathOf(route: string, { at = {}, query }: Step): string {
  const path = route
    .slice(route.indexOf(' ') + 1)
    .replaceAll(/\{(\w+)\}/g, (_, place: string) => encodeURIComponent(at[place] ?? ''));
  return query === undefined ? path : `${path}?${query}`;
}
