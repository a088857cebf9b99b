import { once } from 'node:events';
import { connect } from 'node:net';
import { eicar } from '@pochtar/native';
import { expect, test } from 'vitest';
import { ensureClamd } from './clamd.ts';

async function scan(port: number, content: Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const size = Buffer.alloc(4);
  size.writeUInt32BE(content.length);
  socket.write(Buffer.concat([Buffer.from('zINSTREAM\0'), size, content, Buffer.alloc(4)]));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return answer.toString('latin1');
}

test('clamd knows EICAR, passes clean text and does not answer OK to what exceeds its limits', async () => {
  await using clamd = await ensureClamd({ MaxFileSize: '1K' });
  expect(await scan(clamd.port, Buffer.from(eicar))).toMatch(/Eicar-Signature.* FOUND/);
  expect(await scan(clamd.port, Buffer.from('good day'))).toMatch(/ OK/);
  expect(await scan(clamd.port, Buffer.alloc(4096, 'a'))).toMatch(/Heuristics\.Limits\.Exceeded.* FOUND/);
});
