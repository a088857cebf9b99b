// pochtar step: first steps of a new server that are put off: list, put-off, resume. Whether a step is done the console sees.
import { adminSteps, firstSteps, type FirstStep, type PutOffStepInfo } from '@pochtar/bus';
import type { Command } from '../command.ts';
import { UsageError } from '../input.ts';
import { text, type Text } from '../language.ts';
import { table, time } from '../output.ts';
import type { Session } from '../session.ts';

const titles = {
  password: text('пароль администратора', 'administrator’s password'),
  organisation: text('название организации', 'name of the organisation'),
  name: text('имя сервера', 'name of the server'),
  domain: text('первый домен', 'first domain'),
  dns: text('записи в DNS', 'DNS records'),
  certificate: text('сертификат', 'certificate'),
  way: text('дорога наружу', 'the way out'),
  account: text('первый ящик', 'first mailbox'),
  mail: text('пробное письмо', 'test mail'),
  alert: text('адрес для оповещений', 'address for alerts'),
  antivirus: text('антивирус', 'antivirus'),
} as const satisfies Record<FirstStep, Text>;

const header = [
  text('Шаг', 'Step'),
  text('Что это', 'What it is'),
  text('Почему отложен', 'Why it is put off'),
  text('Кто', 'Who'),
  text('Когда', 'When'),
];

function stepTable(session: Session, putOff: readonly PutOffStepInfo[]): string {
  return table(
    header.map((title) => session.say(title)),
    putOff.map(({ step, reason, author, putOffAt }) => [
      ...[step, session.say(titles[step]), reason, author, time(putOffAt)],
    ]),
  );
}

function stepOf(written: string): FirstStep {
  const found = firstSteps.find((step) => step === written);
  if (found !== undefined) return found;
  const all = firstSteps.join(', ');
  throw new UsageError(
    text(`STEP: нет шага ${written}; есть ${all}`, `STEP: no step ${written}; there are ${all}`),
  );
}

export const stepCommands: Command[] = [
  {
    words: 'step list',
    summary: text('первые шаги, которые отложены', 'first steps that are put off'),
    async run(session) {
      const result = await session.ask(adminSteps.list, {});
      return session.show(result, () => stepTable(session, result.putOff));
    },
  },
  {
    words: 'step put-off',
    summary: text('отложить первый шаг', 'put a first step off'),
    details: text(`STEP: ${firstSteps.join(', ')}`, `STEP: ${firstSteps.join(', ')}`),
    args: [{ name: 'STEP' }],
    options: {
      reason: { value: 'TEXT', help: text('почему, до 200 знаков', 'why, up to 200 characters') },
    },
    async run(session, input) {
      const step = stepOf(input.arg(0));
      const reason = input.option('reason');
      if (reason === undefined) {
        throw new UsageError(
          text('--reason: напишите, почему шаг отложен', '--reason: say why it is put off'),
        );
      }
      const result = await session.ask(adminSteps.putOff, { step, reason });
      return session.show(result, () => stepTable(session, [result.putOff]));
    },
  },
  {
    words: 'step resume',
    summary: text('вернуть отложенный шаг', 'put a first step off no longer'),
    details: text(`STEP: ${firstSteps.join(', ')}`, `STEP: ${firstSteps.join(', ')}`),
    args: [{ name: 'STEP' }],
    async run(session, input) {
      const result = await session.ask(adminSteps.resume, { step: stepOf(input.arg(0)) });
      return session.show(result, () => '');
    },
  },
];
