// Mail as strangers and users send it, and what has become of it.
import { eventually } from '@pochtar/testkit';
import type { ConsoleGround } from './console-ground.ts';
import { behindBalancer, smtp, type Target, trusted } from './console-wire.ts';

let count = 0;

/** A number from 1 to 250 that nobody has had yet in this run. */
export function fresh(): number {
  if (++count > 250) throw new Error('no number is left');
  return count;
}

/** A name that nobody has had yet in any run. */
export function freshName(): string {
  return `u${Date.now().toString(36)}${fresh()}`;
}

/** So that strangers can be spoken for, and no list of strangers is asked. */
export function givenStrangers(at: ConsoleGround): Promise<void> {
  return at.given({ network: trusted, dnsbl: { zones: [] } });
}

export async function enter(at: ConsoleGround, list: 'white' | 'black', ...lines: string[]): Promise<void> {
  await at.api('POST', `/lists/${list}/lines`, { lines });
}

export interface Sent {
  from?: string;
  to?: string;
  subject?: string;
  bytes?: number;
  /** Of the client, for whom a trusted balancer speaks. */
  client?: string;
}

const dialogue = ({
  from = 'a@remote.test',
  to = 'anna@demo.test',
  subject = 'x',
  bytes = 0,
}: Sent): string[] => [
  `MAIL FROM:<${from}>`,
  `RCPT TO:<${to}>`,
  'DATA',
  `From: <${from}>\r\nTo: <${to}>\r\nSubject: ${subject}\r\n\r\n${`${'x'.repeat(70)}\r\n`.repeat(Math.ceil(bytes / 72))}end\r\n.`,
];

function idOf(answers: string): string {
  const id = /queued as (\S+)/.exec(answers)?.[1];
  if (id === undefined) throw new Error(`not accepted: ${answers}`);
  return id;
}

/** Sent by a stranger; its id. */
export async function receive(at: ConsoleGround, sent: Sent = {}): Promise<string> {
  const { smtp: port } = at.ports;
  const target = sent.client === undefined ? { port } : behindBalancer(port, sent.client);
  return idOf(await smtp(target, ['EHLO stranger.test', ...dialogue(sent)]));
}

export function plainOf({ address, password }: { address: string; password: string }): string {
  return `AUTH PLAIN ${Buffer.from(`\0${address}\0${password}`).toString('base64')}`;
}

/** Sent by anna to somebody elsewhere; its id. */
export async function submit(at: ConsoleGround, sent: Sent = {}): Promise<string> {
  const lines = dialogue({ from: at.anna.address, to: 'x@far.test', ...sent });
  return idOf(await smtp({ port: at.ports.submission }, ['EHLO client.test', plainOf(at.anna), ...lines]));
}

/** How many mails of one client are accepted, and what the next one hears; at most four are tried. */
export async function untilPutOff(target: Target): Promise<string> {
  const lines = Array.from({ length: 4 }, () => dialogue({})).flat();
  const answers = await smtp(target, ['EHLO stranger.test', ...lines]);
  return `${answers.split('queued as').length - 1} then ${/^45\d .*$/m.exec(answers)?.[0] ?? 'no end'}`;
}

/** The reply to RCPT of a stranger for whom a trusted balancer speaks. */
export async function rcptFrom(
  at: ConsoleGround,
  address: string,
  from: string,
  to = at.anna.address,
): Promise<string> {
  const target = behindBalancer(at.ports.smtp, address);
  const answers = await smtp(target, ['EHLO stranger.test', `MAIL FROM:<${from}>`, `RCPT TO:<${to}>`]);
  return answers.trimEnd().split('\r\n').at(-1) ?? '';
}

interface Trace {
  queued: {
    state: string;
    reason: string;
    acceptedAt: string;
    dueAt: string | null;
    recipients: { lastAttemptAt: string | null; dueAt: string | null; attempts: number }[];
  } | null;
  deliveries: { outcome: string; reply?: string | null }[];
}

export function traceOf(at: ConsoleGround, mail: string): Promise<Trace> {
  return at.api<Trace>('GET', `/trace/${mail}`);
}

/** Why a mail that goes out waits for moments. */
const underWay = ['it is being sent', 'it waits for a free connection'];

/** What has become of a mail, once it is at rest: how it ended, or why it waits. */
export function fateOf(at: ConsoleGround, mail: string): Promise<string> {
  return eventually(
    async () => {
      const { queued, deliveries } = await traceOf(at, mail);
      const [ended] = deliveries;
      if (ended !== undefined) return ended.outcome;
      if (queued === null || queued.state === 'active' || underWay.includes(queued.reason))
        throw new Error(`it is on its way: ${JSON.stringify(queued)}`);
      return `${queued.state}: ${queued.reason}`;
    },
    { timeout: 20_000, interval: 100 },
  );
}

/** Minutes from the last attempt of a mail to the next one that is planned. */
export async function waitOf(at: ConsoleGround, mail: string): Promise<number> {
  const { queued } = await traceOf(at, mail);
  const [recipient] = queued?.recipients ?? [];
  return (Date.parse(recipient?.dueAt ?? '') - Date.parse(recipient?.lastAttemptAt ?? '')) / 60_000;
}
