// NOOP (RFC 1939 §5).
import type { Run } from '../command.ts';
import { err, ok } from '../reply.ts';

export const noop: Run = (_session, argument) => (argument === '' ? ok('') : err('NOOP has no argument'));
