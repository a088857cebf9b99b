// pochtar queue plan: what waiting mail would do under settings that are not saved.
import { adminQueue, type QueuePlanned } from '@pochtar/bus';
import { readAssignment } from '../assignment.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../input.ts';
import { type Text, text } from '../language.ts';
import { list, time } from '../output.ts';
import { changesOf } from '../save-assignments.ts';

export const queuePlan: Command = {
  words: 'queue plan',
  summary: text(
    'что сделают ждущие письма с настройками, которые ещё не сохранены',
    'what waiting mail would do under settings that are not saved',
  ),
  details: text(
    '  pochtar queue plan queue.waitMaxMinutes=600 relay.host=smtp.example.org',
    '  pochtar queue plan queue.waitMaxMinutes=600 relay.host=smtp.example.org',
  ),
  args: [{ name: 'SECTION.FIELD=VALUE', isMany: true }],
  async run(session, input) {
    const changes = await changesOf(session, input.args.map(readAssignment));
    const strange = [...changes.keys()].find((section) => section !== 'queue' && section !== 'relay');
    if (strange !== undefined) {
      throw new UsageError(
        text(
          `${strange}: сроки ждущих писем зависят только от разделов queue и relay`,
          `${strange}: the times of waiting mail follow the sections queue and relay only`,
        ),
      );
    }
    const host = changes.get('relay')?.patch?.['host'];
    const result = await session.ask(adminQueue.plan, {
      queue: changes.get('queue')?.patch ?? {},
      relay: typeof host === 'string' ? { host } : {},
    });
    const span = ({ first, last }: QueuePlanned['before']): string => `${time(first)} – ${time(last)}`;
    const rows: [Text, string][] = [
      [text('Ждут получателей', 'Recipients that wait'), String(result.waiting)],
      [text('Попытка раньше', 'Tried earlier'), String(result.earlier)],
      [text('Попытка позже', 'Tried later'), String(result.later)],
      [text('Сразу отказ', 'Given up at once'), String(result.returned)],
      [text('Другим путём', 'Another way'), String(result.redirected)],
      [text('Попытки сейчас', 'Attempts now'), span(result.before)],
      [text('Попытки станут', 'Attempts then'), span(result.after)],
    ];
    if (!result.isWhole)
      session.note(
        text('очередь велика: просмотрена её часть', 'the queue is large: a part of it was looked at'),
      );
    return session.show(result, () => list(rows.map(([name, value]) => [session.say(name), value])));
  },
};
