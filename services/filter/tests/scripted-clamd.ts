// A clamd on loopback that answers what the test says, when the test says it.
import { createServer, type Socket } from 'node:net';

export interface ScriptedClamd extends AsyncDisposable {
  address: string;
  /** Mails that were sent to it and wait for an answer. */
  waiting: { answer(text: string): void }[];
  /** Answers at once from now on; null: waits for the test again. */
  always: string | null;
  /** Closes without an answer when it has taken so much of a mail, as over StreamMaxLength. */
  takes: number;
}

/** On a free port, or on one that was used before. */
export async function scriptedClamd(onPort = 0): Promise<ScriptedClamd> {
  const sockets = new Set<Socket>();
  const scripted: Pick<ScriptedClamd, 'waiting' | 'always' | 'takes'> = {
    ...{ waiting: [], always: null, takes: Infinity },
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let taken = 0;
    socket.on('data', (chunk: Buffer) => {
      taken += chunk.length;
      if (taken > scripted.takes) return void socket.destroy();
      if (chunk.equals(Buffer.from('zPING\0'))) return void socket.end('PONG\0');
      if (!chunk.subarray(-4).equals(Buffer.alloc(4))) return;
      const answer = (text: string): void => void socket.end(`stream: ${text}\0`);
      if (scripted.always === null) scripted.waiting.push({ answer });
      else answer(scripted.always);
    });
  });
  await new Promise<void>((resolve) => server.listen(onPort, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return Object.assign(scripted, {
    address: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
