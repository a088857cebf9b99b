// One run of a command: asking over the bus, and printing results and complaints.
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import {
  type AddedDocument,
  type AdminError,
  type AdminQuestion,
  type AdminReply,
  type Asker,
  askAddDocument,
  askAdmin,
  askRouteTest,
  askContactImport,
  askSettingsTest,
  askTryMail,
  askWhole,
  type Bus,
  connectBus,
  type ImportReport,
  type ImportWish,
  type TestEvent,
  type TestVerdict,
  type TriedMail,
  type TryMailRequest,
  wholeServer,
  type RouteTestRequest,
} from '@pochtar/bus';
import { silentLogger } from '@pochtar/runtime';
import type { Config } from './config.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { UsageError } from './input.ts';
import { type Text, text } from './language.ts';
import { plain } from './output.ts';
import { problemText } from './problem-text.ts';

export interface Streams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** The system refused, or did not answer. */
export class Refused extends Error {
  override name = 'Refused';
  readonly error: AdminError;
  readonly code: ExitCode;

  constructor(error: AdminError, code: ExitCode = exitCode.refused) {
    super(error.message.en);
    this.error = error;
    this.code = code;
  }
}

/** Refusals that scripts tell apart. */
const codes: Readonly<Record<string, ExitCode>> = {
  unavailable: exitCode.unavailable,
  conflict: exitCode.conflict,
};

const CONNECT_TIMEOUT_MS = 5000;
const MAX_STDIN_BYTES = 1_000_000;

export class Session implements AsyncDisposable {
  readonly config: Config;
  readonly isJson: boolean;
  readonly #streams: Streams;
  #bus: Bus | undefined;

  constructor(config: Config, streams: Streams, isJson: boolean) {
    this.config = config;
    this.isJson = isJson;
    this.#streams = streams;
  }

  /** The text in the language of the run. */
  say(message: Text): string {
    return message[this.config.language];
  }

  /** Asks and answers the result; throws `Refused` with the complaint. */
  ask<Request, Result, Input>(
    question: AdminQuestion<Request, Result, Input>,
    request: NoInfer<Input>,
  ): Promise<Result> {
    return this.#resultOf((bus, who) => askAdmin(bus, question, who, request));
  }

  /** Asks page by page, and answers the lists of all of them. */
  askWhole<
    Request extends { after?: string | undefined },
    Result extends { next: string | null },
    Input extends { after?: string | undefined },
  >(question: AdminQuestion<Request, Result, Input>, request: NoInfer<Input>): Promise<Result> {
    return this.#resultOf((bus, who) => askWhole(bus, question, who, request));
  }

  /** Has settings tried that are not saved; throws `Refused` where that is not done at all. */
  test(
    request: Parameters<typeof askSettingsTest>[2],
    onEvent: (event: TestEvent) => void,
  ): Promise<TestVerdict> {
    return this.#resultOf((bus, who) => askSettingsTest(bus, who, request, { onEvent }));
  }

  /** Has the server of a route tried; throws `Refused` where that is not done at all. */
  testRoute(request: RouteTestRequest, onEvent: (event: TestEvent) => void): Promise<TestVerdict> {
    return this.#resultOf((bus, who) => askRouteTest(bus, who, request, { onEvent }));
  }

  /** Has a mail tried; throws `Refused` where that is not done. */
  tryMail(mail: Buffer, request: TryMailRequest): Promise<TriedMail> {
    return this.#resultOf((bus, who) => askTryMail(bus, who, mail, request));
  }

  /** Sends what a file says of people; throws `Refused` where that is not done. */
  importContacts(wish: ImportWish): Promise<ImportReport> {
    return this.#resultOf((bus, who) => askContactImport(bus, who, wish));
  }

  /** Has a document protected; throws `Refused` where that is not done. */
  addDocument(
    about: { name: string; comment: string },
    content: Buffer,
    onSent: (bytes: number) => void,
  ): Promise<AddedDocument> {
    return this.#resultOf((bus, who) => askAddDocument(bus, who, about, content, onSent));
  }

  async #resultOf<Result>(put: (bus: Bus, who: Asker) => Promise<AdminReply<Result>>): Promise<Result> {
    this.#bus ??= await this.#connect();
    const reply = await put(this.#bus, wholeServer(this.config.author));
    if (reply.ok) return reply.result;
    throw new Refused(reply.error, codes[reply.error.code] ?? exitCode.refused);
  }

  async #connect(): Promise<Bus> {
    const { natsUrl, natsUser, natsPasswordFile } = this.config;
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), CONNECT_TIMEOUT_MS).unref());
    const connecting = connectBus({
      url: natsUrl,
      user: natsUser,
      passwordFile: natsPasswordFile,
      name: 'ctl',
      log: silentLogger(),
    });
    const bus = await Promise.race([connecting, late]);
    if (bus !== null) return bus;
    const message = text(
      `шина ${natsUrl} не отвечает: проверьте, что сервер запущен, и переменные POCHTAR_NATS_URL, POCHTAR_NATS_PASSWORD_FILE`,
      `the bus ${natsUrl} does not answer: see that the server runs, and the variables POCHTAR_NATS_URL, POCHTAR_NATS_PASSWORD_FILE`,
    );
    throw new Refused({ code: 'unavailable', field: '', message }, exitCode.unavailable);
  }

  /** Prints the result: as JSON when that was asked for, otherwise as `human` makes it. */
  async show(result: unknown, human: () => string): Promise<ExitCode> {
    await this.print(this.isJson ? `${JSON.stringify(result, null, 2)}\n` : human());
    return exitCode.done;
  }

  async print(output: string): Promise<void> {
    if (!this.#streams.stdout.write(output)) await once(this.#streams.stdout, 'drain');
  }

  /** A note for people; none in JSON. */
  note(message: Text): void {
    if (!this.isJson) this.#streams.stderr.write(`${this.say(message)}\n`);
  }

  complain(error: AdminError): void {
    if (this.isJson) {
      this.#streams.stderr.write(`${JSON.stringify({ error })}\n`);
      return;
    }
    for (const problem of error.problems ?? [error]) {
      this.#streams.stderr.write(`pochtar: ${plain(this.say(problemText(problem)))}\n`);
    }
  }

  /** All of stdin, such as a password; without the end of line. */
  async readStdin(): Promise<string> {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of this.#streams.stdin) {
      const bytes = Buffer.from(chunk as Buffer);
      length += bytes.length;
      if (length > MAX_STDIN_BYTES) {
        throw new UsageError(text('на входе слишком много данных', 'there is too much on standard input'));
      }
      chunks.push(bytes);
    }
    return Buffer.concat(chunks)
      .toString('utf8')
      .replace(/\r?\n$/, '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#bus?.[Symbol.asyncDispose]();
  }
}
