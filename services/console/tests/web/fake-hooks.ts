// Web hooks of the pages' small installation: one that works, one that is paused, one that is off.
import type { Answers } from '../../src/contract/index.ts';

type Hook = Answers<'GET /hooks'>['hooks'][number];
type HookEvent = Answers<'GET /hooks/:id/events'>['events'][number];

const at = '2026-01-01T10:00:00.000Z';

const works: Hook = {
  ...{ id: 1, name: 'CRM', url: 'https://crm.firma.test/hooks/mail', enabled: true, withSubject: false },
  ...{ kinds: ['delivered', 'bounced'], domains: ['firma.test'], author: 'console:anna', waiting: 0 },
  ...{ createdAt: at, changedAt: at, previousUntil: null, failures: 0, failingSince: null, nextAt: null },
  ...{ lastSuccessAt: at, lastFault: null, pausedAt: null, overflowedAt: null, oldestAt: null },
};

const hooks: readonly Hook[] = [
  works,
  {
    ...works,
    ...{
      id: 2,
      name: 'Служба поддержки: журнал возвратов',
      domains: null,
      kinds: ['bounced', 'held', 'refused'],
    },
    url: `https://helpdesk.partner.test/${'very-long-path/'.repeat(5)}`,
    ...{ failures: 612, failingSince: at, pausedAt: at, overflowedAt: at, oldestAt: at, waiting: 10_000 },
    ...{ lastFault: 'HTTP 502 <h1>Bad gateway</h1>', previousUntil: at, withSubject: true },
  },
  { ...works, id: 3, name: 'test', enabled: false, lastSuccessAt: null, kinds: ['held'] },
];

const sent: HookEvent = {
  ...{ id: '0192f000-0000-7000-8000-00000000000a', kind: 'delivered', recipient: 'anna@firma.test' },
  ...{ mail: '0192f000-0000-7000-8000-000000000001', occurredAt: at, state: 'sent', attempts: 1 },
  ...{ dueAt: null, expiresAt: at, lastAt: at, lastStatus: 204, lastAnswer: '' },
};

const events: readonly HookEvent[] = [
  {
    ...sent,
    ...{
      id: '0192f000-0000-7000-8000-00000000000b',
      kind: 'bounced',
      state: 'waiting',
      attempts: 3,
      dueAt: at,
    },
    ...{ lastStatus: 502, lastAnswer: '<h1>Bad gateway</h1>' },
  },
  sent,
  {
    ...sent,
    ...{
      id: '0192f000-0000-7000-8000-00000000000c',
      kind: 'refused',
      state: 'givenUp',
      attempts: 9,
      mail: null,
    },
    ...{ recipient: null, lastStatus: null, lastAnswer: 'no answer within 15 seconds' },
  },
];

interface Asked {
  params: Record<string, string>;
  query: URLSearchParams;
}

export function hookRoutes(isNew: () => boolean, changes: unknown[]) {
  const told = (hook: string, { params }: Asked): void => void changes.push({ hook, id: params['id'] });
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=';
  return {
    'GET /hooks': (): Answers<'GET /hooks'> => ({ hooks: isNew() ? [] : [...hooks] }),
    'POST /hooks': (): Answers<'POST /hooks'> => ({ hook: works, secret }),
    'PUT /hooks/:id': (asked: Asked): Answers<'PUT /hooks/:id'> => (told('change', asked), { hook: works }),
    'DELETE /hooks/:id': (asked: Asked) => (told('remove', asked), {}),
    'POST /hooks/:id/secret': (): Answers<'POST /hooks/:id/secret'> => ({ hook: works, secret }),
    'POST /hooks/:id/test': ({ params }: Asked): Answers<'POST /hooks/:id/test'> => ({
      answer:
        params['id'] === '1'
          ? { isTaken: true, status: 204, answer: '', milliseconds: 31 }
          : { isTaken: false, status: 502, answer: '<h1>Bad gateway</h1>', milliseconds: 120 },
    }),
    'GET /hooks/:id/events': ({ query }: Asked): Answers<'GET /hooks/:id/events'> => ({
      events: events.filter(({ state }) => (query.get('state') ?? state) === state),
      next: null,
    }),
    'POST /hooks/:id/redeliver': (asked: Asked) => (told('redeliver', asked), { count: 2 }),
  };
}
