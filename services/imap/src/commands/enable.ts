// ENABLE (RFC 9051 §6.3.1).
import type { Run } from '../command.ts';
import { ok } from '../reply.ts';

const KNOWN = ['IMAP4REV2', 'CONDSTORE', 'QRESYNC'] as const;

export const enable: Run = (session, { cursor }) => {
  const enabled: string[] = [];
  do {
    cursor.space();
    const word = cursor.word();
    const name = KNOWN.find((each) => each === word);
    // RFC 9051 §6.3.1: what is not known is passed over.
    if (name === undefined || session.enabled.has(name)) continue;
    session.enabled.add(name);
    // RFC 7162 §3.2.3: QRESYNC is CONDSTORE and more.
    if (name === 'QRESYNC') session.enabled.add('CONDSTORE');
    enabled.push(name);
  } while (cursor.next !== '');
  cursor.end();
  session.output.text(`* ENABLED${enabled.map((name) => ` ${name}`).join('')}\r\n`);
  return Promise.resolve(ok('done'));
};
