// Tries black lists by the points that each must have. RFC 5782 §5: 127.0.0.2 is listed, 127.0.0.1 is not.
import { type RunTest, type TestRun, testResult, type TestVerdict } from '@pochtar/bus';
import type { Resolver } from '@pochtar/runtime';
import { parseSection, text } from '@pochtar/settings';
import { askZone, type ZoneAnswer } from '../dnsbl/ask-zone.ts';
import { beforeDeadline } from '../dnsbl/before-deadline.ts';
import { reversedName } from '../dnsbl/query-name.ts';
import { ZoneAnswers } from '../dnsbl/zone-answers.ts';

const { good, bad, unknown } = testResult;

/** RFC 5782 §5: the address that every zone lists, and under which name. */
const LISTED = { address: '127.0.0.2', reversed: '2.0.0.127' };
const AT_ONCE = 5;
const MAX_OWN = 4;

export function dnsblTest(resolver: Resolver): RunTest {
  return async ({ settings, only, say, signal }) => {
    const dnsbl = parseSection('dnsbl', settings['dnsbl'] ?? {});
    const general = parseSection('general', settings['general'] ?? {});
    if (!dnsbl.ok || !general.ok) throw new Error('the draft does not fit');
    const zones = dnsbl.value.zones.filter((zone) => only === undefined || zone === only);
    if (zones.length === 0) return nothing(only);
    // Anew: somebody has just changed something.
    const answers = new ZoneAnswers(resolver);
    const own = await ownAddresses(resolver, general.value.heloName);
    const left = [...zones];
    const faulty: string[] = [];
    const { timeoutMs } = dnsbl.value;
    const work = async (): Promise<void> => {
      for (let zone = left.shift(); zone !== undefined && !signal.aborted; zone = left.shift()) {
        if (!(await tryZone(answers, { zone, timeoutMs, own }, say))) faulty.push(zone);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return verdictOf(zones, faulty);
  };
}

interface Trial {
  zone: string;
  timeoutMs: number;
  own: readonly string[];
}

async function tryZone(
  answers: ZoneAnswers,
  { zone, timeoutMs, own }: Trial,
  say: TestRun['say'],
): Promise<boolean> {
  const started = Date.now();
  const silence: ZoneAnswer = { kind: 'noAnswer', zone, why: 'no answer in time' };
  const asked = askZone(answers, zone, LISTED.reversed, LISTED.address);
  const answer = await beforeDeadline(asked, started + timeoutMs, silence);
  if (answer.kind === 'listed') {
    const ms = Date.now() - started;
    say(
      'zone',
      text(
        `${zone}: 127.0.0.2 в списке, 127.0.0.1 нет; ${ms} мс`,
        `${zone}: 127.0.0.2 is listed, 127.0.0.1 is not; ${ms} ms`,
      ),
      true,
    );
    for (const address of own) await tryOwn(answers, zone, address, say);
    return true;
  }
  const { ru, en } = answer.kind === 'notListed' ? listsNobody : whyOf(answer, timeoutMs);
  say('zone', text(`${zone}: ${ru}`, `${zone}: ${en}`), false);
  return false;
}

async function tryOwn(
  answers: ZoneAnswers,
  zone: string,
  address: string,
  say: TestRun['say'],
): Promise<void> {
  const reversed = reversedName(address);
  if (reversed === null) return;
  const answer = await askZone(answers, zone, reversed, address);
  if (answer.kind === 'noAnswer') return;
  const isListed = answer.kind === 'listed';
  const [ru, en] = isListed ? ['в этом списке', 'is on this list'] : ['не в списке', 'is not on it'];
  say('own', text(`${zone}: наш адрес ${address} ${ru}`, `${zone}: our address ${address} ${en}`), !isListed);
}

async function ownAddresses(resolver: Resolver, name: string): Promise<string[]> {
  const found = await Promise.allSettled([resolver.a(name), resolver.aaaa(name)]);
  return found.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : [])).slice(0, MAX_OWN);
}

const listsNobody = text(
  'проверочного адреса 127.0.0.2 в списке нет: список никого не содержит или закрыт',
  'the test address 127.0.0.2 is not listed: the list has nobody in it, or was given up',
);

/** What operators mean by their answers in 127.255.255.0/24. */
const REFUSALS: Record<string, { ru: string; en: string }> = {
  '127.255.255.252': text('в имени списка ошибка', 'the name of the list is mistyped'),
  '127.255.255.254': text(
    'список не отвечает публичным серверам DNS: укажите свой',
    'the list does not answer public DNS servers: use one of your own',
  ),
  '127.255.255.255': text(
    'с этого сервера DNS слишком много вопросов: нужен договор со списком или другой сервер DNS',
    'too many questions from this DNS server: a contract with the list, or another DNS server, is needed',
  ),
};

function whyOf(
  { why, refusal }: Extract<ZoneAnswer, { kind: 'noAnswer' }>,
  timeoutMs: number,
): { ru: string; en: string } {
  if (refusal !== undefined) {
    const known = REFUSALS[refusal] ?? text('список отказался отвечать', 'the list refused to answer');
    return text(`${known.ru} (${refusal})`, `${known.en} (${refusal})`);
  }
  if (/lists everybody/.test(why)) {
    return text('в списке есть 127.0.0.1: он содержит всех', 'it lists 127.0.0.1, so it lists everybody');
  }
  return text(`нет ответа за ${timeoutMs} мс`, `no answer within ${timeoutMs} ms`);
}

function verdictOf(zones: readonly string[], faulty: readonly string[]): TestVerdict {
  if (faulty.length === 0) return good('все списки отвечают как должны', 'every list answers as it should');
  const names = faulty.join(', ');
  return bad(
    `не отвечают как должны: ${names}`,
    `these do not answer as they should: ${names}`,
    zones.length === faulty.length
      ? text(
          'если не отвечает ни один список, проверьте сервер DNS',
          'where no list answers, check the DNS server',
        )
      : text('уберите эти списки', 'remove these lists'),
  );
}

function nothing(only: string | undefined): TestVerdict {
  return only === undefined
    ? unknown('списков нет: проверять нечего', 'there are no lists: nothing to test')
    : unknown('такого списка среди указанных нет', 'there is no such list among those given');
}
