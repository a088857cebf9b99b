// How long a saved change takes until every process has it: the page's own way of saving, and the moment at which the last
// process reported the revision as applied.
import { freePort } from '@pochtar/native';
import type { Instance } from './instance.ts';
import { atShare } from './statistics.ts';

export interface SettingsResult {
  saves: number;
  p50Ms: number;
  p95Ms: number;
  worstMs: number;
  /** Of the slowest save, which section, and which process was last. */
  slowest: string;
}

interface Report {
  process: string;
  revision: number;
  error: string | null;
  reportedAt: string;
}

interface Section {
  name: string;
  revision: number;
  processes: Report[];
}

const MOST_MS = 30_000;
const POLL_MS = 50;

/** What is changed in a round; each round asks for something else. */
async function changesOf(round: number): Promise<Record<string, Record<string, unknown>>> {
  return {
    network: { submissionPort: await freePort() },
    smtpEncryption: { dhBits: round % 2 === 0 ? 3072 : 2048 },
    accessEncryption: { dhBits: round % 2 === 0 ? 3072 : 2048 },
    sending: { maxMessageSizeMb: 51 + round },
    queue: { waitMaxMinutes: 301 + round },
    relay: { port: 2001 + round },
    general: { heloName: `mx${round}.bench.test` },
    antivirus: { maxScanSizeMb: 51 + round },
    misc: { smtpUtf8: round % 2 === 1 },
    greylist: { minRetrySeconds: 11 + round },
  };
}

export async function benchSettings(
  instance: Instance,
  { saves }: { saves: number },
  tell: (line: string) => void,
): Promise<SettingsResult> {
  const ask = await logIn(instance);
  const took: { ms: number; what: string }[] = [];
  for (let round = 0; took.length < saves; round++) {
    tell(`round ${round + 1}: ${took.length} of ${saves} saves`);
    for (const [section, patch] of Object.entries(await changesOf(round))) {
      if (took.length < saves) took.push(await saveOne(ask, section, patch));
    }
  }
  took.sort((a, b) => a.ms - b.ms);
  const times = took.map(({ ms }) => ms);
  const slowest = took.at(-1)?.what ?? '';
  const [p50Ms, p95Ms, worstMs] = [atShare(times, 0.5), atShare(times, 0.95), atShare(times, 1)];
  return { saves: took.length, p50Ms, p95Ms, worstMs, slowest };
}

type Ask = <Answer>(method: string, path: string, body?: object) => Promise<Answer>;

async function logIn(instance: Instance): Promise<Ask> {
  const { console: address, admin } = instance.endpoints();
  let cookie = '';
  const send = async (method: string, path: string, body?: object): Promise<Response> => {
    const answer = await fetch(`http://${address}/api/v1${path}`, {
      method,
      headers: { cookie, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const session = await send('POST', '/session', admin);
  cookie = (session.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
  return async <Answer>(method: string, path: string, body?: object) =>
    (await (await send(method, path, body)).json()) as Answer;
}

async function saveOne(
  ask: Ask,
  section: string,
  patch: Record<string, unknown>,
): Promise<{ ms: number; what: string }> {
  const stored = await ask<{ sections: Section[] }>('GET', '/settings');
  const expectedRevision = stored.sections.find(({ name }) => name === section)?.revision ?? 0;
  const begun = Date.now();
  await ask('POST', '/settings/changes', { changes: [{ section, expectedRevision, patch }] });
  for (;;) {
    const { sections } = await ask<{ sections: Section[] }>('GET', '/settings/status');
    const reports = sections.find(({ name }) => name === section)?.processes ?? [];
    const failed = reports.find(({ error }) => error !== null);
    if (failed !== undefined)
      throw new Error(`${section} is not applied by ${failed.process}: ${failed.error}`);
    if (reports.length > 0 && reports.every(({ revision }) => revision > expectedRevision)) {
      return latest(section, reports, begun);
    }
    if (Date.now() - begun > MOST_MS)
      throw new Error(`${section} is not applied: ${JSON.stringify(reports)}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function latest(section: string, reports: readonly Report[], begun: number): { ms: number; what: string } {
  const last = reports.toSorted((a, b) => Date.parse(b.reportedAt) - Date.parse(a.reportedAt))[0];
  return { ms: Date.parse(last?.reportedAt ?? '') - begun, what: `${section} by ${last?.process}` };
}
