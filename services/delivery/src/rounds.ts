// Work that comes round every few minutes, whoever of the replicas does it.
import type { Tools } from './tools.ts';

/** Does it every `seconds` until it is disposed. */
export function startRounds(
  tools: Tools,
  seconds: number,
  round: (tools: Tools, signal: AbortSignal) => Promise<void>,
): AsyncDisposable {
  const stopping = new AbortController();
  let running: Promise<void> | null = null;
  // One round at a time: what it leaves the next one finds, so none is owed.
  const timer = setInterval(() => {
    running ??= round(tools, stopping.signal).finally(() => {
      running = null;
    });
  }, seconds * 1000);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}
