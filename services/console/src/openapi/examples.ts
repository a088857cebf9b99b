// Bodies to begin from, where the schema alone leaves one guessing. A test holds each to its route.
import type { Contract } from '../contract/index.ts';

export const examples = {
  'POST /session': { login: 'anna', password: 'correct horse battery staple' },
  'POST /domains': { name: 'example.org', postmaster: 'anna@example.org' },
  'POST /accounts': {
    address: 'anna@example.org',
    displayName: 'Anna',
    password: 'correct horse battery staple',
    quotaBytes: 5_000_000_000,
    isEnabled: true,
    contact: { givenName: 'Anna', surname: 'Grant', jobTitle: 'Engineer', workPhone: '+44 20 7946 0000' },
    isHidden: false,
  },
  'POST /domains/:name/contacts': {
    address: 'boris@supplier.example',
    displayName: 'Boris Smith',
    contact: { organisation: 'Supplier Ltd', workPhone: '+44 20 7946 0001' },
  },
  'POST /aliases': { address: 'sales@example.org', targets: ['anna@example.org'] },
  'POST /groups': { address: 'all@example.org', name: 'Everybody', members: ['anna@example.org'] },
  'PATCH /groups/:address': { add: ['boris@example.org'], remove: [] },
  'POST /settings/changes': {
    changes: [
      {
        section: 'relay',
        expectedRevision: 3,
        patch: { host: 'smtp.example.net', port: 465, useSmtps: true },
        secrets: { password: 'of the relay' },
      },
    ],
    comment: 'the provider closed port 25',
    validateOnly: false,
  },
  'POST /lists/:list': {
    value: '192.0.2.0/24',
    comment: 'the branch office',
    expiresAt: '2027-01-01T00:00:00Z',
  },
  'POST /lists/:list/lines': {
    lines: ['192.0.2.1 # the scanner', 'example.net until=2027-01-01T00:00:00Z'],
    dryRun: true,
  },
  'POST /routes': {
    ...{ domain: '.example.net', host: 'smtp.example.net', port: 465, tls: 'smtps', isVerified: true },
    ...{ username: 'us', password: 'of the route', maxConnections: 2, comment: 'by contract' },
  },
  'POST /lists/networks': { name: 'office', addresses: ['192.0.2.0/24', '2001:db8::/32'] },
  'POST /queue/retry': { mails: ['01a20dec-e612-7001-8000-000000000001'] },
  'POST /queue/release': {
    mails: ['01a20dec-e612-7001-8000-000000000001'],
    heldBy: 'filter',
    filter: 'antivirus',
  },
  'POST /quarantine/release': {
    mails: ['01a20dec-e612-7001-8000-000000000001'],
    filter: 'dkim',
    recipient: 'anna@example.org',
  },
  'POST /dlp/rules': {
    name: 'Cards',
    definition: {
      directions: ['outgoing'],
      conditions: [{ kind: 'detector', detector: 'bankCard', least: 1 }],
      action: 'quarantine',
      reason: 'ask the security officer',
    },
  },
  'POST /queue/redirect': { mails: ['01a20dec-e612-7001-8000-000000000001'], to: 'anna@example.org' },
  'POST /tokens': { name: 'monitoring', role: 'auditor', domains: null, expiresAt: '2027-01-01T00:00:00Z' },
  'POST /admins': {
    login: 'anna',
    password: 'correct horse battery staple',
    role: 'domainAdmin',
    domains: ['example.org'],
  },
} satisfies { [Name in keyof Contract]?: unknown };
