// The rest of the world: an SMTP server on loopback that counts which token came for which recipient. Recipients whose
// local part begins with `refused` hear 550.
import { SMTPServer } from 'smtp-server';

const MAX_BYTES = 64 * 1024;

export class FarSide implements AsyncDisposable {
  readonly #server: SMTPServer;
  readonly port: number;
  #counts = new Map<string, number>();

  private constructor(server: SMTPServer, port: number, counts: Map<string, number>) {
    this.#server = server;
    this.port = port;
    this.#counts = counts;
  }

  static async open(): Promise<FarSide> {
    const counts = new Map<string, number>();
    const server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      hideSize: true,
      onRcptTo(address, _session, callback) {
        if (!address.address.startsWith('refused')) return callback();
        callback(Object.assign(new Error('5.1.1 nobody of that name'), { responseCode: 550 }));
      },
      onData(stream, _session, callback) {
        let text = '';
        stream.setEncoding('latin1');
        stream.on('data', (piece: string) => {
          if (text.length < MAX_BYTES) text += piece;
        });
        stream.on('end', () => {
          const token = /token:(\S+)/.exec(text)?.[1] ?? 'unreadable';
          counts.set(token, (counts.get(token) ?? 0) + 1);
          callback();
        });
      },
    });
    // A sender that is killed in the middle of a mail is what the soak is about.
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.server.address();
    if (address === null || typeof address === 'string') throw new Error('the far side has no port');
    return new FarSide(server, address.port, counts);
  }

  counts(): Map<string, number> {
    return this.#counts;
  }

  forget(): void {
    this.#counts.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(resolve));
  }
}
