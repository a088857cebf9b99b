// What tests need around our code: real Postgres, NATS, clamd and Swift on free ports, small real servers that play
// the outside world, the transcript runner, and waiting for a condition. Imported by tests only.
export { eicar, freePort, isPortFree } from '@pochtar/native';
export { ensureClamd } from './clamd.ts';
export { collectGarbage } from './collect-garbage.ts';
export { createTestDatabase } from './database.ts';
export type { TestDatabase } from './database.ts';
export { eventually } from './eventually.ts';
export { startFakeDns } from './fake-dns.ts';
export type { FakeDns } from './fake-dns.ts';
export { gsaslLogin } from './gsasl.ts';
export { ScramClient, type ScramClientOptions } from './scram-client.ts';
export { sieveTest } from './pigeonhole.ts';
export { startTestNats } from './nats.ts';
export type { TestNats } from './nats.ts';
export { ensureSwift } from './swift.ts';
export { smallJpeg } from './small-jpeg.ts';
export { switchableDisk } from './switchable-disk.ts';
export { temporaryDirectory } from './temporary-directory.ts';
export {
  certificatePem,
  keyPem,
  otherCertificatePem,
  otherKeyPem,
  rsaCertificatePem,
  rsaKeyPem,
} from './test-certificate.ts';
export { transcript, transcriptFile } from './transcript.ts';
export { shownCertificate } from './shown-certificate.ts';
