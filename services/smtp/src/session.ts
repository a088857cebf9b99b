// What is known of one SMTP connection, and of the mail it is in the middle of (RFC 5321 §3.1, §3.3).
import type { CheckReply, KnownSpf } from '@pochtar/bus';
import type { Address, TransmissionType } from '@pochtar/mail';
import { type ChannelBindings, noBindings } from '@pochtar/service';
import type { NewRecipient } from '@pochtar/store/queue';
import type { ListColour } from '@pochtar/store/lists';
import type { MailParameters } from './parameters.ts';
import type { ReverseFinding } from './reverse-name.ts';

/** mx takes mail from other servers (and log-ins); the others are for mail clients and want a login. */
export type ListenerKind = 'mx' | 'submission' | 'smtps';

export interface Login {
  accountId: number;
  address: string;
  epoch: number;
}

/** One mail on its way in, from MAIL to the end of DATA. */
export interface Transaction {
  /** Null is the empty path. */
  reversePath: Address | null;
  parameters: MailParameters;
  /** What the lists say of the sender's names; null when the client's address or a login decided. */
  listedName: ListColour | null;
  /** What SPF says of the sender, once somebody had to know; null: it could not be found out. */
  spf: KnownSpf | null | undefined;
  recipients: Map<string, NewRecipient>;
  /** The first one as it was written, for the Received field of a mail to one. */
  firstRecipient: Address | null;
}

export class Session {
  readonly id: string;
  readonly listener: ListenerKind;
  /** IPv4-mapped addresses as IPv4. */
  readonly clientAddress: string;
  /** What the lists say of the client's address. */
  listedAddress: ListColour | null = null;
  /** Its entry in the white list spares it the checks and opens nothing. */
  isSpared = false;
  /** Many seem to stand behind the address: it says nothing of who the client is. */
  isHidden = false;
  /** It would be white if it said so. */
  isTrustSuspended = false;
  /** '' before HELO or EHLO. */
  helo = '';
  isExtended = false;
  tls: { version: string; cipher: string } | null = null;
  /** What a log-in can be tied to. */
  bindings: ChannelBindings = noBindings;
  login: Login | null = null;
  /** Tells the listener that this is no stranger. */
  known: () => void = () => {};
  failedLogins = 0;
  /** Replies that refused something of a mail. */
  refusals = 0;
  isRefusalLogged = false;
  transaction: Transaction | null = null;
  /** The look-up that was started at connect; null where none is made. Never rejects. */
  dnsbl: Promise<CheckReply> | null = null;
  /** The look-up of the client's name; null where none is made. Never rejects. */
  reverse: Promise<ReverseFinding> | null = null;
  /** What it found, once it is over. */
  reverseFinding: ReverseFinding | null = null;

  constructor(id: string, listener: ListenerKind, clientAddress: string) {
    this.id = id;
    this.listener = listener;
    this.clientAddress = clientAddress;
  }

  /** May send to anybody, is spared the checks of strangers, and is trusted to mean a line end by a bare LF. */
  get isTrusted(): boolean {
    return this.login !== null || this.listedAddress === 'white';
  }

  /** RFC 3848; RFC 6531 §3.7.3. */
  get protocol(): TransmissionType {
    if (!this.isExtended) return 'SMTP';
    const suffix = `${this.tls ? 'S' : ''}${this.login ? 'A' : ''}` as const;
    return this.transaction?.parameters.smtpUtf8 ? `UTF8SMTP${suffix}` : `ESMTP${suffix}`;
  }

  /** RFC 3207 §4.2: what was learned before TLS is forgotten. */
  forget(): void {
    this.helo = '';
    this.isExtended = false;
    this.login = null;
    this.transaction = null;
  }
}
