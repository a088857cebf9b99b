// What SPF says of the sender of a mail: asked at most once a mail, by whoever has to know first (a white name, greylisting),
// and kept with the mail for the filter that tells where it comes from. RFC 7208.
import { type Bus, type KnownSpf, spfCheck } from '@pochtar/bus';
import { formatAddress } from '@pochtar/mail';
import type { Logger } from '@pochtar/runtime';
import type { Session, Transaction } from './session.ts';

/** The filter bounds its questions to the DNS; a client waits for so long. */
const ANSWER_MS = 8000;

type Asked = Pick<Transaction, 'reversePath' | 'spf'>;

export class SenderPolicy {
  readonly #bus: Pick<Bus, 'ask'>;
  readonly #log: Logger;

  constructor(bus: Pick<Bus, 'ask'>, log: Logger) {
    this.#bus = bus;
    this.#log = log;
  }

  /** Null: it is not known, which neither lifts nor refuses anything. */
  async of(
    { clientAddress, helo }: Pick<Session, 'clientAddress' | 'helo'>,
    transaction: Asked,
  ): Promise<KnownSpf | null> {
    const { reversePath, spf } = transaction;
    if (spf !== undefined) return spf;
    const sender = reversePath ? formatAddress(reversePath).slice(0, 400) : '';
    const found = await this.#ask({ clientAddress, helo: helo.slice(0, 1000), reversePath: sender });
    transaction.spf = found;
    return found;
  }

  async #ask(request: {
    clientAddress: string;
    helo: string;
    reversePath: string;
  }): Promise<KnownSpf | null> {
    try {
      return (await this.#bus.ask(spfCheck, request, ANSWER_MS)).finding;
    } catch (error) {
      this.#log.warn({ reason: String(error) }, 'SPF was not answered');
      return null;
    }
  }
}

/** As the lists count it. What is not known confirms nobody. */
export function forLists(finding: KnownSpf | null): 'pass' | 'fail' | 'none' | null {
  if (finding === null || finding.result === 'temperror') return null;
  return finding.result === 'pass' || finding.result === 'fail' ? finding.result : 'none';
}
