// A look at the points that every zone must have. RFC 5782 §5: 127.0.0.2 and ::FFFF:7F00:2 are listed, 127.0.0.1 and
// ::FFFF:7F00:1 are not.
import { reversedAddress, type Resolver } from '@pochtar/runtime';
import { isListing, isOperatorError } from './ask-zone.ts';
import { beforeDeadline } from './before-deadline.ts';
import type { Finding } from './zone-health.ts';

const POINTS = {
  listed: reversedAddress('127.0.0.2'),
  never: reversedAddress('127.0.0.1'),
  listed6: reversedAddress('::ffff:127.0.0.2'),
  never6: reversedAddress('::ffff:127.0.0.1'),
} as const;

type Answer = { codes: string[] } | { why: string };

/** Asks anew, whatever is known; never throws. */
export async function checkZone(
  resolver: Pick<Resolver, 'withTtl'>,
  zone: string,
  timeoutMs: number,
): Promise<Finding> {
  const deadline = Date.now() + timeoutMs;
  const ask = (point: string): Promise<Answer> =>
    beforeDeadline(look(resolver, `${point}.${zone}`), deadline, { why: 'no answer in time' });
  const [listed, never, listed6, never6] = await Promise.all([
    ...[ask(POINTS.listed), ask(POINTS.never), ask(POINTS.listed6), ask(POINTS.never6)],
  ]);
  if (isOn(never) || isOn(never6)) {
    return { kind: 'fault', fault: 'listsEverybody', why: 'it lists 127.0.0.1, so it lists everybody' };
  }
  const refusal = codesOf(listed).find(isOperatorError);
  if (refusal !== undefined)
    return { kind: 'fault', fault: 'refuses', why: `the operator answers ${refusal}` };
  const silent = [listed, never].find((answer) => answer !== undefined && 'why' in answer);
  if (silent !== undefined && 'why' in silent) return { kind: 'fault', fault: 'silent', why: silent.why };
  if (isOn(listed) || isOn(listed6)) return { kind: 'good', hasIpv6: isOn(listed6) };
  return { kind: 'fault', fault: 'empty', why: '127.0.0.2 is not listed' };
}

async function look(resolver: Pick<Resolver, 'withTtl'>, name: string): Promise<Answer> {
  try {
    return { codes: (await resolver.withTtl(name)).map(({ address }) => address) };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}

function codesOf(answer: Answer | undefined): string[] {
  return answer !== undefined && 'codes' in answer ? answer.codes : [];
}

function isOn(answer: Answer | undefined): boolean {
  return codesOf(answer).some(isListing);
}
