// One JSON line an event on stdout. Foreign text goes into fields, never into the message.
import { writeSync } from 'node:fs';
import pino from 'pino';

export type Logger = pino.Logger;

/** `instance` is the random id of this start of the process. */
export function createLogger(options: { name: string; instance: string; level: string }): Logger {
  const settings: pino.LoggerOptions = {
    name: options.name,
    level: options.level,
    base: { service: options.name, instance: options.instance },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: ['password', '*.password', 'secret', '*.secret'], censor: '***' },
  };
  return pino(settings, { write: writeLine });
}

const STDOUT = 1;

// pino's own stream repeats a write to a closed pipe for ever, and with it the process that has lost its
// supervisor would never end. A line that nobody can read any more is dropped.
function writeLine(line: string): void {
  try {
    writeSync(STDOUT, line);
  } catch {
    // EPIPE: the reader is gone. EAGAIN: it does not keep up with a pipe that somebody made non-blocking.
  }
}

/** A logger that writes nothing, for tests of parts that want one. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' });
}
