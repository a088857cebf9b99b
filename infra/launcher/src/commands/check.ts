// pochtar check: what must hold before a commit besides the tests. One line a step with its time; every step runs
// even when one before it failed, and what failed is shown in full.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { unicodeBlanks } from '../check/byte-strings.ts';
import { brokenLinks } from '../check/doc-links.ts';
import { staleDocuments } from '../check/generated-documents.ts';
import { root } from '../paths.ts';

interface Outcome {
  isGood: boolean;
  output: string;
}

interface Step {
  name: string;
  run: () => Promise<Outcome>;
}

const steps: Step[] = [
  { name: 'types (tsc)', run: () => tool('tsc', ['--project', '.']) },
  { name: 'types of the pages (tsc)', run: () => tool('tsc', ['--project', 'services/console/web']) },
  { name: 'lint (oxlint, type-aware)', run: () => tool('oxlint', ['--type-aware', '--quiet', '.']) },
  { name: 'format (biome)', run: () => tool('biome', ['format', '.']) },
  {
    name: 'layers (dependency-cruiser)',
    run: () =>
      tool('depcruise', [
        '--config',
        '.dependency-cruiser.cjs',
        '--output-type',
        'err',
        'libs',
        'services',
        'infra',
      ]),
  },
  { name: 'dead code (knip)', run: () => tool('knip', ['--no-progress']) },
  { name: 'blanks of byte strings', run: async () => found(unicodeBlanks(root)) },
  { name: 'links in the documentation', run: async () => found(brokenLinks(root)) },
  { name: 'generated documents', run: async () => found(await staleDocuments(root)) },
];

export async function check(args: string[]): Promise<number> {
  if (args.length > 0) throw new Error('pochtar check takes no arguments');
  let failed = 0;
  for (const { name, run } of steps) {
    const start = performance.now();
    const { isGood, output } = await run();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    process.stdout.write(`${isGood ? 'ok    ' : 'FAILED'} ${name.padEnd(30)} ${seconds.padStart(6)} s\n`);
    if (isGood) continue;
    failed++;
    process.stdout.write(`${output.trimEnd()}\n`);
  }
  return failed > 0 ? 1 : 0;
}

/** Runs a tool of node_modules/.bin; some of them are Node scripts that must find this Node first. */
async function tool(name: string, args: string[]): Promise<Outcome> {
  const bin = join(root, 'node_modules/.bin');
  const node = join(process.execPath, '..');
  const child = spawn(join(bin, name), args, {
    cwd: root,
    env: { ...process.env, PATH: `${node}:${bin}:${process.env['PATH'] ?? ''}`, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return { isGood: code === 0, output: Buffer.concat(chunks).toString('utf8') };
  } catch (error) {
    return {
      isGood: false,
      output: `${name} did not start: ${error instanceof Error ? error.message : name}`,
    };
  }
}

function found(faults: string[]): Outcome {
  return { isGood: faults.length === 0, output: faults.join('\n') };
}
