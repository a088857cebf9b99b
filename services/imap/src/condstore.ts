// Mod-sequences a client may rely on (RFC 7162 §3.1, §3.2, §6).
import type { Session } from './command.ts';
import { ok, type Reply } from './reply.ts';

/** By a command that asks for MODSEQs. */
export function enableCondstore({ enabled, selected, output }: Session): void {
  if (enabled.has('CONDSTORE')) return;
  enabled.add('CONDSTORE');
  // RFC 7162 §3.1: the first such command in a selected mailbox is answered with HIGHESTMODSEQ.
  if (selected !== null) output.text(`* OK [HIGHESTMODSEQ ${selected.wholeModSeq}] highest\r\n`);
}

/**
 * The reply with HIGHESTMODSEQ when the client was told of a MODSEQ above something it was not told of. RFC 7162 §6:
 * it resumes from there, although it has seen a higher one.
 */
export function withHighestModSeq({ enabled, selected, output }: Session, reply: Reply): Reply {
  const modSeq = enabled.has('CONDSTORE') ? (selected?.resumeModSeq ?? null) : null;
  if (modSeq === null) return reply;
  const code = `HIGHESTMODSEQ ${modSeq}`;
  if (reply.status === 'OK' && reply.code === null) return ok(reply.text, code);
  // A reply has one code only; untagged the client takes it as well.
  output.text(`* OK [${code}] an expunge is still to be told\r\n`);
  return reply;
}
