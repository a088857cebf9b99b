// Questions about the transport table: where mail for single domains goes instead of the relay or their MX hosts. Delivery
// answers, and tries them. A password goes in, and never out.
import { z } from 'zod';
import { progressInbox } from '../progress.ts';
import { TEST_MS, type TestVerdict, testVerdict } from '../settings-test.ts';
import type { Bus } from '../bus.ts';
import { type Asker, changesAll, looksAtAll } from './access.ts';
import { adminQuestion, type AdminReply } from './question.ts';
import { askTest, type TestListener } from './told-test.ts';

const domain = z.string().trim().min(1).max(256);
const tls = z.enum(['opportunistic', 'starttls', 'smtps']);
/** How a server is reached. */
const server = {
  /** A name or an address; a name is not looked up for MX. */
  host: z.string().trim().min(1).max(255),
  port: z.int().min(1).max(65_535).default(25),
  /** opportunistic: STARTTLS where it works · starttls: that or nothing · smtps: TLS from the first octet */
  tls: tls.default('opportunistic'),
  /** The certificate has to name the host. With a log-in it always has to, but in one's own network. */
  isVerified: z.boolean().default(false),
  /** '' is without a log-in. */
  username: z.string().trim().max(255).default(''),
  /** As it was typed; left out: the one that is stored. Never answered. */
  password: z.string().min(1).max(255).optional(),
};

const limits = {
  /** At once to this server; null: as everywhere. */
  maxConnections: z.int().min(1).max(50).nullable().default(null),
  /** Mails to this server in a minute; null: as many as there are. */
  perMinute: z.int().min(1).max(100_000).nullable().default(null),
};

const route = z.object({
  /** `example.org`, or `.example.org` for what is below it; in A-labels. */
  domain: z.string(),
  host: z.string(),
  port: z.int(),
  tls,
  isVerified: z.boolean(),
  username: z.string(),
  hasPassword: z.boolean(),
  maxConnections: z.int().nullable(),
  perMinute: z.int().nullable(),
  comment: z.string(),
  isOn: z.boolean(),
  author: z.string(),
  changedAt: z.iso.datetime(),
});
export type RouteInfo = z.infer<typeof route>;

export const adminRoutes = {
  list: adminQuestion(
    'delivery',
    'routes.list',
    'the routes of single domains, by domain',
    z.object({
      /** In the domain, the server or the comment. */
      search: z.string().trim().max(200).default(''),
      after: z.string().max(256).optional(),
      limit: z.int().min(1).max(200).default(50),
    }),
    z.object({ routes: z.array(route), next: z.string().nullable() }),
    looksAtAll,
  ),
  save: adminQuestion(
    'delivery',
    'routes.save',
    'adds a route for a domain, or changes one; mail that waits goes the new way',
    z.object({
      domain,
      /** The domain of the route that is changed; left out: a new one. */
      former: domain.optional(),
      ...server,
      ...limits,
      comment: z.string().trim().max(200).default(''),
      isOn: z.boolean().default(true),
    }),
    z.object({ route }),
    changesAll(
      ({ domain: name }) => name,
      [
        ...['former', 'host', 'port', 'tls', 'isVerified', 'username', 'maxConnections', 'perMinute'],
        ...['comment', 'isOn'],
      ],
    ),
  ),
  remove: adminQuestion(
    'delivery',
    'routes.remove',
    'removes the route of a domain, and answers it; mail that waits goes as all other mail',
    z.object({ domain }),
    z.object({ removed: route }),
    changesAll(({ domain: name }) => name),
  ),
  test: adminQuestion(
    'delivery',
    'routes.test',
    'talks to the server of a route up to a sender that is taken back; tells line by line where the asker hears it',
    z.object({
      domain,
      /** The domain of the route whose stored password is used; only towards the server that it is stored for. */
      former: domain.optional(),
      ...server,
      progress: progressInbox.optional(),
    }),
    testVerdict,
    changesAll(
      ({ domain: name, host, port }) => `${name} ${host}:${port}`,
      ['tls', 'isVerified', 'username'],
    ),
  ),
};

export type RouteRequest = z.input<(typeof adminRoutes)['save']['body']>;
export type RouteTestRequest = Omit<z.input<(typeof adminRoutes)['test']['body']>, 'progress'>;

/** Over the time of the test itself, for the way. */
const SPARE_MS = 4000;

/** Asks for a test and hears of its progress. */
export function askRouteTest(
  bus: Bus,
  who: Asker,
  request: RouteTestRequest,
  listener: TestListener,
): Promise<AdminReply<TestVerdict>> {
  return askTest(bus, adminRoutes.test, who, request, { ms: TEST_MS + SPARE_MS, ...listener });
}
