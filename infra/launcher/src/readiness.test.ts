import { afterEach, expect, test, vi } from 'vitest';
import { type ProcessStatus, statusLine } from './readiness.ts';

afterEach(() => vi.unstubAllEnvs());

const smtp: ProcessStatus = {
  name: 'smtp',
  pid: 7,
  state: 'ready',
  restarts: 0,
  lastEnd: null,
  since: '2027-01-31T12:00:00.000Z',
  ready: false,
  health: 'http://127.0.0.1:1',
  faults: { 'settings network': 'port 25 is taken', volume: 'it is away' },
  words: { 'settings network': { ru: 'порт 25 занят', en: 'port 25 is taken' } },
};

test.each([
  ['ru', 'порт 25 занят'],
  ['en', 'port 25 is taken'],
])(
  'what keeps a process from being ready is said in the language of the operator: %s',
  (language, reason) => {
    vi.stubEnv('POCHTAR_LANG', language);
    const [state, ...reasons] = statusLine(smtp, 'restarts').split('\n');
    expect(state).toMatch(/^smtp +unready +pid 7$/);
    expect(reasons).toEqual([`    settings network: ${reason}`, '    volume: it is away']);
  },
);
