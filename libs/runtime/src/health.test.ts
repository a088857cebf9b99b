import { describe, expect, it } from 'vitest';
import { Health, serveHealth } from './health.ts';

describe('the health port', () => {
  it('is ready when every part is, and names the part that is not', async () => {
    const health = new Health();
    await using server = await serveHealth({
      health,
      host: '127.0.0.1',
      port: 0,
      answerMetrics: (_, response) => void response.end('metrics'),
    });
    expect((await fetch(`${server.url}/readyz`)).status).toBe(503);
    health.report('bus', 'away');
    health.report('store', null);
    const answer = await fetch(`${server.url}/readyz`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({ ready: false, faults: { bus: 'away' } });
    health.report('bus', null);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${server.url}/metrics`)).text()).toBe('metrics');
    expect((await fetch(`${server.url}/elsewhere`)).status).toBe(404);
  });
});
