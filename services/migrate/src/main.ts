// Runs once and ends: 0 when everything is in place, 1 with the reason on stderr.
import { readConfig } from './config.ts';
import { bringUp, Refused } from './bring-up.ts';

try {
  await bringUp(readConfig());
} catch (error) {
  const told = error instanceof Refused ? error.message : error instanceof Error && error.stack;
  process.stderr.write(`migrate: ${told || String(error)}\n`);
  process.exitCode = 1;
}
