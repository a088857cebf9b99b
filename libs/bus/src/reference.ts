// The reference of events and questions, made from the subjects; `reference-main.ts` writes the page.
import { z } from 'zod';
import { allAdminQuestions } from './admin/index.ts';
import { authCheck } from './auth-check.ts';
import { authScram } from './auth-scram.ts';
import { dialogueFilters } from './filter-order.ts';
import { hookTry } from './hook-try.ts';
import { eventStream, mailStream } from './streams.ts';
import { settingsTest, testers, testEvent } from './settings-test.ts';
import { spfCheck } from './spf-check.ts';
import { triers, tryQuestion } from './try-mail.ts';
import { allSubjects, check, type Question, type Subject } from './subjects.ts';

/** docs/reference/events.md as Markdown. */
export function eventsReference(): string {
  const questions = dialogueFilters.map((filter) => check(filter) as unknown as Question<never, never>);
  return `${[
    '# Events and questions',
    'Made from libs/bus; change the subjects there and run `node libs/bus/reference-main.ts`. Payloads are JSON, validated on both ends; fields are only ever added.',
    '## Events',
    `Kept in the stream \`${mailStream.name}\` (steps) or \`${eventStream.name}\`, or (core) heard by who listens at that moment.`,
    ...allSubjects.map(eventPart),
    '## Questions of the SMTP dialogue',
    ...questions.map(questionPart),
    questionPart(spfCheck as unknown as Question<never, never>),
    '## Passwords',
    'Asked by programs that may see no hash of a password and no key.',
    questionPart(authCheck as unknown as Question<never, never>),
    questionPart(authScram as unknown as Question<never, never>),
    '## Web hooks',
    questionPart(hookTry as unknown as Question<never, never>),
    '## Tests of settings',
    'Asked by the settings process, which `admin.test.run` asks. While one runs, its events are published at the subject that the request names, `progress.<asker>.<id>`; whoever publishes to `progress.<asker>.<id>.cancel` takes it back.',
    part('progress.<asker>.<id>', 'what a test of settings has come to; only its asker hears it', [
      ['kept', 'no (core)'],
      ['payload', shape(testEvent)],
    ]),
    ...testers.map((tester) => questionPart(settingsTest(tester) as unknown as Question<never, never>)),
    '## Mails that are tried',
    'Asked by the settings process, which `admin.test.mail` asks. The mail is offered at `pieces.<asker>.<id>`: whoever is asked fetches it from there, 256 KiB at a time, by the place it begins at.',
    ...triers.map((trier) => questionPart(tryQuestion(trier) as unknown as Question<never, never>)),
    '## Questions of administration',
    'Asked by the console and the command line. The request stands in an envelope, `{author, role, scope, account?, clientAddress?, request}`; the answer is `{ok: true, result}` or `{ok: false, error: {code, field, message: {ru, en}, problems?}}`.',
    ...allAdminQuestions.map((question) =>
      part(question.name, question.purpose, [
        ['answered by', question.queueGroup],
        ['request', shape(question.body)],
        ['result', shape(question.result)],
      ]),
    ),
  ].join('\n\n')}\n`;
}

function eventPart(subject: Subject<never>): string {
  return part(subject.name, subject.purpose, [
    ['kept', subject.kind === 'core' ? 'no (core)' : 'in a stream'],
    ['payload', shape(subject.schema)],
  ]);
}

function questionPart(question: Question<never, never>): string {
  return part(question.name, question.purpose, [
    ['answered by', question.queueGroup],
    ['request', shape(question.request)],
    ['answer', shape(question.reply)],
  ]);
}

function part(name: string, purpose: string, facts: [string, string][]): string {
  const lines = facts.map(
    ([fact, value]) => `- ${fact}: ${fact === 'answered by' || fact === 'kept' ? value : `\`${value}\``}`,
  );
  return `### \`${name}\`\n\n${purpose}\n\n${lines.join('\n')}`;
}

interface JsonSchema {
  type?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  additionalProperties?: JsonSchema | boolean;
}

/** A schema on one line: `{mails: uuid[], reason?: string}`. */
function shape(schema: z.ZodType): string {
  return written(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema);
}

function written(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' or ');
  if (schema.anyOf !== undefined) return schema.anyOf.map(written).join(' or ');
  if (schema.type === 'array') return `${grouped(written(schema.items ?? {}))}[]`;
  if (schema.type !== 'object') return schema.format ?? schema.type ?? 'any';
  const required = new Set(schema.required);
  const fields = Object.entries(schema.properties ?? {}).map(
    ([name, field]) => `${name}${required.has(name) ? '' : '?'}: ${written(field)}`,
  );
  if (typeof schema.additionalProperties === 'object' && fields.length === 0) {
    return `{[name]: ${written(schema.additionalProperties)}}`;
  }
  return `{${fields.join(', ')}}`;
}

function grouped(one: string): string {
  return one.includes(' or ') && !one.startsWith('{') ? `(${one})` : one;
}
