// What a domain asks of who sends mail to it: its MTA-STS record and policy, as texts. RFC 8461 §3.1, §3.2, §4.1. Pure.

export interface StsPolicy {
  mode: 'enforce' | 'testing' | 'none';
  /** Host names in lower case, or `*.` and the rest of one. */
  mx: string[];
  /** Seconds that it may be kept. */
  maxAge: number;
}

/** RFC 8461 §3.2: about a year. */
const MAX_AGE = 31_557_600;
const MAX_MX = 100;

/** The id of the record; null where there is not exactly one record, or it is none. */
export function policyId(texts: readonly (readonly string[])[]): string | null {
  const records = texts.map((chunks) => chunks.join('')).filter((text) => /^v=STSv1[ \t]*(?:;|$)/.test(text));
  // RFC 8461 §3.1: with another number of records than one the domain has no policy.
  const [record] = records;
  if (record === undefined || records.length > 1) return null;
  return /;[ \t]*id=([A-Za-z0-9]{1,32})[ \t]*(?:;|$)/.exec(record)?.[1] ?? null;
}

/** A policy, or what is wrong with the text. */
export function parsePolicy(text: string): StsPolicy | { fault: string } {
  const fields = new Map<string, string>();
  const mx: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, key, value] = /^([A-Za-z0-9][\w.-]{0,31}):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (key === undefined || value === undefined) continue;
    if (key === 'mx') mx.push(value.toLowerCase());
    // RFC 8461 §3.2: of a field that is there twice the first one counts.
    else if (!fields.has(key)) fields.set(key, value);
  }
  if (fields.get('version') !== 'STSv1') return { fault: 'its version is not STSv1' };
  const mode = fields.get('mode') ?? '';
  if (!isMode(mode)) return { fault: 'its mode is not enforce, testing or none' };
  const maxAge = /^\d{1,10}$/.test(fields.get('max_age') ?? '') ? Number(fields.get('max_age')) : NaN;
  if (Number.isNaN(maxAge)) return { fault: 'its max_age is no number of seconds' };
  if (mode !== 'none' && mx.length === 0) return { fault: 'it names no mx' };
  if (mx.length > MAX_MX) return { fault: `it names more than ${MAX_MX} mx` };
  const wrong = mx.find((pattern) => !PATTERN.test(pattern));
  if (wrong !== undefined) return { fault: `its mx "${wrong.slice(0, 100)}" is no host name` };
  return { mode, mx, maxAge: Math.min(maxAge, MAX_AGE) };
}

const isMode = (text: string): text is StsPolicy['mode'] => /^(?:enforce|testing|none)$/.test(text);

const PATTERN = /^(?=.{1,253}$)(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_-]{1,63}$/;

/** Whether mail may go to this host. */
export function namesHost({ mx }: Pick<StsPolicy, 'mx'>, host: string): boolean {
  const name = host.toLowerCase();
  // RFC 8461 §4.1: the asterisk stands for one label, the leftmost.
  const rest = name.slice(name.indexOf('.') + 1);
  return mx.some((pattern) =>
    pattern.startsWith('*.') ? rest !== name && pattern.slice(2) === rest : pattern === name,
  );
}
