// ID (RFC 2971). What a client says of itself goes to the log; the bundled web mail says for whom it speaks, and
// failed log-ins count for that address.
import { isIP } from 'node:net';
import type { Run } from '../command.ts';
import { ok } from '../reply.ts';
import { BadSyntax } from '../syntax/cursor.ts';

const MAX_FIELDS = 30;
const MAX_VALUE = 1024;

export const id: Run = (session, { cursor }) => {
  cursor.space();
  const fields = new Map<string, string>();
  if (!cursor.takeWord('NIL')) {
    const values = cursor.list(() => cursor.nstring());
    // RFC 2971 §3.3: at most 30 pairs, values of at most 1024 octets.
    if (values.length % 2 !== 0 || values.length > 2 * MAX_FIELDS)
      throw new BadSyntax('malformed list of fields');
    for (let at = 0; at < values.length; at += 2) {
      const value = values[at + 1] ?? '';
      if (values[at] === null || value.length > MAX_VALUE) throw new BadSyntax('malformed list of fields');
      fields.set((values[at] as string).toLowerCase(), value);
    }
  }
  cursor.end();
  const reported = fields.get('x-originating-ip') ?? '';
  if (isIP(reported) !== 0 && session.server.isWebmail(session.clientAddress))
    session.clientAddress = reported;
  session.log.debug({ id: Object.fromEntries(fields) }, 'the client says who it is');
  session.output.text('* ID ("name" "Pochtar")\r\n');
  return Promise.resolve(ok('done'));
};
