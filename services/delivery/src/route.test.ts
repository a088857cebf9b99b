import type { Resolved } from '@pochtar/store/directory';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_DEPTH, MAX_TARGETS, route, type RoutePlan, type Wishes } from './route.ts';

type Directory = Record<string, Resolved>;

const anna: Resolved = { kind: 'account', accountId: 1, isEnabled: true };
const boris: Resolved = { kind: 'account', accountId: 2, isEnabled: true };
const alias = (...targets: string[]): Resolved => ({ kind: 'alias', targets });
const group = (...targets: string[]): Resolved => ({ kind: 'group', targets });

const options = {
  destinationOf: (domain: string) => domain,
  wantsDelay: (notify: string | null) => notify !== 'NEVER',
};

function wish(address: string, more: Partial<Wishes> = {}): Wishes {
  return { address, originalRecipient: null, notify: null, ...more };
}

/** Asks the directory round by round, as delivery does. */
function planFor(recipients: (string | Wishes)[], directory: Directory): RoutePlan {
  const names = new Map<string, Resolved>();
  const wishes = recipients.map((recipient) => (typeof recipient === 'string' ? wish(recipient) : recipient));
  for (let round = 0; round <= MAX_DEPTH + 2; round++) {
    const planned = route(wishes, names, options);
    if (!('missing' in planned)) return planned;
    for (const key of planned.missing) {
      const isOurs = key.endsWith('@demo.test');
      names.set(key, directory[key] ?? { kind: isOurs ? 'unknown' : 'remote' });
    }
  }
  throw new Error('it asks for ever');
}

const addresses = (plan: RoutePlan): string[] => plan.routed.map(({ address }) => address);

describe('routing', () => {
  it('an account is local, another domain is remote with the destination it is given', () => {
    const plan = planFor(['anna@demo.test', 'x@remote.test'], { 'anna@demo.test': anna });
    expect(plan.routed).toMatchObject([
      { address: 'anna@demo.test', route: 'local', accountId: 1, destination: null, expandedFrom: null },
      { address: 'x@remote.test', route: 'remote', accountId: null, destination: 'remote.test' },
    ]);
    expect(plan.expanded).toEqual([]);
  });

  it('an address that our domain does not have is 5.1.1', () => {
    expect(planFor(['nobody@demo.test'], {}).unroutable).toMatchObject([
      { address: 'nobody@demo.test', status: '5.1.1' },
    ]);
  });

  it('aliases and groups are followed through each other to their ends, duplicates once', () => {
    const plan = planFor(['team@demo.test', 'anna@demo.test'], {
      'anna@demo.test': anna,
      'boris@demo.test': boris,
      'team@demo.test': group('both@demo.test', 'x@remote.test', 'anna@demo.test'),
      'both@demo.test': alias('anna@demo.test', 'boris@demo.test'),
    });
    expect(addresses(plan).toSorted()).toEqual(['anna@demo.test', 'boris@demo.test', 'x@remote.test']);
    expect(plan.routed.find(({ address }) => address === 'anna@demo.test')?.expandedFrom).toBeNull();
    expect(plan.routed.find(({ address }) => address === 'boris@demo.test')?.expandedFrom).toBe(
      'team@demo.test',
    );
    expect(plan.expanded).toMatchObject([{ recipient: { address: 'team@demo.test' }, isList: true }]);
    expect(plan.unroutable).toEqual([]);
  });

  it('a ring of aliases alone is a routing loop, 5.4.6', () => {
    const directory = { 'a@demo.test': alias('b@demo.test'), 'b@demo.test': alias('a@demo.test') };
    expect(planFor(['a@demo.test'], directory).unroutable).toMatchObject([
      { address: 'a@demo.test', status: '5.4.6' },
    ]);
    expect(planFor(['a@demo.test'], { 'a@demo.test': alias('a@demo.test') }).unroutable).toHaveLength(1);
  });

  it('a ring with a way out delivers to the way out', () => {
    const plan = planFor(['a@demo.test'], {
      'a@demo.test': alias('b@demo.test', 'anna@demo.test'),
      'b@demo.test': alias('a@demo.test'),
      'anna@demo.test': anna,
    });
    expect(addresses(plan)).toEqual(['anna@demo.test']);
    expect(plan.unroutable).toEqual([]);
  });

  it('a group without members is 5.1.1', () => {
    expect(planFor(['g@demo.test'], { 'g@demo.test': group() }).unroutable).toMatchObject([
      { status: '5.1.1' },
    ]);
  });

  it('a target that is gone fails alone and names the recipient that led to it', () => {
    const plan = planFor(['a@demo.test'], {
      'a@demo.test': alias('gone@demo.test', 'anna@demo.test'),
      'anna@demo.test': anna,
    });
    expect(addresses(plan)).toEqual(['anna@demo.test']);
    expect(plan.unroutable).toMatchObject([
      { address: 'gone@demo.test', expandedFrom: 'a@demo.test', status: '5.1.1' },
    ]);
  });

  it('two lists that lead to one person reach it once, and neither is empty for it', () => {
    const directory = {
      'a@demo.test': alias('anna@demo.test'),
      'b@demo.test': alias('anna@demo.test'),
      'anna@demo.test': anna,
    };
    const plan = planFor(['a@demo.test', 'b@demo.test'], directory);
    expect(addresses(plan)).toEqual(['anna@demo.test']);
    expect(plan.expanded).toHaveLength(2);
    expect(plan.unroutable).toEqual([]);
  });

  it('a chain of aliases that is too long, and a list that is too large, are refused', () => {
    const chain: Directory = {};
    for (let step = 0; step <= MAX_DEPTH + 1; step++)
      chain[`s${step}@demo.test`] = alias(`s${step + 1}@demo.test`);
    expect(planFor(['s0@demo.test'], chain).unroutable).toMatchObject([{ status: '5.4.6' }]);
    const everybody = Array.from({ length: MAX_TARGETS + 1 }, (_, index) => `p${index}@remote.test`);
    expect(planFor(['all@demo.test'], { 'all@demo.test': group(...everybody) }).unroutable).toMatchObject([
      { status: '5.5.3' },
    ]);
  });
});

describe('RFC 3461 §5.2.7: wishes of the sender', () => {
  const wished = wish('a@demo.test', { notify: 'SUCCESS,FAILURE', originalRecipient: 'rfc822;A@demo.test' });

  it('an alias with one target hands NOTIFY and ORCPT on', () => {
    const plan = planFor([wished], { 'a@demo.test': alias('x@remote.test') });
    expect(plan.routed).toMatchObject([
      { notify: 'SUCCESS,FAILURE', originalRecipient: 'rfc822;A@demo.test' },
    ]);
    expect(plan.expanded).toMatchObject([{ isList: false }]);
  });

  it('a list answers for success itself; its members are asked for the rest only', () => {
    const directory = { 'a@demo.test': group('x@remote.test', 'y@remote.test') };
    expect(planFor([wished], directory).routed.map(({ notify }) => notify)).toEqual(['FAILURE', 'FAILURE']);
    expect(planFor([{ ...wished, notify: 'SUCCESS' }], directory).routed.map(({ notify }) => notify)).toEqual(
      ['NEVER', 'NEVER'],
    );
    expect(planFor([wished], directory).expanded).toMatchObject([{ isList: true }]);
  });

  it('who is named beside a list keeps its own wishes', () => {
    const plan = planFor([wished, wish('x@remote.test', { notify: 'SUCCESS' })], {
      'a@demo.test': group('x@remote.test'),
    });
    expect(plan.routed).toMatchObject([{ address: 'x@remote.test', notify: 'SUCCESS', expandedFrom: null }]);
  });
});

it('whatever the directory holds, routing ends, routes every address once, and forgets no recipient', () => {
  const name = fc.integer({ min: 0, max: 8 }).map((index) => `n${index}@demo.test`);
  const entry: fc.Arbitrary<Resolved> = fc.oneof(
    fc.constant(anna),
    fc.constant<Resolved>({ kind: 'unknown' }),
    fc.array(name, { maxLength: 4 }).map((targets): Resolved => ({ kind: 'alias', targets })),
    fc.array(name, { maxLength: 4 }).map((targets): Resolved => ({ kind: 'group', targets })),
  );
  fc.assert(
    fc.property(
      fc.dictionary(name, entry),
      fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
      (directory, recipients) => {
        const plan = planFor(recipients, directory);
        const routed = addresses(plan);
        expect(new Set(routed).size).toBe(routed.length);
        for (const recipient of recipients) {
          const isPlaced =
            routed.includes(recipient) ||
            plan.expanded.some((expansion) => expansion.recipient.address === recipient) ||
            plan.unroutable.some(({ address }) => address === recipient);
          expect(isPlaced).toBe(true);
        }
      },
    ),
  );
});
