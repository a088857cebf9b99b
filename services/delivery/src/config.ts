// Environment -> configuration; the only reader of process.env in this service.
import { networksEntry, processEnv, readEnv } from '@pochtar/runtime';
import { z } from 'zod';
import { ADDRESS_ORDERS, type AddressOrder } from './remote/mx.ts';

/** RFC 5321 §4.5.4.2: SMTP between servers is on port 25. */
const SMTP_PORT = 25;

const port = z.coerce.number().int().min(1).max(65535);

/** `2525`, or `one.test=2525,other.test=2526`, or both: ports of far sides that are not 25. For tests. */
const remotePorts = z
  .string()
  .default(String(SMTP_PORT))
  .transform((text, context) => {
    const ports = new Map<string, number>();
    for (const entry of text.split(',').filter((part) => part.trim() !== '')) {
      const [name = '', value] = entry.includes('=') ? entry.split('=') : ['', entry];
      const parsed = port.safeParse(value);
      if (parsed.success) ports.set(name.trim().toLowerCase(), parsed.data);
      else context.addIssue(`"${entry}" is no port: use 2525 or domain=2525, separated by commas`);
    }
    return (domain: string): number => ports.get(domain) ?? ports.get('') ?? SMTP_PORT;
  });

const schema = processEnv.extend({
  POCHTAR_REMOTE_PORT: remotePorts,
  /** Which addresses of far sides are tried, in which order: a network without IPv6 has ipv4Only. */
  POCHTAR_REMOTE_ADDRESSES: z
    .enum(Object.keys(ADDRESS_ORDERS) as [AddressOrder, ...AddressOrder[]])
    .default('ipv4First'),
  /** Where policies of other domains are fetched (MTA-STS). For tests. */
  POCHTAR_STS_PORT: port.default(443),
  /** Networks of far sides that are not of the public internet: mail goes to no other private address but a relay's. */
  POCHTAR_REMOTE_NETWORKS: networksEntry,
  /** Between two signs of life of a process that sends; after five that are missing it is dead to the others. */
  POCHTAR_SENDER_BEAT_SECONDS: z.coerce.number().positive().max(20).default(2),
  /** How often mails without an event are looked for, and from which age on. */
  POCHTAR_RECONCILE_SECONDS: z.coerce.number().positive().max(3600).default(30),
  POCHTAR_RECONCILE_AGE_SECONDS: z.coerce.number().positive().max(3600).default(60),
  /** How often what grows by itself is cleaned up. */
  POCHTAR_CLEAN_UP_SECONDS: z.coerce.number().positive().max(86_400).default(600),
  /** How often large mailboxes are looked at for messages that searches have to read. */
  POCHTAR_SEARCH_INDEX_SECONDS: z.coerce.number().positive().max(86_400).default(60),
  /** How often mail by the hour is counted. */
  POCHTAR_TRAFFIC_SECONDS: z.coerce.number().positive().max(3600).default(30),
});

export type Config = z.infer<typeof schema>;

export function readConfig(environment?: Record<string, string | undefined>): Config {
  return readEnv(schema, environment);
}
