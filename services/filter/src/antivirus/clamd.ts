// Scans by the protocol of clamd (INSTREAM), through clamscan 2.4.0, which the product builds on. What it leaves
// open is closed here:
// - it writes without waiting for the socket, so a large mail would lie in memory: the source waits instead;
// - a clamd that hangs, or closes without an answer, leaves its promise open for ever: we have time limits, and
//   destroy socket and source in any case;
// - it waits for the end of the connection: an answer is whole with its NUL, whoever keeps the connection open;
// - it looks for a local clamscan program and falls back to it: both are off;
// - over StreamMaxLength the answer may be lost in a broken pipe; that is an error, and its reason says the remedy.
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { tooLargeReason } from '@pochtar/mail';
import NodeClam, { type ScanAnswer } from 'clamscan';
import {
  CONNECT_MS,
  drained,
  hostAndPort,
  LIMITS,
  PING_MS,
  type ScanLimits,
  type Scanner,
  type ScanResult,
  scanLimit,
  SourceFailed,
  Stalled,
} from './scanner.ts';

const CLAMD_PORT = 3310;
/** No clamd is told to take less: a connection that ends earlier ended for another reason. */
const MIN_CUT_OFF = 256 * 1024;

/** `address` is host:port, or the absolute path of a socket. */
export function clamdScanner(name: string, address: string, limits: Partial<ScanLimits> = {}): Scanner {
  const { scanMs, idleMs } = { ...LIMITS, ...limits };
  return {
    name,
    scan: (open, length, stop) =>
      new ClamdScan(name, address, scanMs(length), idleMs).run(open, length, stop),
    isWell: (stop) => isAnswering(address, stop),
    version: (stop) => answerTo('VERSION', address, stop),
  };
}

const where = (address: string) =>
  address.startsWith('/') ? { path: address } : hostAndPort(address, CLAMD_PORT);

/** PING is answered with PONG. */
async function isAnswering(address: string, stop?: AbortSignal): Promise<boolean> {
  return (await answerTo('PING', address, stop).catch(() => '')).includes('PONG');
}

const MAX_ANSWER = 300;

/** What it says to a command of one word; throws when it does not answer. */
function answerTo(command: 'PING' | 'VERSION', address: string, stop?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(where(address), () => void socket.write(`z${command}\0`));
    let said = '';
    const end = (): void => {
      clearTimeout(timer);
      stop?.removeEventListener('abort', failed);
      socket.destroy();
    };
    const fail = (why: string): void => {
      end();
      reject(new Error(`no answer of ${address}: ${why}`));
    };
    const failed = (): void => fail('the connection was closed');
    const timer = setTimeout(() => fail(`not within ${PING_MS / 1000} s`), PING_MS);
    stop?.addEventListener('abort', failed);
    socket.on('error', (error) => fail(error.message)).on('close', failed);
    socket.on('data', (chunk: Buffer) => {
      said += chunk.toString('latin1').slice(0, MAX_ANSWER);
      if (!said.includes('\0') && said.length <= MAX_ANSWER) return;
      end();
      resolve(said.split('\0', 1)[0] ?? '');
    });
  });
}

class ClamdScan {
  readonly #name: string;
  readonly #address: string;
  readonly #scanMs: number;
  readonly #idleMs: number;
  #socket: Socket | null = null;
  #sent = 0;
  #sourceError: unknown;

  constructor(name: string, address: string, scanMs: number, idleMs: number) {
    this.#name = name;
    this.#address = address;
    this.#scanMs = scanMs;
    this.#idleMs = idleMs;
  }

  async run(open: () => AsyncIterable<Buffer>, length: number, stop?: AbortSignal): Promise<ScanResult> {
    const source = Readable.from(this.#paced(open), { objectMode: false });
    // clamscan listens only once it has a connection.
    source.on('error', () => {});
    using limit = scanLimit(this.#scanMs, stop);
    try {
      const clam = await this.#client();
      const answer = await Promise.race([clam.scanStream(source), aborted(limit.signal)]);
      if (this.#sent === length) return resultOf(this.#name, answer);
      return this.#failed(`it saw ${this.#sent} bytes of ${length}`);
    } catch (error) {
      if (error instanceof Stalled) return this.#failed(error.message);
      if (this.#sourceError === undefined)
        return this.#explain(limit.reason(error), length, limit.signal.aborted);
      throw new SourceFailed('the mail could not be read', { cause: this.#sourceError });
    } finally {
      source.destroy();
      this.#socket?.destroy();
    }
  }

  async #client(): Promise<NodeClam> {
    const at = this.#address.startsWith('/')
      ? { socket: this.#address }
      : hostAndPort(this.#address, CLAMD_PORT);
    const clam = await new NodeClam().init({
      clamscan: { active: false, path: null },
      // Its own time-out only half-closes the connection; ours comes first.
      clamdscan: { ...at, timeout: 2 * this.#scanMs, localFallback: false, path: null, bypassTest: true },
    });
    // oxlint-disable-next-line no-underscore-dangle -- the socket is to be had nowhere else
    const open = clam._initSocket.bind(clam);
    // oxlint-disable-next-line no-underscore-dangle
    clam._initSocket = async (label) => {
      this.#socket = await withinConnectTime(open(label));
      endWithAnswer(this.#socket);
      return this.#socket;
    };
    return clam;
  }

  async *#paced(open: () => AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of open()) {
        await drained(this.#socket, this.#idleMs);
        this.#sent += chunk.length;
        inOneWrite(this.#socket);
        yield chunk;
      }
    } catch (error) {
      if (!(error instanceof Stalled)) this.#sourceError = error;
      throw error;
    }
  }

  #explain(reason: string, length: number, isTimedOut: boolean): ScanResult {
    if (isTimedOut) return this.#failed(reason);
    if (/size limit exceeded/i.test(reason)) {
      const remedy = `${this.#name} takes no mail of ${length} bytes: raise its StreamMaxLength`;
      return { kind: 'unscannable', reason: tooLargeReason(remedy) };
    }
    if (this.#socket === null) return this.#failed(`no connection to ${this.#address}: ${reason}`);
    const hint = '(if only large mails fail, raise its StreamMaxLength above maxScanSizeMb)';
    const failed = this.#failed(`${reason} after ${this.#sent} of ${length} bytes ${hint}`);
    return this.#sent < MIN_CUT_OFF ? failed : { ...failed, isCutOff: true };
  }

  #failed(reason: string): Extract<ScanResult, { kind: 'error' }> {
    return { kind: 'error', reason: `${this.#name}: ${reason}` };
  }
}

function resultOf(name: string, answer: ScanAnswer | null | undefined): ScanResult {
  if (answer?.isInfected === false) return { kind: 'clean' };
  if (answer?.isInfected !== true) {
    return {
      kind: 'error',
      reason: `${name}: unclear answer ${JSON.stringify(answer?.resultString ?? null)}`,
    };
  }
  const virus = answer.viruses.find((found) => !couldNotLook(found));
  if (virus !== undefined) return { kind: 'infected', virus };
  const [heuristic] = answer.viruses;
  // FOUND without a name that can be read is still a finding.
  if (heuristic === undefined) return { kind: 'infected', virus: 'unnamed' };
  return { kind: 'unscannable', reason: `${name} could not look inside: ${heuristic}` };
}

// clamd says so with AlertExceedsMax and AlertEncrypted; without them it answers OK to what it did not look at.
function couldNotLook(finding: string): boolean {
  return /^Heuristics\.(Limits\.Exceeded|Encrypted)\b/i.test(finding);
}

/** clamscan writes a piece in three parts: what comes of it within this turn of the event loop goes out together. */
function inOneWrite(socket: Socket | null): void {
  socket?.cork();
  setImmediate(() => socket?.uncork());
}

/** The connection is over when the answer is there: a NUL ends it. */
function endWithAnswer(socket: Socket): void {
  let isWhole = false;
  socket.on('data', (chunk: Buffer) => {
    if (isWhole || !chunk.includes(0)) return;
    isWhole = true;
    // After everybody has seen this chunk.
    setImmediate(() => {
      if (!socket.destroyed && !socket.readableEnded) socket.push(null);
    });
  });
}

/** Rejects when the signal is given; never resolves. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(new Error('stopped'));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

async function withinConnectTime(connecting: Promise<Socket>): Promise<Socket> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no connection in time')), CONNECT_MS);
  });
  try {
    return await Promise.race([connecting, late]);
  } catch (error) {
    connecting.then((socket) => socket.destroy()).catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
