// Programs of Python that are not ours, asked from tests: one process for all that is asked, since its start and its imports
// take longer than an answer.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ensurePackage } from '@pochtar/native';

export interface Python extends Disposable {
  /** `script` finds what is given under its names, beside those of the prologue, and leaves its answer in `out`. */
  ask<Answer>(script: string, given: Readonly<Record<string, unknown>>): Promise<Answer>;
}

/** Answers a line with a line. */
const answering = `
import json, sys, traceback
names = {}
exec(sys.argv[1], names)
for line in sys.stdin:
    asked = json.loads(line)
    scope = dict(names, **asked['given'])
    try:
        exec(asked['script'], scope)
        answer = {'out': scope['out']}
    except Exception:
        answer = {'error': traceback.format_exc()}
    print(json.dumps(answer), flush=True)
`;

export async function openPython(debianPackages: readonly string[], prologue: string): Promise<Python> {
  const paths: string[] = [];
  for (const debianPackage of debianPackages)
    paths.push(join(await ensurePackage({ debianPackage }), 'usr/lib/python3/dist-packages'));
  const child = spawn('python3', ['-c', answering, prologue], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, PYTHONPATH: paths.join(':') },
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask<Answer>(script: string, given: Readonly<Record<string, unknown>>): Promise<Answer> {
      child.stdin.write(`${JSON.stringify({ script, given })}\n`);
      const { value, done } = await answers.next();
      if (done === true) throw new Error('Python has ended');
      const { out, error } = JSON.parse(value) as { out?: Answer; error?: string };
      if (error !== undefined) throw new Error(error);
      return out as Answer;
    },
    [Symbol.dispose]: () => void child.kill(),
  };
}
