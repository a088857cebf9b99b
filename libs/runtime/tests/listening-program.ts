// A program that listens on the port of its first argument, for the test of who may share one. Says "listening" or why not.
import { Listeners } from '../src/listener.ts';
import { silentLogger } from '../src/log.ts';
import { TlsContexts } from '../src/tls.ts';

const listeners = new Listeners({
  log: silentLogger(),
  tls: new TlsContexts(),
  onConnection: ({ socket }) => socket.destroy(),
});
try {
  await listeners.reconcile([{ host: '127.0.0.1', port: Number(process.argv[2]), tls: false }]);
  process.stdout.write('listening\n');
} catch (error) {
  process.stdout.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
process.stdin.on('end', () => process.exit()).resume();
