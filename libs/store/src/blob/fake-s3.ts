// A fake S3 store on loopback for tests (s3rver), with the faults a real one can have.
import { statSync, truncateSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const BUCKET = 'mail-bodies';
const KEY = 'S3RVER';

interface S3rver {
  configureBuckets(): Promise<unknown>;
  callback(): (request: http.IncomingMessage, response: http.ServerResponse) => void;
  logger: { exceptions: { unhandle(): void }; clear(): void; silent: boolean };
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
   * What goes wrong from now on: objects lose their last byte, every PUT is answered with 503, or the body of
   * a PUT is not read before `resume` is called.
   */
  fault: 'shorten' | 'unavailable' | 'stall' | null;
  resume(): void;
}

export async function startFakeS3(directory: string): Promise<FakeS3> {
  const Server = createRequire(import.meta.url)('s3rver') as S3rverClass;
  const app = new Server({ directory, silent: true, configureBuckets: [{ name: BUCKET }] });
  await app.configureBuckets();
  app.logger.silent = true;
  const handle = app.callback();
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
    resume: () => stalled.splice(0).forEach((work) => work()),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      app.logger.exceptions.unhandle();
      app.logger.clear();
    },
  };
  return fake;
}

function shortenBeforeAnswer(directory: string, url: string, response: http.ServerResponse): void {
  const path = join(directory, `${url.split('?')[0]}._S3rver_object`);
  const end = response.end.bind(response);
  response.end = ((...call: Parameters<typeof end>) => {
    truncateSync(path, statSync(path).size - 1);
    return end(...call);
  }) as typeof response.end;
}
