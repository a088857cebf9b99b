// The transport table: where mail for single domains goes.
import { adminRoutes, testEvent, testVerdict } from '@pochtar/bus';
import { z } from 'zod';
import { asks, own } from './route.ts';

const domain = z.string().min(1).max(256);
const one = z.object({ domain });

const server = {
  /** A name or an address; a name is not looked up for MX. */
  host: z.string().min(1).max(255),
  port: z.int().min(1).max(65_535).default(25),
  /** opportunistic: STARTTLS where it works · starttls: that or nothing · smtps: TLS from the first octet */
  tls: z.enum(['opportunistic', 'starttls', 'smtps']).default('opportunistic'),
  /** The certificate has to name the host. */
  isVerified: z.boolean().default(false),
  /** Empty is without a log-in. */
  username: z.string().max(255).default(''),
  /** As it was typed; left out: the one that is stored. Never answered. */
  password: z.string().min(1).max(255).optional(),
};

const route = z.strictObject({
  /** `example.org`, or `.example.org` for what is below it. */
  domain,
  ...server,
  /** Connections at once; null: as everywhere. */
  maxConnections: z.int().min(1).max(50).nullable().default(null),
  /** Mails in a minute; null: as many as there are. */
  perMinute: z.int().min(1).max(100_000).nullable().default(null),
  comment: z.string().max(200).default(''),
  isOn: z.boolean().default(true),
});

export const domainRouteRoutes = {
  'GET /routes': asks(adminRoutes.list, {
    summary: 'the routes of single domains',
    query: z.strictObject({
      /** In the domain, the server or the comment. */
      search: z.string().max(200).default(''),
      after: z.string().max(256).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    request: ({ query }) => query,
  }),
  'POST /routes': asks(adminRoutes.save, {
    summary: 'sends mail for a domain through a server of its own',
    body: route,
    request: ({ body }) => body,
    status: 201,
  }),
  'PUT /routes/:domain': asks(adminRoutes.save, {
    summary: 'changes the route of a domain',
    params: one,
    body: route,
    request: ({ params, body }) => ({ ...body, former: params.domain }),
  }),
  'DELETE /routes/:domain': asks(adminRoutes.remove, {
    summary: 'removes the route of a domain',
    params: one,
    request: ({ params }) => params,
  }),
  'POST /routes/test': own({
    summary:
      'talks to the server of a route without sending a mail: a line for each event, the last one is the verdict',
    body: z.strictObject({
      domain,
      /** The domain of the route whose stored password is used, towards its own server only. */
      former: domain.optional(),
      ...server,
    }),
    result: z.union([testEvent, testVerdict]),
    mediaType: 'application/x-ndjson',
    roles: ['admin'],
  }),
};
