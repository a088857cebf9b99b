// A TCP relay in front of Postgres that can be told to lose answers: what the client sends still arrives, what the
// server says back does not, and then the connection breaks. So a commit happens and nobody hears of it.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface CutProxy extends AsyncDisposable {
  readonly port: number;
  /** From now on: the answer to a message that contains `text` is lost, `times` times. */
  loseAnswersTo(text: string, times: number): void;
  /** How many answers were lost. */
  readonly lost: number;
}

export async function startCutProxy(target: { host: string; port: number }): Promise<CutProxy> {
  const sockets = new Set<Socket>();
  let [needle, left, lost] = ['', 0, 0];
  const server = createServer((client) => {
    const upstream = connect(target);
    let isLosing = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        // What was sent before is still worked on by the server.
        if (socket === client) upstream.end();
        else client.destroy();
      });
    }
    client.on('data', (bytes: Buffer) => {
      if (left > 0 && bytes.includes(needle)) {
        left--;
        lost++;
        isLosing = true;
      }
      upstream.write(bytes);
    });
    upstream.on('data', (bytes: Buffer) => {
      // The answer has come, so the work is done; the client will never know.
      if (isLosing) client.destroy();
      else client.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    loseAnswersTo(text, times) {
      [needle, left] = [text, times];
    },
    get lost() {
      return lost;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
