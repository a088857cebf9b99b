// The ports of this service, following the settings `network` and `smtpEncryption`, and the sessions on them.
import type { IncomingConnection, Listeners, WantedListener } from '@pochtar/runtime';
import { type CurrentSettings, type ListeningServer, openListeners, wantedListeners } from '@pochtar/service';
import { Endpoint } from './endpoint.ts';
import type { Dialogue, SessionLimits } from './protocol.ts';
import { tooManySessions, tooManySessionsOfAddress } from './replies.ts';
import { replyText } from './reply.ts';
import type { ListenerKind } from './session.ts';
import type { Connection } from './smtp-connection.ts';

export interface SmtpListenersOptions extends ListeningServer {
  settings: CurrentSettings<'network' | 'smtpEncryption' | 'limits'>;
  dialogue: Dialogue;
  /** A client of the white list. */
  isWelcome: (clientAddress: string) => boolean;
  /** Strangers stand behind it (ADR 29). */
  isHidden: (clientAddress: string) => boolean;
  limits?: Partial<SessionLimits> | undefined;
  /** How long sessions that are busy at the end may take. */
  graceMs?: number | undefined;
}

const GRACE_MS = 15_000;

const kinds: Readonly<Record<string, ListenerKind>> = {
  smtp: 'mx',
  submission: 'submission',
  smtps: 'smtps',
};

export class SmtpListeners implements AsyncDisposable {
  readonly #options: SmtpListenersOptions;
  readonly #endpoints: Record<ListenerKind, Endpoint>;
  readonly listeners: Listeners;
  /** By port. Ports that could not be given up yet keep the kind they had. */
  readonly #kinds = new Map<number, ListenerKind>();

  constructor(options: SmtpListenersOptions) {
    const { dialogue, tls, limits } = options;
    const endpoint = (kind: ListenerKind) => new Endpoint({ kind, dialogue, tls, ...(limits && { limits }) });
    this.#options = options;
    this.#endpoints = { mx: endpoint('mx'), submission: endpoint('submission'), smtps: endpoint('smtps') };
    this.listeners = openListeners(options, {
      onConnection: (connection) => this.#begin(connection),
      refusal: (over) => refusalLine(over),
      isWelcome: options.isWelcome,
      isHidden: options.isHidden,
    });
  }

  /** What the settings want, and are about to get: from now on a port has the kind they say. */
  wanted(): WantedListener[] {
    const { settings } = this.#options;
    const [network, smtpEncryption] = [settings.current('network'), settings.current('smtpEncryption')];
    const wanted = wantedListeners({ network, smtpEncryption }, ['smtp', 'submission', 'smtps']);
    for (const { port, protocol } of wanted) this.#kinds.set(port, kinds[protocol] ?? 'submission');
    return wanted;
  }

  /** Listens no more; idle sessions get a 421, a mail that is coming in is taken within the grace. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.listeners[Symbol.asyncDispose]();
    const endpoints = Object.values(this.#endpoints);
    await Promise.all(endpoints.map((endpoint) => endpoint.stop(this.#options.graceMs ?? GRACE_MS)));
  }

  *sessions(): Generator<Connection> {
    for (const { sessions } of Object.values(this.#endpoints)) yield* sessions;
  }

  #begin({ listener, ...connection }: IncomingConnection): void {
    const kind = listener.tls ? 'smtps' : (this.#kinds.get(listener.port) ?? 'submission');
    this.#endpoints[kind].begin(connection);
  }
}

// RFC 5321 §3.8.
function refusalLine(over: 'perAddress' | 'total'): string {
  return `${replyText(over === 'perAddress' ? tooManySessionsOfAddress : tooManySessions)}\r\n`;
}
