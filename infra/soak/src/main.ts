// `./pochtar soak`: random faults (kill, hang, wipe, fill) under a load over SMTP and IMAP, against an installation of its
// own, with a ledger of what was promised. Ends with 1 when a round was not clean; its installation stays for a look then.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { everyFault, type Fault, randomFault } from './faults.ts';
import { createFolders } from './mailboxes.ts';
import { line, type SoakReport, table } from './report.ts';
import { openRig, type Rig } from './rig.ts';
import { runRound, type RoundResult } from './round.ts';

const HELP = `pochtar soak [--rounds 20] [--minutes m] [--seed n] [--each] [--json]
  Kills, hangs, wipes and fills at random under a load, and checks that every promise was kept.
  --rounds   at most so many rounds (default 20)
  --minutes  no round is begun after so many minutes
  --seed     repeats the faults of another run
  --each     every fault once, one by one, instead of random ones
  --json     the report as JSON; what goes on is told on the error output
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    each: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else await soak();

async function soak(): Promise<void> {
  const minutes =
    values.minutes === undefined ? Number.POSITIVE_INFINITY : wholeNumber('minutes', values.minutes);
  const seed = values.seed === undefined ? Date.now() % 1_000_000 : wholeNumber('seed', values.seed);
  const directory = join(process.env.POCHTAR_VAR ?? join(import.meta.dirname, '../../../var'), 'soak');
  await using rig = await openRig(directory, tell);
  await createFolders(rig);
  const started = performance.now();
  const report: SoakReport = { seed, minutes: 0, rounds: [], clean: 0 };
  tell(values.each ? 'every fault once' : `seed ${seed}`);
  for (const fault of values.each ? everyFault(rig) : randomFaults(rig, seed)) {
    if (performance.now() - started >= minutes * 60_000) break;
    const result = await nextRound(rig, fault, report.rounds.length + 1);
    report.rounds.push(result);
    // What a round left behind would be taken for the next one's.
    if (!result.isClean) break;
  }
  report.minutes = Math.round((performance.now() - started) / 6000) / 10;
  report.clean = report.rounds.filter(({ isClean }) => isClean).length;
  process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : `${table(report)}\n`);
  tell(`${report.clean} of ${report.rounds.length} rounds clean in ${report.minutes} minutes, seed ${seed}`);
  if (report.clean < report.rounds.length) process.exitCode = 1;
}

function* randomFaults(rig: Rig, seed: number): Generator<Fault> {
  const random = generator(seed);
  const rounds = wholeNumber('rounds', values.rounds);
  for (let round = 0; round < rounds; round++) yield randomFault(rig, random);
}

async function nextRound(rig: Rig, fault: Fault, number: number): Promise<RoundResult> {
  const result = await runRound(rig, fault, { run: `r${number}` });
  tell(line(number, result));
  return result;
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} ${text}: give a whole number`);
  return Number(text);
}

/** A small generator (mulberry32): the same faults for the same seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}
