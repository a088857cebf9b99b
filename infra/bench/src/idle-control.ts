// What the machine alone makes everybody wait: how late the timers of a process are that does nothing. A wait that is no
// longer than this is not the server's.
import { ToldProcess } from './told-process.ts';

export class IdleControl extends ToldProcess {
  constructor() {
    super(new URL('idle-control-process.ts', import.meta.url));
  }

  /** The longest in milliseconds since it was asked last. */
  worst(): Promise<number> {
    return this.tell('worst');
  }
}
