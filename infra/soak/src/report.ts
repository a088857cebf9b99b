// What the rounds have shown, for people (a table that docs/reliability.md can take) and for machines.
import type { RoundResult } from './round.ts';

export interface SoakReport {
  seed: number;
  minutes: number;
  rounds: RoundResult[];
  clean: number;
}

const COLUMNS =
  '| fault | rounds | clean | promises | IMAP chains | lost | doubled | twice at the far side | well again after, median (most), s |';

/** By kind of fault, Markdown. */
export function table({ rounds }: SoakReport): string {
  const kinds = Map.groupBy(rounds, ({ fault }) => fault);
  const rows = [...kinds]
    .toSorted(([first], [second]) => first.localeCompare(second))
    .map(([fault, own]) => row(fault, own));
  const rule = COLUMNS.replaceAll(/[^|]+/g, '---');
  return [COLUMNS, rule, ...rows, row('all', rounds)].join('\n');
}

function row(fault: string, rounds: readonly RoundResult[]): string {
  const sum = (of: (round: RoundResult) => number): number =>
    rounds.reduce((total, round) => total + of(round), 0);
  const times = rounds.flatMap(({ recoveredSeconds }) => recoveredSeconds ?? []).toSorted((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)];
  const cells = [
    fault,
    rounds.length,
    rounds.filter(({ isClean }) => isClean).length,
    sum(({ promises }) => promises),
    sum(({ chains }) => chains),
    sum(({ audit }) => audit.lost.length + audit.unflagged.length),
    sum(({ audit }) => audit.doubled.length + audit.strange.length),
    sum(({ twiceFar }) => twiceFar),
    median === undefined ? 'never' : `${median} (${times.at(-1)})`,
  ];
  return `| ${cells.join(' | ')} |`;
}

/** One line a round, while it goes on. */
export function line(number: number, round: RoundResult): string {
  const state = round.isClean ? `clean, well after ${round.recoveredSeconds} s` : 'NOT CLEAN';
  const far = round.twiceFar > 0 ? `, ${round.twiceFar} twice at the far side` : '';
  const head = `${String(number).padStart(4)} ${round.fault.padEnd(24)} ${round.promises} promises, ${round.chains} chains: ${state}${far}`;
  if (round.isClean) return head;
  const problems = [
    ...round.trouble,
    ...Object.entries(round.audit).map(([kind, list]) => `${kind}: ${shortened(list)}`),
  ];
  return [head, ...problems.map((problem) => `       ${problem}`)].join('\n');
}

function shortened(list: readonly string[]): string {
  return list.length === 0
    ? '0'
    : `${list.length} (${list.slice(0, 5).join(', ')}${list.length > 5 ? ', …' : ''})`;
}
