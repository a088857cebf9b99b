// What the lists cost in time of one CPU: to compile, to look an address up, to take a change.
//
//   node libs/service/src/access-lists/access-matcher.measure.ts [entries]
import type { AccessEntry } from '@pochtar/store/lists';
import { AccessMatcher } from './access-matcher.ts';

const size = Number(process.argv[2] ?? 100_000);
const LOOK_UPS = 1_000_000;

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function octets(n: number): string {
  return `${1 + ((n >> 16) & 127)}.${(n >> 8) & 255}.${n & 255}`;
}

/** Half addresses, a quarter networks of nine lengths, a quarter mailboxes. */
const entries = Array.from({ length: size }, (_, id): AccessEntry => {
  const rest = {
    id,
    list: id % 5 === 0 ? 'white' : 'black',
    networkId: null,
    expiresAt: null,
    opensRelay: true,
  } as const;
  if (id % 4 === 3) return { ...rest, kind: 'mailbox', value: `user${id}@host${id % 1000}.test` };
  if (id % 4 === 2) return { ...rest, kind: 'network', value: `${octets(id * 7)}.0/${16 + (id % 9)}` };
  return { ...rest, kind: 'address', value: `${octets(id * 131)}.${id & 255}` };
});
const began = cpuMs();
const matcher = await AccessMatcher.of({ revision: 1, isWhole: true, entries, networks: [], removed: [] });
const built = cpuMs();
let found = 0;
for (let n = 0; n < LOOK_UPS; n++) if (matcher.address(`${octets(n * 13)}.${n & 255}`, 0) !== null) found++;
const looked = cpuMs();
const change = { entries: [{ ...(entries[0] as AccessEntry), id: size }], networks: [], removed: [1] };
matcher.apply(change);
const changed = cpuMs();
console.log({
  entries: matcher.size,
  buildMs: Math.round(built - began),
  lookUpsPerSecond: Math.round((LOOK_UPS / (looked - built)) * 1000),
  changeMs: changed - looked,
  found,
});
