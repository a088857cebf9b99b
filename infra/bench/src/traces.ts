// "Where is my mail?" among very many traces: how long the console's question takes until the mail is found, when whoever
// asks goes on as the answers say, for mails of every age and for all that can be known of one.
import { createHash } from 'node:crypto';
import type { Database } from '@pochtar/store/db';
import { ConsoleClient } from './console-client.ts';
import type { Instance } from './instance.ts';
import { openDatabaseOf, openDatabaseOfOwner } from './program-database.ts';
import { atShare } from './statistics.ts';

export interface TraceResult {
  /** What was looked for. */
  by: string;
  looks: number;
  p50Ms: number;
  worstMs: number;
  /** Questions that the worst one took. */
  questions: number;
}

/** Of one statement: a transaction of a million rows would end in a time-out. */
const SLICE = 50_000;
const DAYS = 30;
/** How old the mails are that are looked for, as parts of all. */
const AGES = [0.02, 0.25, 0.5, 0.75, 0.99];

/** Written as delivery does, ended evenly over the days before now. */
export async function seedTraces(
  instance: Instance,
  count: number,
  tell: (line: string) => void,
): Promise<void> {
  await using delivery = await openDatabaseOf(instance, 'delivery');
  for (let first = 1; first <= count; first += SLICE) {
    tell(`writing ${Math.min(first + SLICE - 1, count)} of ${count} traces`);
    await insertTraces(delivery, first, Math.min(first + SLICE - 1, count), count);
  }
  await using owner = await openDatabaseOfOwner(instance);
  await owner.query({ text: 'analyze trace.delivery' });
}

async function insertTraces(db: Database, first: number, last: number, count: number): Promise<void> {
  await db.query({
    text: `with planned as (
        select n, now() - ($3::int - n) * interval '${DAYS} days' / $3::int as at from generate_series($1::int, $2::int) n)
      insert into trace.delivery (mail_id, recipient, ended_at, accepted_at, reverse_path, origin, client_address, size,
        outcome, detail, attempts, message_id, subject)
      select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0')
          || '8' || lpad(to_hex(n), 15, '0'))::uuid,
        'user' || n || '@d' || n % 50 || '.bench.test', at, at, 'sender' || n % 5000 || '@far.test', 'incoming',
        ('198.51.' || n / 256 % 256 || '.' || n % 256)::inet, 4000, (array['delivered', 'relayed', 'bounced'])[1 + n % 3],
        'mx.far.test: 250 2.0.0 queued as ' || md5(n::text), 1, '<' || md5('id' || n) || '@far.test>',
        'Offer number ' || n || ' for ' || md5('subject' || n)
      from planned`,
    values: [first, last, count],
  });
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

interface Looked {
  by: string;
  query: (n: number) => Record<string, string>;
}

/** As a text that the mail alone has; of an address of a machine a few have it. */
const looks: Looked[] = [
  { by: 'address', query: (n) => ({ address: `user${n}@` }) },
  { by: 'Message-ID', query: (n) => ({ messageId: md5(`id${n}`).concat('@far.test') }) },
  { by: 'words of the subject', query: (n) => ({ subject: `OFFER number ${n} for` }) },
  { by: 'IP address', query: (n) => ({ clientAddress: `198.51.${Math.floor(n / 256) % 256}.${n % 256}` }) },
];

export async function benchTraces(
  instance: Instance,
  count: number,
  tell: (line: string) => void,
): Promise<TraceResult[]> {
  const client = await ConsoleClient.logIn(instance);
  try {
    const results: TraceResult[] = [];
    for (const look of looks) {
      tell(`looking by ${look.by}`);
      const took = [];
      for (const age of AGES) took.push(await find(client, look, Math.round(count * (1 - age))));
      results.push(summed(look.by, took));
    }
    tell('looking by mail ID');
    const shown = [];
    for (const age of AGES) shown.push(await show(client, Math.round(count * (1 - age))));
    results.push(summed('mail ID', shown));
    return results;
  } finally {
    client.close();
  }
}

interface Took {
  ms: number;
  questions: number;
  mail: string;
}

interface Found {
  deliveries: { mail: string; recipient: string; endedAt: string }[];
  searchedSince: string | null;
}

/** Goes on from where each answer ends, until the mail is among what was found. */
async function find(client: ConsoleClient, { by, query }: Looked, n: number): Promise<Took> {
  const began = performance.now();
  let until: string | undefined;
  for (let questions = 1; ; questions++) {
    const words = new URLSearchParams({ ...query(n), limit: '50', ...(until !== undefined && { until }) });
    const { deliveries, searchedSince } = await client.json<Found>(`/trace?${words.toString()}`);
    const found = deliveries.find(({ recipient }) => recipient.startsWith(`user${n}@`));
    if (found !== undefined) return { ms: performance.now() - began, questions, mail: found.mail };
    // More than fit into one answer have the same address of a machine.
    const next: string | undefined = searchedSince ?? deliveries.at(-1)?.endedAt;
    if (next === undefined) throw new Error(`the mail ${n} was not found by ${by}`);
    until = next;
  }
}

/** Whoever has the number of a mail. */
async function show(client: ConsoleClient, n: number): Promise<Took> {
  const { mail } = await find(client, looks[0] as Looked, n);
  const began = performance.now();
  await client.json(`/trace/${mail}`);
  return { ms: performance.now() - began, questions: 1, mail };
}

function summed(by: string, took: readonly Took[]): TraceResult {
  const times = took.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const worstMs = Math.round(atShare(times, 1));
  const questions = took.find(({ ms }) => Math.round(ms) === worstMs)?.questions ?? 0;
  return { by, looks: took.length, p50Ms: Math.round(atShare(times, 0.5)), worstMs, questions };
}

export function tracesTable(results: readonly TraceResult[]): string {
  const lines = results.map(
    ({ by, p50Ms, worstMs, questions }) =>
      `${by.padEnd(22)} p50 ${String(p50Ms).padStart(6)} ms   worst ${String(worstMs).padStart(6)} ms in ${questions} questions\n`,
  );
  return lines.join('');
}
