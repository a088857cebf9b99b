// A volume that is an S3 bucket: one object a pack, packs/<id>. Only plain S3 is used (PUT, GET with Range,
// HEAD, DELETE, ListV2), always with the length, so that SeaweedFS, Garage, VersityGW, Ceph and AWS all serve.
// Small packs go through the client, which lets the store check a hash of the whole; large ones are streamed
// with a presigned PUT, because the client would gather them in memory or cut them into parts.
import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client } from 'minio';
import {
  isPackId,
  MARK_NAME,
  PackMissing,
  parseMark,
  type StoredPack,
  type Volume,
  VolumeError,
  type VolumeMark,
} from './volume.ts';

const PREFIX = 'packs/';
/** Up to here a pack is put from memory. */
const MAX_IN_MEMORY = 32 * 1024 * 1024;
/** A store that syncs before it answers may need long for a large pack on a busy disk. */
const SILENT_MS = 60_000;
const MAX_CONNECTIONS = 32;
const PRESIGNED_SECONDS = 900;

export interface S3VolumeOptions {
  id: number;
  name: string;
  endpoint: string;
  port: number;
  useSsl: boolean;
  bucket: string;
  region: string;
  accessKey: string;
  secretKey: string;
  /** A connection on which nothing moves for so long is given up. */
  silentMs?: number;
}

/** Opens the bucket; throws `VolumeError` naming bucket and endpoint when it is missing or refuses us. */
export async function openS3Volume(options: S3VolumeOptions): Promise<Volume> {
  const volume = new S3Volume(options);
  await volume.open();
  return volume;
}

class S3Volume implements Volume {
  readonly id: number;
  readonly name: string;
  readonly kind = 's3';
  readonly readSize = 4 * 1024 * 1024;
  readonly openPack = null;
  readonly #client: Client;
  readonly #agent: http.Agent;
  readonly #bucket: string;
  readonly #label: string;

  constructor({
    id,
    name,
    endpoint,
    port,
    useSsl,
    bucket,
    region,
    accessKey,
    secretKey,
    silentMs,
  }: S3VolumeOptions) {
    this.id = id;
    this.name = name;
    this.#bucket = bucket;
    this.#label = `volume "${name}" (bucket ${bucket} at ${endpoint}:${port})`;
    this.#agent = impatientAgent(useSsl, silentMs ?? SILENT_MS);
    this.#client = new Client({
      endPoint: endpoint,
      port,
      useSSL: useSsl,
      region,
      accessKey,
      secretKey,
      transportAgent: this.#agent,
      // Repeating is the writer's decision, into a pack of another name.
      retryOptions: { disableRetry: true },
    });
  }

  open(): Promise<void> {
    return this.#attempt('open', () => this.#findBucket());
  }

  /** Asks with GET: the answer to a HEAD has no body, so it cannot tell a wrong key from a wrong region. */
  async #findBucket(): Promise<void> {
    try {
      await this.#client.listObjectsV2Query(this.#bucket, PREFIX, '', '', 1, '');
    } catch (error) {
      if (codeOf(error) !== 'NoSuchBucket') throw error;
      throw new Error('there is no such bucket; create it', { cause: error });
    }
  }

  mayTakePacks(): Promise<void> {
    return Promise.resolve();
  }

  putPack(packId: string, body: Iterable<Buffer> | AsyncIterable<Buffer>, length: number): Promise<void> {
    const key = keyOf(packId);
    return this.#attempt('store a pack', async () => {
      try {
        if (length <= MAX_IN_MEMORY && Array.isArray(body)) await this.#putWhole(key, body, length);
        else await this.#putStream(key, body, length);
        const { size } = await this.#client.statObject(this.#bucket, key);
        if (size !== length)
          throw new Error(`the store holds ${size} bytes of pack ${packId}; ${length} were sent`);
      } catch (error) {
        await this.#client.removeObject(this.#bucket, key).catch(() => {});
        throw error;
      }
    });
  }

  async #putWhole(key: string, parts: readonly Buffer[], length: number): Promise<void> {
    const bytes = Buffer.concat(parts);
    if (bytes.length !== length) throw wrongLength(bytes.length, length);
    await this.#client.putObject(this.#bucket, key, bytes, length);
  }

  async #putStream(
    key: string,
    body: Iterable<Buffer> | AsyncIterable<Buffer>,
    length: number,
  ): Promise<void> {
    const url = await this.#client.presignedPutObject(this.#bucket, key, PRESIGNED_SECONDS);
    const { request } = url.startsWith('https:') ? https : http;
    const put = request(url, {
      method: 'PUT',
      agent: this.#agent,
      headers: { 'content-length': length, 'content-type': 'application/octet-stream' },
    });
    const answered = answerTo(put);
    const refused = new AbortController();
    // It may come before the body is sent, or never (the body ends early).
    answered.then(
      ({ status }) => status === 200 || refused.abort(),
      () => {},
    );
    try {
      await pipeline(counted(body, length), put, { signal: refused.signal });
    } catch (error) {
      // A store that has refused reads no more of the body: to go on sending it would end in a time-out.
      if (!refused.signal.aborted) throw error;
    }
    const { status, text } = await answered;
    if (status !== 200) throw refusal(status, text);
  }

  async read(packId: string, start: number, end: number): Promise<Buffer> {
    if (start === end) return Buffer.alloc(0);
    const key = keyOf(packId);
    try {
      const stream = await this.#client.getPartialObject(this.#bucket, key, start, end - start);
      mustBeRange(stream, start, end);
      return await collect(stream, end - start);
    } catch (error) {
      if (codeOf(error) === 'NoSuchKey') throw new PackMissing(packId, this.#label);
      throw this.#error(`read pack ${packId} [${start}, ${end})`, error);
    }
  }

  packSize(packId: string): Promise<number | null> {
    const key = keyOf(packId);
    return this.#attempt('look at a pack', async () => {
      try {
        return (await this.#client.statObject(this.#bucket, key)).size;
      } catch (error) {
        if (codeOf(error) !== 'NotFound') throw error;
        // HEAD answers 404 to a missing bucket, too: then nothing is known about the pack.
        await this.#findBucket();
        return null;
      }
    });
  }

  async truncatePack(): Promise<void> {
    // An object is whole or not there.
  }

  removePack(packId: string): Promise<void> {
    const key = keyOf(packId);
    return this.#attempt('remove a pack', () => this.#client.removeObject(this.#bucket, key));
  }

  async *listPacks(): AsyncGenerator<StoredPack> {
    const objects: AsyncIterable<{ name?: string; size: number }> = this.#client.listObjectsV2(
      this.#bucket,
      PREFIX,
      true,
    );
    try {
      for await (const { name, size } of objects) {
        const packId = name?.slice(PREFIX.length) ?? '';
        if (isPackId(packId)) yield { packId, size };
      }
    } catch (error) {
      throw this.#error('list packs', error);
    }
  }

  freeBytes(): Promise<null> {
    return Promise.resolve(null);
  }

  check(): Promise<void> {
    return this.#attempt('write to', async () => {
      const key = `probe-${crypto.randomUUID()}`;
      await this.#client.putObject(this.#bucket, key, Buffer.from('probe'));
      await this.#client.removeObject(this.#bucket, key);
    });
  }

  readMark(): Promise<VolumeMark | null> {
    return this.#attempt('read its mark', async () => {
      try {
        return parseMark(await firstText(await this.#client.getObject(this.#bucket, MARK_NAME)));
      } catch (error) {
        if (codeOf(error) !== 'NoSuchKey') throw error;
        return null;
      }
    });
  }

  writeMark(mark: VolumeMark): Promise<void> {
    return this.#attempt('write its mark', async () => {
      await this.#client.putObject(this.#bucket, MARK_NAME, Buffer.from(JSON.stringify(mark)));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
    await Promise.resolve();
  }

  async #attempt<T>(action: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#error(action, error);
    }
  }

  #error(action: string, cause: unknown): VolumeError {
    const reason = (cause as Error).message.trim().replace(/\.$/, '') || 'the store gave no reason';
    const remedy = REMEDIES[codeOf(cause)];
    return new VolumeError(`${this.#label}: cannot ${action}: ${reason}${remedy ? `; ${remedy}` : ''}`, {
      cause,
    });
  }
}

const REMEDIES: Record<string, string> = {
  NoSuchBucket: 'create the bucket',
  AccessDenied: 'check access key, secret key and the rights of the key',
  SignatureDoesNotMatch: 'check access key, secret key and region',
  InvalidAccessKeyId: 'check the access key',
  AuthorizationHeaderMalformed: 'check the region',
  AuthorizationQueryParametersError: 'check the region',
  RequestTimeTooSkewed: 'set the clock of this machine and of the store',
  ECONNREFUSED: 'check endpoint and port, and that the store is running',
  ENOTFOUND: 'check the name of the endpoint',
};

/** Keeps connections, and ends one that stays silent, so that no request waits for ever. */
function impatientAgent(useSsl: boolean, silentMs: number): http.Agent {
  const options = { keepAlive: true, maxSockets: MAX_CONNECTIONS, timeout: silentMs };
  const agent = useSsl ? new https.Agent(options) : new http.Agent(options);
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (...call) => {
    const socket = connect(...call);
    socket?.once('timeout', () => socket.destroy(new Error(`the store was silent for ${silentMs / 1000} s`)));
    return socket;
  };
  return agent;
}

function keyOf(packId: string): string {
  if (!isPackId(packId))
    throw new TypeError(`pack id ${JSON.stringify(packId)} is not a UUID in small letters`);
  return PREFIX + packId;
}

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? '';

/** The error for an answer to a presigned request, with the code that the client gives its own. */
function refusal(status: number, text: string): Error {
  const code = /<Code>([^<]*)<\/Code>/.exec(text)?.[1];
  const message = /<Message>([^<]*)<\/Message>/.exec(text)?.[1] ?? text;
  return Object.assign(new Error(`the store answered ${status}: ${message}`), { code });
}

const wrongLength = (got: number, announced: number): Error =>
  new Error(`the body has ${got} bytes where ${announced} were announced`);

/** Passes `body` on; throws at the end, or as soon as it is over, when it has not `length` bytes. */
async function* counted(
  body: Iterable<Buffer> | AsyncIterable<Buffer>,
  length: number,
): AsyncGenerator<Buffer> {
  let passed = 0;
  for await (const part of body) {
    passed += part.length;
    if (passed > length) throw wrongLength(passed, length);
    yield part;
  }
  if (passed !== length) throw wrongLength(passed, length);
}

/** RFC 9110 §14.2: a server may ignore Range and send the whole: that is not what stands at `start`. */
function mustBeRange(stream: Readable, start: number, end: number): void {
  const { headers } = stream as http.IncomingMessage;
  if (headers['content-range']?.startsWith(`bytes ${start}-${end - 1}/`)) return;
  stream.destroy();
  throw new Error(
    `the store did not answer with the range, but with ${headers['content-range'] ?? 'the whole'}`,
  );
}

async function collect(stream: Readable, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let got = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    if (got + part.length > length) throw new Error(`the store sent more than the ${length} bytes asked for`);
    part.copy(bytes, got);
    got += part.length;
  }
  if (got < length) throw new Error(`the store sent ${got} of ${length} bytes`);
  return bytes;
}

function answerTo(request: http.ClientRequest): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (answer) => {
      firstText(answer).then((text) => resolve({ status: answer.statusCode ?? 0, text }), reject);
    });
  });
}

/** The beginning of an answer's text; the rest is read and dropped, so that the connection can be kept. */
async function firstText(answer: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const part of answer) if (text.length < 500) text += part.toString('latin1');
  return text.slice(0, 500);
}
