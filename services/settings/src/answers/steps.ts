// admin.steps.*: first steps of a new server that are put off: list, put off, resume.
import { adminSteps, answerAdmin, type Asker, done, type FirstStep, refused } from '@pochtar/bus';
import { listPutOffSteps, putOffStep, type PutOffStep, resumeStep } from '@pochtar/store/settings';
import type { Context, Refusal } from '../context.ts';

export function answerSteps(context: Context): { stop(): Promise<void> }[] {
  const { db } = context;
  return [
    answerAdmin(context, adminSteps.list, async (_, { login = null }) =>
      done({ putOff: (await listPutOffSteps(db, login)).map(infoOf) }),
    ),
    answerAdmin(context, adminSteps.putOff, async ({ step, reason }, asker) => {
      const owner = ownerOf(step, asker);
      if (owner === undefined) return nobodys();
      return done({ putOff: infoOf(await putOffStep(db, { step, reason, author: asker.author }, owner)) });
    }),
    answerAdmin(context, adminSteps.resume, async ({ step }, asker) => {
      const owner = ownerOf(step, asker);
      if (owner === undefined) return nobodys();
      return (await resumeStep(db, step, owner)) ? done({}) : notPutOff(step);
    }),
  ];
}

/** Whose step it is: null of the server; undefined: of an administrator, and no administrator asks. */
function ownerOf(step: FirstStep, { login }: Asker): string | null | undefined {
  return step === 'password' ? login : null;
}

function infoOf({ step, putOffAt, ...known }: PutOffStep) {
  return { ...known, step: step as FirstStep, putOffAt: putOffAt.toISOString() };
}

function nobodys(): Refusal {
  return refused(
    'wrongState',
    'step',
    'step: пароль у каждого администратора свой: отложите этот шаг в консоли под своим логином',
    'step: each administrator has a password of their own: put this step off in the console, logged in',
  );
}

function notPutOff(step: FirstStep): Refusal {
  return refused(
    'notFound',
    'step',
    `step: шаг ${step} не отложен: список отложенных — pochtar step list`,
    `step: ${step} is not put off: pochtar step list shows what is`,
  );
}
