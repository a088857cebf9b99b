// What waiting mail will do under new settings. These words come with their part of the page.
import type { queueMoves as russian } from '../ru/queue-moves.ts';

export const queueMoves: Record<Exclude<keyof typeof russian, `${string}_few` | `${string}_many`>, string> = {
  'queueMoves.title': 'What becomes of waiting mail',
  'queueMoves.none': 'Nobody in the queue waits for another attempt.',
  'queueMoves.same': 'The times of waiting mail stay as they are.',
  'queueMoves.waiting_one': '{{n}} recipient waits.',
  'queueMoves.waiting_other': '{{n}} recipients wait.',
  'queueMoves.moved': 'Tried earlier: {{earlier}}, later: {{later}}.',
  'queueMoves.next': 'Next attempts: now {{before}}, then {{after}}.',
  'queueMoves.returned_one': '{{n}} recipient is given up: the sender is told at once.',
  'queueMoves.returned_other': '{{n}} recipients are given up: their senders are told at once.',
  'queueMoves.redirected_one': '{{n}} mail goes another way.',
  'queueMoves.redirected_other': '{{n}} mails go another way.',
  'queueMoves.cut': 'The queue is large: a part of it was looked at.',
};
