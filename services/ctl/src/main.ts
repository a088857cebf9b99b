// The `pochtar` command line of operators. Ends the process itself, since a bus that does not come up would hold it.
import { finished } from 'node:stream/promises';
import { readConfig } from './config.ts';
import { runCommandLine } from './run-command-line.ts';

const code = await runCommandLine(process.argv.slice(2), readConfig(), process);
process.stdout.end();
await finished(process.stdout).catch(() => {});
process.exit(code);
