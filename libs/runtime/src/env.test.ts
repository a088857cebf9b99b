import { describe, expect, it } from 'vitest';
import { processEnv, readEnv } from './env.ts';

const sound = { POCHTAR_POSTGRES_URL: 'postgres://a@h:1/d', POCHTAR_NATS_URL: 'nats://h:1' };

describe('the environment', () => {
  it('is read with defaults', () => {
    const env = readEnv(processEnv, { ...sound, POCHTAR_HEALTH_PORT: '8081' });
    expect(env).toMatchObject({
      POCHTAR_HEALTH_PORT: 8081,
      POCHTAR_LOG_LEVEL: 'info',
      POCHTAR_TRACE_RATIO: 0,
    });
  });

  it('is refused with the name of every variable that is wrong', () => {
    const wrong = { POCHTAR_POSTGRES_URL: 'mysql://x', POCHTAR_HEALTH_PORT: '70000' };
    expect(() => readEnv(processEnv, wrong)).toThrow(
      /POCHTAR_POSTGRES_URL.*POCHTAR_NATS_URL.*POCHTAR_HEALTH_PORT/,
    );
  });
});
