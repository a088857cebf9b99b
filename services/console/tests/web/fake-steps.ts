// First steps that are put off: one that the server does not need, and what a test puts off.
import type { Answers } from '../../src/contract/index.ts';

type PutOff = Answers<'GET /steps'>['putOff'][number];
interface Asked {
  params: Record<string, string>;
  body: Record<string, never>;
}

const facts = { author: 'console:petr', putOffAt: '2026-01-01T10:00:00.000Z' };

export function stepRoutes(isNew: () => boolean) {
  const putOff = new Map<string, PutOff>();
  const shown = (): PutOff[] =>
    isNew() ? [] : [{ ...facts, step: 'antivirus', reason: 'сканер купим в январе' }];
  return {
    'GET /steps': (): Answers<'GET /steps'> => ({ putOff: [...shown(), ...putOff.values()] }),
    'PUT /steps/:step': ({ params: { step = '' }, body }: Asked): Answers<'PUT /steps/:step'> => {
      const { reason } = body as unknown as { reason: string };
      const one = { ...facts, step: step as PutOff['step'], reason };
      putOff.set(step, one);
      return { putOff: one };
    },
    'DELETE /steps/:step': ({ params: { step = '' } }: Asked): Answers<'DELETE /steps/:step'> => {
      putOff.delete(step);
      return {};
    },
  };
}
