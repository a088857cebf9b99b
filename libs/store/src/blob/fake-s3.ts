// A fake S3 store on loopback for tests (s3rver), with the faults a real one can have.
import { createHash } from 'node:crypto';
import { statSync, truncateSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';

const BUCKET = 'mail-bodies';
const KEY = 'S3RVER';

const REFUSED = '<Error><Code>AccessDenied</Code><Message>Access Denied.</Message></Error>';
const REFUSAL = `HTTP/1.1 403 Forbidden\r\nContent-Length: ${REFUSED.length}\r\n\r\n${REFUSED}`;

interface S3rver {
  configureBuckets(): Promise<unknown>;
  callback(): (request: http.IncomingMessage, response: http.ServerResponse) => Promise<unknown>;
  store: {
    getResourcePath(bucket: string, key: string, what: string): string;
    putMetadata(bucket: string, key: string, metadata: object, md5: string): Promise<void>;
    putObject(object: UploadedObject): Promise<{ size: number; md5: string }>;
  };
  logger: { exceptions: { unhandle(): void }; clear(): void; silent: boolean };
}
interface UploadedObject {
  bucket: string;
  key: string;
  metadata: object;
  content: http.IncomingMessage;
}
type S3rverClass = new (options: object) => S3rver;

export interface FakeS3 extends AsyncDisposable {
  readonly endpoint: string;
  readonly port: number;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Method and path of every request so far. */
  readonly requests: string[];
  /**
   * What goes wrong from now on: objects lose their last byte, every PUT is answered with 503, every PUT is refused
   * and its body never read, or the body of a PUT is not read before `resume` is called.
   */
  fault: 'shorten' | 'unavailable' | 'refuse' | 'stall' | null;
  /** Ends the fault, and serves what has stalled. */
  resume(): void;
}

export async function startFakeS3(directory: string): Promise<FakeS3> {
  const Server = createRequire(import.meta.url)('s3rver') as S3rverClass;
  const app = new Server({ directory, silent: true, configureBuckets: [{ name: BUCKET }] });
  await app.configureBuckets();
  app.logger.silent = true;
  storeWholeObjects(app.store);
  const answer = app.callback();
  const underWay = new Set<Promise<unknown>>();
  const handle = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    const answering = answer(request, response).finally(() => underWay.delete(answering));
    underWay.add(answering);
  };
  const requests: string[] = [];
  const stalled: (() => void)[] = [];
  const server = http.createServer((request, response) => {
    const { method = '', url = '' } = request;
    requests.push(`${method} ${url}`);
    if (method === 'PUT' && fake.fault === 'unavailable') {
      request.resume();
      response.writeHead(503).end();
      return;
    }
    if (method === 'PUT' && fake.fault === 'refuse') {
      // Past the response object, at whose end the server would read the body and drop it.
      request.socket.write(REFUSAL);
      return;
    }
    if (method === 'PUT' && fake.fault === 'shorten') shortenBeforeAnswer(directory, url, response);
    if (method === 'PUT' && fake.fault === 'stall') stalled.push(() => handle(request, response));
    else handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const fake: FakeS3 = {
    endpoint: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    bucket: BUCKET,
    accessKey: KEY,
    secretKey: KEY,
    requests,
    fault: null,
    resume: () => {
      fake.fault = null;
      for (const work of stalled.splice(0)) work();
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.allSettled(underWay);
      app.logger.exceptions.unhandle();
      app.logger.clear();
    },
  };
  return fake;
}

/**
 * s3rver answers a PUT before its file is written, and leaves the beginning of an upload that was broken off.
 * A store does neither.
 */
function storeWholeObjects(store: S3rver['store']): void {
  store.putObject = async ({ bucket, key, metadata, content }) => {
    const bytes = await buffer(content);
    const md5 = createHash('md5').update(bytes).digest('hex');
    const path = store.getResourcePath(bucket, key, 'object');
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.partial`, bytes);
    await rename(`${path}.partial`, path);
    await store.putMetadata(bucket, key, metadata, md5);
    return { size: bytes.length, md5 };
  };
}

function shortenBeforeAnswer(directory: string, url: string, response: http.ServerResponse): void {
  const path = join(directory, `${url.split('?')[0]}._S3rver_object`);
  const end = response.end.bind(response);
  response.end = ((...call: Parameters<typeof end>) => {
    truncateSync(path, statSync(path).size - 1);
    return end(...call);
  }) as typeof response.end;
}
