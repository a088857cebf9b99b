// The first steps of a new server, as far as the server does not see them for itself: which are put off, and why. Whether
// one is done is looked at where it is shown, from what there is; the settings process answers.
import { z } from 'zod';
import { changesAll, looksAtAll } from './access.ts';
import { adminQuestion } from './question.ts';

/** In the order in which one depends on the other. */
export const firstSteps = [
  'password',
  'organisation',
  'name',
  'domain',
  'dns',
  'certificate',
  'way',
  'account',
  'mail',
  'alert',
  'antivirus',
] as const;
export type FirstStep = (typeof firstSteps)[number];

const step = z.enum(firstSteps);
const putOffStep = z.object({
  step,
  reason: z.string(),
  author: z.string(),
  putOffAt: z.iso.datetime(),
});
export type PutOffStepInfo = z.infer<typeof putOffStep>;

export const adminSteps = {
  list: adminQuestion(
    'settings',
    'steps.list',
    'first steps that are put off, with the reason; the password is each administrator’s own step, the others are the server’s',
    z.object({}),
    z.object({ putOff: z.array(putOffStep) }),
    looksAtAll,
  ),
  putOff: adminQuestion(
    'settings',
    'steps.putOff',
    'puts a first step off: it counts neither as done nor as missing; one that is put off already gets the new reason',
    z.object({
      step,
      /** Why, in a few words. */
      reason: z.string().trim().min(1).max(200),
    }),
    z.object({ putOff: putOffStep }),
    changesAll(({ step: named }) => named, ['reason']),
  ),
  resume: adminQuestion(
    'settings',
    'steps.resume',
    'puts a first step off no longer',
    z.object({ step }),
    z.object({}),
    changesAll(({ step: named }) => named),
  ),
};
