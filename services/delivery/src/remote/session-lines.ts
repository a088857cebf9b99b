// The lines of a session as somebody who watches may see them: what is secret in a log-in is ****, also where the far
// side repeats it.
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';

export interface SessionObserver {
  line(side: 'client' | 'server', line: string): void;
  /** From here on the session is encrypted. */
  secured(socket: TLSSocket): void;
}

type Options = NonNullable<ConstructorParameters<typeof SMTPConnection>[0]>;

const HIDDEN = '****';
export type Credentials = { user: string; pass: string } | null;

/** The same text without the password, in whatever form a far side may repeat it. */
export function withoutPassword(auth: Credentials): (text: string) => string {
  const secrets = auth === null ? [] : formsOf(auth);
  return (text) => secrets.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text);
}

export class SessionLines {
  readonly #observer: SessionObserver;
  readonly #without: (text: string) => string;
  readonly #socket: () => Socket;
  #isSecureTold = false;
  #isLoggingIn = false;

  constructor(
    observer: SessionObserver,
    auth: Credentials,
    /** The socket that is in use now. */
    socket: () => Socket,
  ) {
    this.#observer = observer;
    this.#without = withoutPassword(auth);
    this.#socket = socket;
  }

  /** Options of the library by which it tells its lines, and nothing else that it logs. */
  get options(): Pick<Options, 'logger' | 'transactionLog'> {
    const nothing = (): void => {};
    const others = {
      level: nothing,
      trace: nothing,
      info: nothing,
      warn: nothing,
      error: nothing,
      fatal: nothing,
    };
    const debug = (entry: { tnx?: string }, line: unknown): void => {
      if (entry.tnx === 'client' || entry.tnx === 'server') this.#tell(entry.tnx, String(line));
    };
    return {
      transactionLog: true,
      logger: { ...others, debug },
    };
  }

  #tell(side: 'client' | 'server', line: string): void {
    const socket = this.#socket();
    if (socket instanceof TLSSocket && !this.#isSecureTold) {
      this.#isSecureTold = true;
      this.#observer.secured(socket);
    }
    const shown = side === 'client' ? this.#command(line) : this.#reply(line);
    this.#observer.line(side, this.#without(shown));
  }

  // RFC 4954 §4: after AUTH every line of the client belongs to the log-in, until a reply that is not 334.
  #command(line: string): string {
    const [, mechanism, initial] = /^(AUTH \S+)( .*)?$/is.exec(line) ?? [];
    if (mechanism === undefined) return this.#isLoggingIn ? HIDDEN : line;
    this.#isLoggingIn = true;
    return initial === undefined ? mechanism : `${mechanism} ${HIDDEN}`;
  }

  #reply(line: string): string {
    if (!line.startsWith('334')) this.#isLoggingIn = false;
    return line;
  }
}

/** How a password travels, and how it may come back. */
function formsOf({ user, pass }: { user: string; pass: string }): string[] {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const forms = [pass, Buffer.from(pass).toString('latin1'), base64(pass), base64(`\0${user}\0${pass}`)];
  const hex = Buffer.from(pass).toString('hex');
  return [...forms, base64(`${user}\0${user}\0${pass}`), encodeURIComponent(pass), hex, hex.toUpperCase()]
    .filter((form) => form !== '')
    .toSorted((one, other) => other.length - one.length);
}
