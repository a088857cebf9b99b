// V8's collector, so that a test of memory counts what is held and not what lies about.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collector: (() => void) | undefined;

/** Clears up what nothing refers to any more. */
export function collectGarbage(): void {
  if (collector === undefined) {
    setFlagsFromString('--expose_gc');
    collector = runInNewContext('gc') as () => void;
  }
  collector();
}
