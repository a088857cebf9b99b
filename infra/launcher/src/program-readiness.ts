// Whether a program does its work, asked of it. Its answer comes from a process that strangers speak to: it is read up
// to a limit, and what it says is shown without anything that a terminal would obey.
const answerMs = 2_000;
const maxAnswer = 64 * 1024;
const maxFaults = 50;

export interface Readiness {
  ready: boolean;
  /** Parts that do not work yet, with the reason. */
  faults: Record<string, string>;
  /** Those of the reasons that are given in both languages. */
  words?: Record<string, { ru: string; en: string }>;
}

/** Undefined when it does not answer, or not as our programs do. */
export async function askReadiness(health: string): Promise<Readiness | undefined> {
  try {
    const signal = AbortSignal.timeout(answerMs);
    const response = await fetch(`${health}/readyz`, { signal, redirect: 'error' });
    return readinessOf(JSON.parse(await textOf(response)));
  } catch {
    return undefined;
  }
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > maxAnswer) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readinessOf(answer: unknown): Readiness | undefined {
  if (!isObject(answer)) return undefined;
  const { ready, faults = {}, words = {} } = answer;
  if (typeof ready !== 'boolean' || !isObject(faults) || !isObject(words)) return undefined;
  const told = Object.entries(faults)
    .slice(0, maxFaults)
    .map(([part, why]) => [visible(part), visible(why)]);
  const inBoth = Object.entries(words).slice(0, maxFaults).flatMap(wordsOf);
  return {
    ready,
    faults: Object.fromEntries(told) as Record<string, string>,
    ...(inBoth.length > 0 && { words: Object.fromEntries(inBoth) }),
  };
}

function wordsOf([part, text]: [string, unknown]): [string, { ru: string; en: string }][] {
  return isObject(text) ? [[visible(part), { ru: visible(text['ru']), en: visible(text['en']) }]] : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Without what a terminal obeys. */
export function visible(text: unknown): string {
  return String(text).replace(/[\p{Cc}\p{Bidi_Control}]/gu, ' ');
}
