// One question to one DNS server, with what the system's resolver does not tell: whether the server has validated its
// answer (RFC 4035 §3.2.3, the AD bit). Over UDP, and over TCP what does not fit (RFC 7766). Every wait ends by itself.
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, isIP } from 'node:net';
import {
  type Answer,
  AUTHENTIC_DATA,
  decode,
  type DecodedPacket,
  encode,
  type Packet,
  RECURSION_DESIRED,
} from 'dns-packet';

/** RFC 6698 §2.1. */
export interface TlsaRecord {
  usage: number;
  selector: number;
  matchingType: number;
  data: Buffer;
}

export interface AnswerTypes {
  MX: { exchange: string; priority: number };
  A: string;
  AAAA: string;
  CNAME: string;
  TLSA: TlsaRecord;
}

export interface ToldAnswer<T> {
  records: T[];
  /** The server says that it has validated the answer, its absence included. */
  isValidated: boolean;
  /** The name behind the aliases that the answer follows. */
  name: string;
}

export interface DnsServer {
  host: string;
  port: number;
}

const DNS_PORT = 53;
/** Answers over UDP that are not cut into pieces on the way (RFC 9715 §3.1). */
const MAX_UDP = 1232;
const MAX_ALIASES = 16;

/** `192.0.2.1:53`, `[2001:db8::1]:53`, or an address alone. */
export function parseServer(text: string): DnsServer {
  const trimmed = text.trim();
  if (isIP(trimmed)) return { host: trimmed, port: DNS_PORT };
  const [, six, four, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(trimmed) ?? [];
  const host = six ?? four ?? '';
  if (!isIP(host)) throw new RangeError(`"${text}" is no DNS server: use 192.0.2.1:53 or [2001:db8::1]:53`);
  return { host, port: port === undefined ? DNS_PORT : Number(port) };
}

/** Throws when there is no answer within the time, or the server says that it has none. */
export async function askServer<T extends keyof AnswerTypes>(
  server: DnsServer,
  name: string,
  type: T,
  timeoutMs: number,
): Promise<ToldAnswer<AnswerTypes[T]>> {
  const signal = AbortSignal.timeout(timeoutMs);
  const id = randomInt(0x10000);
  const packet: Packet = {
    type: 'query',
    id,
    // RFC 6840 §5.7: AD in a question asks for AD in the answer.
    flags: RECURSION_DESIRED | AUTHENTIC_DATA,
    questions: [{ type, name }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: MAX_UDP,
        flags: 0,
        extendedRcode: 0,
        ednsVersion: 0,
        flag_do: false,
        options: [],
      },
    ],
  };
  const question = { id, name, type };
  const bytes = encode(packet);
  const short = await overUdp(server, bytes, question, signal);
  const answer = short.flag_tc ? await overTcp(server, bytes, question, signal) : short;
  return told(answer, name, type);
}

interface Question {
  id: number;
  name: string;
  type: string;
}

/** The answer to our question; null: something else. */
function answerTo(bytes: Buffer, question: Question): DecodedPacket | null {
  try {
    const packet = decode(bytes);
    const [asked] = packet.questions ?? [];
    const isOurs =
      packet.flag_qr &&
      packet.id === question.id &&
      asked?.type === question.type &&
      isSame(asked.name, question.name);
    return isOurs ? packet : null;
  } catch {
    return null;
  }
}

function overUdp(
  { host, port }: DnsServer,
  bytes: Buffer,
  question: Question,
  signal: AbortSignal,
): Promise<DecodedPacket> {
  const { promise, resolve, reject } = Promise.withResolvers<DecodedPacket>();
  const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4');
  socket.on('error', reject);
  socket.on('message', (message) => {
    const answer = answerTo(message, question);
    if (answer !== null) resolve(answer);
  });
  // Connected: the kernel passes over what comes from elsewhere.
  socket.connect(port, host, () => socket.send(bytes));
  return within(promise, reject, signal, () => socket.close());
}

function overTcp(
  { host, port }: DnsServer,
  bytes: Buffer,
  question: Question,
  signal: AbortSignal,
): Promise<DecodedPacket> {
  const { promise, resolve, reject } = Promise.withResolvers<DecodedPacket>();
  const socket = connect({ host, port });
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  socket.on('error', reject);
  socket.once('close', () => reject(new Error('the DNS server has closed the connection')));
  socket.once('connect', () => socket.write(Buffer.concat([length, bytes])));
  let received = Buffer.alloc(0);
  socket.on('data', (piece: Buffer) => {
    received = Buffer.concat([received, piece]);
    // RFC 1035 §4.2.2: two octets say how long the message is, so that this is at most 64 KiB.
    if (received.length < 2 || received.length < 2 + received.readUInt16BE()) return;
    const answer = answerTo(received.subarray(2, 2 + received.readUInt16BE()), question);
    if (answer === null) reject(new Error('the DNS server answers something else'));
    else resolve(answer);
  });
  return within(promise, reject, signal, () => socket.destroy());
}

async function within<T>(
  answer: Promise<T>,
  reject: (error: Error) => void,
  signal: AbortSignal,
  close: () => void,
): Promise<T> {
  const late = (): void => reject(new Error('the DNS server does not answer in time'));
  if (signal.aborted) late();
  signal.addEventListener('abort', late, { once: true });
  try {
    return await answer;
  } finally {
    signal.removeEventListener('abort', late);
    close();
  }
}

function told<T extends keyof AnswerTypes>(
  packet: DecodedPacket,
  asked: string,
  type: T,
): ToldAnswer<AnswerTypes[T]> {
  const { rcode: code } = packet as DecodedPacket & { rcode: string };
  // RFC 2308 §2: no such name is an answer, anything else that is no success is none.
  if (code !== 'NOERROR' && code !== 'NXDOMAIN') throw new Error(`the DNS server says ${code}`);
  const answers = packet.answers ?? [];
  const name = type === 'CNAME' ? asked : behindAliases(answers, asked);
  const records = answers.flatMap((answer) =>
    answer.type === type && isSame(answer.name, name) ? [recordOf(answer) as AnswerTypes[T]] : [],
  );
  return { records, isValidated: packet.flag_ad, name };
}

// RFC 1034 §3.6.2: the answer holds the aliases and what they point at.
function behindAliases(answers: readonly Answer[], asked: string): string {
  let name = asked;
  for (let step = 0; step < MAX_ALIASES; step++) {
    const alias = answers.find((answer) => answer.type === 'CNAME' && isSame(answer.name, name));
    if (alias?.type !== 'CNAME') return name;
    name = alias.data;
  }
  throw new Error('the aliases of the answer do not end');
}

function recordOf(answer: Answer): AnswerTypes[keyof AnswerTypes] {
  if (answer.type === 'MX') return { exchange: answer.data.exchange, priority: answer.data.preference ?? 0 };
  if (answer.type === 'TLSA') {
    const { usage, selector, matchingType, certificate } = answer.data;
    return { usage, selector, matchingType, data: certificate };
  }
  if (answer.type === 'A' || answer.type === 'AAAA' || answer.type === 'CNAME') return answer.data;
  throw new Error(`a record of the type ${answer.type} was not asked for`);
}

const isSame = (one: string, other: string): boolean => bare(one) === bare(other);
const bare = (name: string): string => name.toLowerCase().replace(/\.$/, '');
