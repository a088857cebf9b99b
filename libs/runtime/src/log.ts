// One JSON line an event on stdout. Foreign text goes into fields, never into the message.
import pino from 'pino';

export type Logger = pino.Logger;

/** `instance` is the random id of this start of the process. */
export function createLogger(options: { name: string; instance: string; level: string }): Logger {
  return pino({
    name: options.name,
    level: options.level,
    base: { service: options.name, instance: options.instance },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: ['password', '*.password', 'secret', '*.secret'], censor: '***' },
  });
}

/** A logger that writes nothing, for tests of parts that want one. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' });
}
