// test.delivery: what reaches the outside, and the volume.
import { answerTests } from '@pochtar/bus';
import { heloTest } from '../settings-tests/helo.ts';
import { relayTest } from '../settings-tests/relay.ts';
import { volumeTest } from '../settings-tests/volume.ts';
import type { Tools } from '../tools.ts';

export function answerSettingsTests(tools: Tools): AsyncDisposable {
  const answering = answerTests(tools.bus, 'delivery', {
    relay: relayTest(tools),
    helo: heloTest(tools.resolver),
    volume: volumeTest(tools.blobs),
  });
  return { [Symbol.asyncDispose]: () => answering.stop() };
}
