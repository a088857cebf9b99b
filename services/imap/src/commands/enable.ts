// ENABLE (RFC 9051 §6.3.1; RFC 5161 §3.1 for clients of IMAP4rev1).
import type { Run } from '../command.ts';
import { enableCondstore } from '../condstore.ts';
import { ok } from '../reply.ts';

const KNOWN = ['IMAP4REV2', 'CONDSTORE', 'QRESYNC', 'UIDONLY', 'UTF8=ACCEPT'] as const;

export const enable: Run = (session, { cursor }) => {
  const enabled: (typeof KNOWN)[number][] = [];
  do {
    cursor.space();
    const word = cursor.word();
    const name = KNOWN.find((each) => each === word);
    // RFC 9051 §6.3.1: what is not known is passed over.
    if (name === undefined || session.enabled.has(name) || enabled.includes(name)) continue;
    enabled.push(name);
  } while (cursor.next !== '');
  cursor.end();
  session.output.text(`* ENABLED${enabled.map((name) => ` ${name}`).join('')}\r\n`);
  // RFC 7162 §3.2.3: QRESYNC is CONDSTORE and more.
  if (enabled.some((name) => name === 'CONDSTORE' || name === 'QRESYNC')) enableCondstore(session);
  for (const name of enabled) session.enabled.add(name);
  return Promise.resolve(ok('done'));
};
