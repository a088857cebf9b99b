// Answers `check.<filter>` for smtp. A check that fails is an answer too: put off, never let through.
import { metrics } from '@opentelemetry/api';
import { type Bus, type CheckReply, type CheckRequest, check } from '@pochtar/bus';
import type { Logger } from '@pochtar/runtime';
import type { DialogueCheck, DialogueFilterName } from './filter.ts';

const NOT_NOW: CheckReply = {
  result: 'defer',
  enhanced: '4.3.0',
  text: 'the sender cannot be checked now, please try again later',
};

/** Answers until it is stopped; questions under way are finished. */
export function answerChecks(
  bus: Bus,
  name: DialogueFilterName,
  filter: DialogueCheck,
  log: Logger,
): AsyncDisposable {
  const answers = metrics.getMeter('filter').createCounter('filter.checks', {
    description: 'answers of the dialogue filters by result',
  });
  const underWay = new Set<Promise<CheckReply>>();
  const answer = async (request: CheckRequest): Promise<CheckReply> => {
    const reply = await replyTo(filter, request, log);
    answers.add(1, { filter: name, result: reply.result });
    if (reply.result !== 'accept') {
      log.info(
        { clientAddress: request.clientAddress, result: reply.result, text: reply.text },
        'not accepted',
      );
    }
    return reply;
  };
  const subscription = bus.answer(check(name), (request) => {
    const reply = answer(request);
    underWay.add(reply);
    return reply.finally(() => underWay.delete(reply));
  });
  return {
    async [Symbol.asyncDispose]() {
      await subscription.stop();
      await Promise.all(underWay);
    },
  };
}

async function replyTo(filter: DialogueCheck, request: CheckRequest, log: Logger): Promise<CheckReply> {
  try {
    return await filter.check(request);
  } catch (error) {
    log.error({ err: error, clientAddress: request.clientAddress }, 'the check failed');
    return NOT_NOW;
  }
}
