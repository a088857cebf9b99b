// A small real DNS server on loopback (RFC 1035 over UDP and TCP) whose records a test sets, with the failures that
// look-ups meet: SERVFAIL, a refusal, silence. A name that was never set does not exist (NXDOMAIN); a name
// that has other types only answers with nothing (NODATA).
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

// RFC 1035 §3.2.2; AAAA: RFC 3596; TLSA: RFC 6698.
const typeNumbers = { A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, MX: 15, TXT: 16, AAAA: 28, TLSA: 52 } as const;
const rcodes = { NXDOMAIN: 3, SERVFAIL: 2, REFUSED: 5, FORMERR: 1 } as const;

export type RecordType = keyof typeof typeNumbers;
export type Failure = keyof typeof rcodes | 'silence';

export interface FakeDns extends AsyncDisposable {
  /** host:port, for POCHTAR_DNS_SERVERS */
  readonly address: string;
  /**
   * Sets the records of a name, replacing those of this type. Data as in a zone file: an address, a name,
   * `10 mx.example.test`, the whole TXT string (split into chunks of 255 bytes by itself), TLSA `3 1 1 hex`; of SOA its
   * minimum alone.
   */
  set(name: string, type: RecordType, ...data: string[]): void;
  /** Sets the PTR record of an IPv4 or IPv6 address. */
  setReverse(ip: string, ...names: string[]): void;
  /** Every query for the name (or only for one type) fails this way until the name is set again or reset. */
  fail(name: string, failure: Failure, type?: RecordType): void;
  /** Every answer about the name comes so much later, until reset. */
  delay(name: string, ms: number): void;
  /** The zone is signed and validated: answers for it and what lies below have AD (RFC 4035 §3.2.3). */
  sign(zone: string): void;
  /** Over UDP the answers about the name do not fit (RFC 7766): they are had over TCP. */
  truncate(name: string): void;
  /** Forgets everything. */
  reset(): void;
  /** What was asked, in order: `mx example.test`. */
  readonly queries: string[];
}

interface Query {
  id: number;
  flags: number;
  name: string;
  type: number;
  /** The question section as it came, echoed in the answer. */
  question: Buffer;
}

/** `await using dns = await startFakeDns()` */
export async function startFakeDns(options: { ttl?: number } = {}): Promise<FakeDns> {
  const records = new Map<string, Map<number, string[]>>();
  const failures = new Map<string, Failure>();
  const signed = new Set<string>();
  const truncated = new Set<string>();
  const world: World = { records, failures, signed, ttl: options.ttl ?? 60 };
  const delays = new Map<string, number>();
  const timers = new Set<NodeJS.Timeout>();
  const queries: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (packet, peer) => {
    const query = parseQuery(packet);
    if (!query) return;
    queries.push(`${typeName(query.type).toLowerCase()} ${query.name}`);
    const whole = answer(query, world);
    if (!whole) return;
    const reply = truncated.has(query.name) ? cutShort(query) : whole;
    const late = delays.get(query.name);
    if (late === undefined) {
      socket.send(reply, peer.port, peer.address);
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      socket.send(reply, peer.port, peer.address);
    }, late);
    timers.add(timer);
  });
  const overTcp = answerOverTcp((packet) => {
    const query = parseQuery(packet);
    if (query) queries.push(`${typeName(query.type).toLowerCase()} ${query.name} over tcp`);
    return query && answer(query, world);
  });
  await listenOnBoth(socket, overTcp);
  const { address, port } = socket.address();

  const set = (name: string, type: RecordType, ...data: string[]): void => {
    const key = canonical(name);
    failures.delete(key);
    failures.delete(`${key} ${typeNumbers[type]}`);
    const types = records.get(key) ?? new Map<number, string[]>();
    types.set(typeNumbers[type], data);
    records.set(key, types);
  };
  return {
    address: `${address}:${port}`,
    queries,
    set,
    setReverse: (ip, ...names) => set(reverseName(ip), 'PTR', ...names),
    fail(name, failure, type) {
      failures.set(type ? `${canonical(name)} ${typeNumbers[type]}` : canonical(name), failure);
    },
    sign: (zone) => void signed.add(canonical(zone)),
    truncate: (name) => void truncated.add(canonical(name)),
    delay: (name, ms) => void delays.set(canonical(name), ms),
    reset() {
      delays.clear();
      records.clear();
      failures.clear();
      signed.clear();
      truncated.clear();
      queries.length = 0;
    },
    async [Symbol.asyncDispose]() {
      for (const timer of timers) clearTimeout(timer);
      overTcp.close();
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}

/** 192.0.2.1 -> 1.2.0.192.in-addr.arpa; IPv6 by nibbles (RFC 3596 §2.5). */
export function reverseName(ip: string): string {
  if (!ip.includes(':')) return `${ip.split('.').toReversed().join('.')}.in-addr.arpa`;
  const [head = '', tail] = ip.split('::');
  const left = head.split(':').filter(Boolean);
  const right = (tail ?? '').split(':').filter(Boolean);
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - left.length - right.length }, () => '0');
  const nibbles = [...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join('');
  return `${nibbles.split('').toReversed().join('.')}.ip6.arpa`;
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function typeName(type: number): string {
  return Object.entries(typeNumbers).find(([, number]) => number === type)?.[0] ?? `TYPE${type}`;
}

interface World {
  records: Map<string, Map<number, string[]>>;
  failures: Map<string, Failure>;
  signed: Set<string>;
  ttl: number;
}

function answer(query: Query, { records, failures, signed, ttl }: World): Buffer | undefined {
  const failure = failures.get(`${query.name} ${query.type}`) ?? failures.get(query.name);
  if (failure === 'silence') return undefined;
  if (failure) return message(query, rcodes[failure], []);
  const found: Buffer[] = [];
  const names: string[] = [];
  // RFC 4035 §3.2.3: AD is for an answer of which everything is authentic.
  const flags = (): number => (names.every((name) => isSigned(name, signed)) ? AD : 0);
  // RFC 1034 §3.6.2: the answer holds the alias and what it points at; the bound breaks a ring of aliases.
  let name = query.name;
  for (let hops = 0; hops < 8; hops++) {
    names.push(name);
    const types = records.get(name);
    if (!types) return message(query, (found.length > 0 ? 0 : rcodes.NXDOMAIN) | flags(), found);
    const alias = types.get(typeNumbers.CNAME)?.[0];
    const type = alias && query.type !== typeNumbers.CNAME ? typeNumbers.CNAME : query.type;
    for (const data of types.get(type) ?? []) found.push(record(name, type, data, ttl));
    if (!alias || type === query.type) break;
    name = canonical(alias);
  }
  return message(query, flags(), found);
}

const AD = 0x0020;
const TC = 0x0200;

const cutShort = (query: Query): Buffer => message(query, TC, []);

function isSigned(name: string, zones: ReadonlySet<string>): boolean {
  return [...zones].some((zone) => name === zone || name.endsWith(`.${zone}`));
}

function message(query: Query, flags: number, answers: Buffer[]): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(query.id, 0);
  // QR, AA, RA, the client's RD, and what the answer has of its own.
  header.writeUInt16BE(0x8480 | (query.flags & 0x0100) | flags, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(answers.length, 6);
  return Buffer.concat([header, query.question, ...answers]);
}

/** RFC 1035 §4.2.2: each message follows its length. One question a connection. */
function answerOverTcp(reply: (packet: Buffer) => Buffer | undefined): Server {
  return createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (data) => {
      const answered = reply(data.subarray(2));
      if (!answered) return socket.destroy();
      const length = Buffer.alloc(2);
      length.writeUInt16BE(answered.length);
      socket.end(Buffer.concat([length, answered]));
    });
  });
}

/** One number for TCP and UDP; of the two it is TCP that has few to spare. */
async function listenOnBoth(udp: Socket, tcp: Server): Promise<void> {
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  udp.bind((tcp.address() as AddressInfo).port, '127.0.0.1');
  await once(udp, 'listening');
}

function record(name: string, type: number, data: string, ttl: number): Buffer {
  const rdata = encodeData(type, data);
  const head = Buffer.alloc(10);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(1, 2);
  head.writeUInt32BE(ttl, 4);
  head.writeUInt16BE(rdata.length, 8);
  return Buffer.concat([encodeName(name), head, rdata]);
}

function encodeData(type: number, data: string): Buffer {
  const words = data.split(' ');
  switch (type) {
    case typeNumbers.A:
      return Buffer.from(data.split('.').map(Number));
    case typeNumbers.AAAA:
      return Buffer.from(reverseName(data).replace('.ip6.arpa', '').split('.').toReversed().join(''), 'hex');
    case typeNumbers.MX: {
      const preference = Buffer.alloc(2);
      preference.writeUInt16BE(Number(words[0]));
      return Buffer.concat([preference, encodeName(words[1] ?? '')]);
    }
    case typeNumbers.TXT:
      return encodeText(Buffer.from(data, 'utf8'));
    case typeNumbers.SOA:
      return encodeSoa(Number(data));
    case typeNumbers.TLSA:
      return Buffer.concat([Buffer.from(words.slice(0, 3).map(Number)), Buffer.from(words[3] ?? '', 'hex')]);
    default:
      return encodeName(data);
  }
}

/** RFC 1035 §3.3.13, of which only MINIMUM matters here. */
function encodeSoa(minimum: number): Buffer {
  const numbers = Buffer.alloc(20);
  numbers.writeUInt32BE(minimum, 16);
  return Buffer.concat([encodeName('ns.test'), encodeName('hostmaster.test'), numbers]);
}

function encodeText(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += 255) {
    const chunk = bytes.subarray(at, at + 255);
    chunks.push(Buffer.from([chunk.length]), chunk);
  }
  return Buffer.concat(chunks);
}

function encodeName(name: string): Buffer {
  const labels = canonical(name)
    .split('.')
    .filter(Boolean)
    .map((label) => Buffer.from(label, 'latin1'));
  return Buffer.concat([
    ...labels.flatMap((label) => [Buffer.from([label.length]), label]),
    Buffer.from([0]),
  ]);
}

function parseQuery(packet: Buffer): Query | undefined {
  if (packet.length < 17) return undefined;
  const labels: string[] = [];
  let at = 12;
  for (let length = packet[at] ?? 0; length > 0; length = packet[at] ?? 0) {
    labels.push(packet.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
    if (at + 5 > packet.length) return undefined;
  }
  return {
    id: packet.readUInt16BE(0),
    flags: packet.readUInt16BE(2),
    name: canonical(labels.join('.')),
    type: packet.readUInt16BE(at + 1),
    question: packet.subarray(12, at + 5),
  };
}
