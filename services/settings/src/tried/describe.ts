// What was said of a mail that was tried, in words, and what would become of it: the dialogue first, as smtp goes by it, then
// the verdicts as delivery combines them. Pure.
import {
  dialogueFilters,
  incomingFilters,
  routingSlip,
  type TriedCode,
  type TriedMail,
  type TriedOutcomeCode,
  type TriedVerdict,
  type Trier,
  TRIER_MS,
  type TrierSaid,
  type TryReply,
} from '@pochtar/bus';
import { type Settings, text } from '@pochtar/settings';
import { combineVerdicts, type StoredVerdict, targetOf } from '@pochtar/store/queue';
import type { Envelope } from './envelope.ts';

/** Who was asked, and what each answered. */
export type Asked = Map<Trier, Answer>;

export interface Answer {
  /** Null: nothing in time. */
  reply: TryReply | null;
  ms: number;
}

interface Beside {
  settings: Settings;
  /** Of the file. */
  bytes: number;
  wasNormalised: boolean;
  /** Sections of the draft that nobody decides by. */
  unused: readonly string[];
}

type Words = { ru: string; en: string };
type Outcome = TriedMail['outcomes'][number];

export function describeTried(envelope: Envelope, asked: Asked, beside: Beside): TriedMail {
  const { origin, reversePath, recipients, clientAddress } = envelope;
  const order: Trier[] = ['smtp', ...dialogueFilters, ...routingSlip(origin, () => true)];
  return {
    ...{ origin, from: reversePath, to: recipients, client: clientAddress, bytes: beside.bytes },
    verdicts: order.map((by) => verdictOf(by, envelope, asked, beside.settings)),
    outcomes: outcomesOf(envelope, asked),
    remarks: remarksOf(envelope, asked, beside),
  };
}

const verdictWords: Readonly<Record<TriedCode, Words>> = {
  pass: text('пропустит', 'lets it pass'),
  changes: text('пропустит с изменениями', 'lets it pass with changes'),
  hold: text('задержит', 'holds it'),
  reject: text('откажет', 'refuses it'),
  discard: text('удалит молча', 'discards it'),
  later: text('отложит', 'puts it off'),
  unknown: text('проверить не удалось', 'could not look'),
  off: text('выключен', 'is switched off'),
  notAsked: text('не спрашивается', 'is not asked'),
};

function verdictOf(by: Trier, envelope: Envelope, asked: Asked, settings: Settings): TriedVerdict {
  const answer = asked.get(by);
  if (answer === undefined)
    return { by, ms: null, ...notAsked(by, envelope, asked, settings), recipients: [] };
  const { reply, ms } = answer;
  if (reply === null) return { by, ms, ...because('unknown', noAnswer), recipients: [] };
  const [first] = reply.said;
  const whole = reply.said.find(({ recipient }) => recipient === '') ?? first;
  if (whole === undefined) return { by, ms, ...bare('unknown', reply.failure ?? ''), recipients: [] };
  const others = reply.said.filter(({ recipient }) => recipient !== '');
  const ofOthers = others.map((one) => ({ recipient: one.recipient, ...told(one) }));
  return { by, ms, ...told(whole), recipients: ofOthers };
}

const SECONDS = TRIER_MS / 1000;
const noAnswer = text(`ответа не было ${SECONDS} с`, `no answer within ${SECONDS} s`);
const noEdge = text('smtp не сказал, какие фильтры включены', 'smtp did not say which filters there are');

function told({ result, reason, prefix, isReplaced, target, decidedBy = [], rule }: TrierSaid) {
  const isChanged = prefix !== null || isReplaced || target !== null;
  const codes = { reject: 'reject', quarantine: 'hold', discard: 'discard', defer: 'later' } as const;
  const code: TriedCode = result === 'accept' ? (isChanged ? 'changes' : 'pass') : codes[result];
  return {
    code,
    text: verdictWords[code],
    reason,
    header: prefix,
    target,
    settings: [...decidedBy],
    rule: rule ?? null,
  };
}

function bare(code: TriedCode, reason: string, deciding: readonly string[] = []) {
  return {
    ...{ code, text: verdictWords[code], reason, header: null, target: null },
    ...{ settings: [...deciding], rule: null },
  };
}

/** What is said by this process itself is said in both languages. */
function because(code: TriedCode, { ru, en }: Words) {
  const { text: word, ...rest } = bare(code, '');
  return { ...rest, text: text(`${word.ru}: ${ru}`, `${word.en}: ${en}`) };
}

/** What has it asked, where it is not. */
function switchesOf(by: Trier, origin: Envelope['origin']): string[] {
  if (by === 'dnsbl') return ['dnsbl.zones'];
  if (by === 'greylist') return ['greylist.enabled'];
  if (by === 'antivirus')
    return ['antivirus.clamavEnabled', 'antivirus.kasperskyEnabled', 'antivirus.drwebEnabled'];
  if (by === 'dkim') return [origin === 'incoming' ? 'dkim.verify' : 'dkim.sign'];
  return by === 'dlp' ? ['misc.useDlp', 'dlp.enabled'] : [];
}

function notAsked(by: Trier, envelope: Envelope, asked: Asked, { dnsbl, greylist }: Settings) {
  const isOfDialogue = dialogueFilters.some((filter) => filter === by);
  if (!isOfDialogue) {
    const isKnown = asked.get('smtp')?.reply?.slip !== undefined;
    return isKnown ? bare('off', '', switchesOf(by, envelope.origin)) : because('unknown', noEdge);
  }
  if (envelope.origin === 'submitted')
    return because('notAsked', text('отправитель вошёл', 'the sender has logged in'));
  if (by === 'dnsbl' ? dnsbl.zones.length === 0 : !greylist.enabled)
    return bare('off', '', switchesOf(by, envelope.origin));
  if (envelope.clientAddress === null)
    return because('notAsked', text('адрес клиента не указан', 'no address of the client was given'));
  return because('notAsked', text('клиент в белом списке', 'the client is on the white list'));
}

const outcomeWords: Readonly<Record<TriedOutcomeCode, Words>> = {
  delivered: text('будет доставлено как есть', 'would be delivered as it is'),
  changed: text('будет доставлено с изменениями', 'would be delivered with changes'),
  replaced: text('вместо него будет доставлен отчёт', 'a report would be delivered instead of it'),
  held: text('будет задержано до решения администратора', 'would be held for an administrator'),
  refused: text(
    'не будет принято: отправитель получит отказ',
    'would be refused while its sender is connected',
  ),
  returned: text('вернётся отправителю', 'would be returned to its sender'),
  discarded: text('будет удалено молча', 'would be discarded'),
  putOff: text('не будет принято сейчас: отправитель повторит', 'would be put off: its sender comes again'),
  waits: text('будет ждать в очереди', 'would wait in the queue'),
  unknown: text('сказать нельзя', 'cannot be said'),
};

/** Recipients of whom the same would become of the mail stand together. */
function outcomesOf({ recipients }: Envelope, asked: Asked): Outcome[] {
  const groups = new Map<string, Outcome>();
  for (const recipient of recipients) {
    const one = atTheDoor(recipient, asked) ?? afterwards(recipient, asked);
    const group = groups.get(JSON.stringify(one));
    if (group === undefined) groups.set(JSON.stringify(one), { ...one, recipients: [recipient] });
    else group.recipients.push(recipient);
  }
  return [...groups.values()];
}

function outcome(code: TriedOutcomeCode, by: Trier | null, reason: string, target: string | null = null) {
  return { code, text: outcomeWords[code], recipients: [], by, reason, target };
}

function saidOf(reply: TryReply | null | undefined, recipient: string): TrierSaid | undefined {
  return (
    reply?.said.find((one) => one.recipient === recipient) ?? reply?.said.find((one) => one.recipient === '')
  );
}

/** What is said during the dialogue ends it; null: the mail would be taken. */
function atTheDoor(recipient: string, asked: Asked): Outcome | null {
  for (const by of ['smtp', ...dialogueFilters] as const) {
    if (!asked.has(by)) continue;
    const reply = asked.get(by)?.reply;
    const said = saidOf(reply, recipient);
    if (said === undefined) return outcome('unknown', by, reply?.failure ?? noAnswer.en);
    if (said.result === 'reject') return outcome('refused', by, said.reason);
    if (said.result !== 'accept') return outcome('putOff', by, said.reason);
  }
  return null;
}

function afterwards(recipient: string, asked: Asked): Outcome {
  const slip = asked.get('smtp')?.reply?.slip ?? [];
  const verdicts = slip.flatMap((filter) => {
    const said = saidOf(asked.get(filter)?.reply, recipient);
    return said === undefined || said.result === 'defer' ? [] : [stored(filter, said)];
  });
  const decision = combineVerdicts({ slip, verdicts, releasedFilters: [], removedAtAcceptance: null });
  const target = targetOf(slip, verdicts);
  if (decision.kind === 'deliver') {
    const isChanged = decision.prefix !== null || target !== null;
    return outcome(isChanged ? 'changed' : 'delivered', null, '', target);
  }
  const by = incomingFilters.find((filter) => filter === decision.filter) ?? null;
  if (decision.kind === 'notReady') {
    const reply = by === null ? null : asked.get(by)?.reply;
    const said = saidOf(reply, recipient);
    return said === undefined
      ? outcome('unknown', by, reply?.failure ?? noAnswer.en)
      : outcome('waits', by, said.reason);
  }
  if (decision.kind === 'replace')
    return outcome('replaced', by, saidOf(asked.get(by as Trier)?.reply, '')?.reason ?? '');
  const codes = { reject: 'returned', hold: 'held', discard: 'discarded' } as const;
  return outcome(codes[decision.kind], by, decision.reason);
}

/** As it would stand in the queue. */
function stored(filter: string, { result, reason, prefix, isReplaced, target }: TrierSaid): StoredVerdict {
  return {
    ...{ filter, recipient: '', result, reason, target, removed: null, isUnseen: false },
    prefix: prefix === null ? null : Buffer.from(prefix, 'latin1'),
    replacementContentId: isReplaced ? 'what would be delivered instead' : null,
    at: new Date(0),
  };
}

function remarksOf(
  envelope: Envelope,
  asked: Asked,
  { wasNormalised, unused }: Beside,
): TriedMail['remarks'] {
  const { origin, clientAddress, isSenderAssumed, areRecipientsAssumed } = envelope;
  const remarks: [string, boolean, Words][] = [
    ['senderAssumed', isSenderAssumed, text('отправитель взят из письма', 'the sender was read in the mail')],
    [
      'recipientsAssumed',
      areRecipientsAssumed,
      text('получатели взяты из полей To и Cc', 'the recipients were read in To and Cc'),
    ],
    [
      'lineEnds',
      wasNormalised,
      text('концы строк файла заменены на CRLF', 'the line ends of the file became CRLF'),
    ],
    [
      'noClient',
      origin === 'incoming' && clientAddress === null,
      text(
        'адрес клиента не указан: списки адресов, DNSBL, серые списки и SPF не проверялись',
        'no address of the client was given: lists of addresses, DNSBL, greylisting and SPF were not tried',
      ),
    ],
    [
      'edge',
      origin === 'incoming',
      text(
        'не проверялось то, для чего нужно соединение: шифрование, обратная запись, SPF для имён белого списка, ограничения частоты и блокировки',
        'what needs a connection was not tried: encryption, the reverse name, SPF of white names, rates and bans',
      ),
    ],
    [
      'submission',
      origin === 'submitted',
      text(
        'не проверялось, чьи адреса может указать отправитель после входа, и ограничения частоты',
        'which addresses the login may use, and rates, were not tried',
      ),
    ],
    [
      'noEdge',
      asked.get('smtp')?.reply?.slip === undefined,
      text(
        'процесс smtp не ответил: какие фильтры включены, неизвестно',
        'the process smtp did not answer: which filters are on is not known',
      ),
    ],
    [
      'unusedSections',
      unused.length > 0,
      text(
        `на письмо не влияют и не учтены разделы черновика: ${unused.join(', ')}`,
        `these sections of the draft have no effect on a mail and were left out: ${unused.join(', ')}`,
      ),
    ],
  ];
  return remarks.flatMap(([code, holds, words]) => (holds ? [{ code, text: words }] : []));
}
