// RFC 2920 §3.2: the replies to commands of one packet go out together, at the end of this turn of the event loop.
import type { Socket } from 'node:net';

export class ReplyGatherer {
  /** The socket whose replies are being gathered. */
  #corked: Socket | null = null;

  gather(socket: Socket): void {
    if (this.#corked !== null) return;
    this.#corked = socket;
    socket.cork();
    setImmediate(() => this.flush(socket));
  }

  flush(socket: Socket): void {
    if (this.#corked === socket) this.#corked = null;
    socket.uncork();
  }
}
