// Answers `check.spf`: a sender that is still connected. The same threads and the same bounds as for mails, with less time.
import { type Bus, spfCheck } from '@pochtar/bus';
import type { Logger, Resolver } from '@pochtar/runtime';
import { MailDns } from './mail-dns.ts';
import type { Threads } from './threads.ts';

interface Tools {
  resolver: Resolver;
  threads: Threads;
  log: Logger;
  /** This server's name. */
  receiver: () => string;
  isHidden: (clientAddress: string) => boolean;
  stop: AbortSignal;
}

/** A client waits for it. */
const MAX_MS = 6000;
const AT_ONCE = 64;

export function answerSpf(bus: Bus, tools: Tools): { stop(): Promise<void> } {
  return bus.answer(
    spfCheck,
    async (sender) => {
      // ADR 29: of a client that is not known nothing is known, which lifts and refuses nothing.
      if (tools.isHidden(sender.clientAddress)) return { finding: null };
      try {
        const findings = await tools.threads.run({
          task: {
            header: Buffer.alloc(0),
            body: Buffer.alloc(0),
            isSpfOnly: true,
            envelope: { ...sender, receiver: tools.receiver() },
          },
          body: async function* () {},
          dns: new MailDns(tools.resolver, MAX_MS),
          signal: tools.stop,
        });
        const finding = findings?.spf ?? null;
        // A DNS that does not answer now may do so when the mail is looked at.
        return { finding: finding?.result === 'temperror' ? null : finding };
      } catch (error) {
        tools.log.warn({ err: error }, 'SPF could not be looked up');
        return { finding: null };
      }
    },
    { concurrency: AT_ONCE },
  );
}
