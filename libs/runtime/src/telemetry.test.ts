import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { context, metrics } from '@opentelemetry/api';
import { afterAll, describe, expect, it } from 'vitest';
import { startTelemetry } from './start-telemetry.ts';
import { extractTrace, injectTrace, traced } from './telemetry.ts';

const exported: string[] = [];
const collector = createServer((request: IncomingMessage, response) => {
  let body = '';
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString('latin1');
  });
  request.on('end', () => {
    exported.push(body);
    response.end('{}');
  });
});

afterAll(() => {
  collector.close();
});

describe('telemetry', () => {
  it('carries a trace over the bus, exports its spans and serves metrics', async () => {
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const { port } = collector.address() as AddressInfo;
    const telemetry = await startTelemetry({
      name: 'test',
      instance: 'one',
      otlpEndpoint: `http://127.0.0.1:${port}`,
      traceRatio: 1,
    });
    const header = await traced('accept', { 'pochtar.mail': 'mail-1' }, async () => injectTrace());
    expect(header).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    const failed = context.with(extractTrace(header ?? undefined), () =>
      traced('step deliver', {}, async () => {
        expect(injectTrace()?.split('-')[1]).toBe(header?.split('-')[1]);
        throw new Error('no');
      }),
    );
    await expect(failed).rejects.toThrow('no');
    metrics.getMeter('test').createCounter('mails').add(3);
    const text = await new Promise<string>((resolve) => {
      telemetry.answerMetrics({} as IncomingMessage, { setHeader: () => {}, end: resolve } as never);
    });
    expect(text).toMatch(/mails_total\{.*\} 3/);
    await telemetry[Symbol.asyncDispose]();
    expect(exported.join('')).toContain('accept');
    expect(exported.join('')).toContain('step deliver');
  });

  it('a malformed trace header counts as none', () => {
    for (const header of [undefined, '', '00-xyz-1-01', `01-${'a'.repeat(32)}-${'b'.repeat(16)}-01`]) {
      expect(context.with(extractTrace(header), () => injectTrace())).toBeNull();
    }
  });
});
