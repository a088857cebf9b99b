// What of the web hooks needs a hand, in words: pure.
import type { Remark } from '@pochtar/bus';
import { text } from '@pochtar/settings';
import type { Hook } from '@pochtar/store/hook';

/** So many are named each by itself. */
const MOST = 10;
/** Shorter failures are nobody's business: what waits is told when the address answers again. */
const FAILING_MS = 3_600_000;

export function hookRemarks(hooks: readonly Hook[], now: Date): Remark[] {
  return hooks.flatMap((hook) => remarkOf(hook, now) ?? []).slice(0, MOST);
}

function remarkOf(hook: Hook, now: Date): Remark | null {
  const { id, name, enabled, pausedAt, overflowedAt, failingSince, lastFault } = hook;
  if (!enabled) return null;
  const to = `/hooks?open=${id}`;
  const advice = text(
    `Проверьте адрес и программу за ним: pochtar hook test ${id}. Последний ответ: ${lastFault ?? '—'}`,
    `See to the address and the program behind it: pochtar hook test ${id}. The last answer: ${lastFault ?? '—'}`,
  );
  if (pausedAt !== null) {
    const message = text(
      `Веб-хук «${name}» приостановлен: его адрес несколько дней не принимал событий. Новые события для него не копятся.`,
      `The web hook “${name}” is paused: its address has taken no event for days. New events are not kept for it.`,
    );
    return { code: 'hookPaused', tone: 'danger', message, advice, to };
  }
  if (overflowedAt !== null) {
    const message = text(
      `У веб-хука «${name}» накопилось слишком много событий: более новые не сохраняются.`,
      `Too many events wait for the web hook “${name}”: newer ones are not kept.`,
    );
    return { code: 'hookOverflowed', tone: 'danger', message, advice, to };
  }
  if (failingSince === null || now.getTime() - failingSince.getTime() < FAILING_MS) return null;
  const message = text(
    `Адрес веб-хука «${name}» не принимает событий: ждут ${hook.waiting}.`,
    `The address of the web hook “${name}” takes no events: ${hook.waiting} wait.`,
  );
  return { code: 'hookFailing', tone: 'warn', message, advice, to };
}
