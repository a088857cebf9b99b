// Runs once and ends: 0 when everything is in place, 1 with the reason on stderr.
import { readConfig } from './config.ts';
import { bringUp } from './bring-up.ts';

try {
  await bringUp(readConfig());
} catch (error) {
  process.stderr.write(
    `migrate: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
}
