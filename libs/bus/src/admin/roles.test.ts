// Each question and each role, over a real bus: who is not named is refused before the answerer sees the request.
import { silentLogger } from '@pochtar/runtime';
import { startTestNats, type TestNats } from '@pochtar/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Bus, connectBus } from '../bus.ts';
import { type Asker, type Role, roles } from './access.ts';
import { answerAdmin } from './answer.ts';
import { allAdminQuestions } from './index.ts';
import { refused } from './question.ts';

let nats: TestNats;
let bus: Bus;
const reached: string[] = [];
const written: string[] = [];
let stands = true;

beforeAll(async () => {
  nats = await startTestNats();
  const { url, password } = nats;
  bus = await connectBus({ url, user: 'owner', password, name: 'owner', log: silentLogger() });
  const audit = {
    begin: async ({ action }: { action: string }) => {
      written.push(action);
      return { end: async () => {} };
    },
  };
  for (const question of allAdminQuestions) {
    answerAdmin({ bus, audit, isStanding: async () => stands }, question, async () => {
      reached.push(question.name);
      return refused('reached', '', '', '');
    });
  }
  await bus.connection.flush();
});
afterAll(async () => {
  await bus[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

type Schema = z.core.JSONSchema.BaseSchema;

/** The least that fits. */
function sample(schema: Schema | boolean): unknown {
  if (typeof schema === 'boolean') return 'x';
  if (schema.default !== undefined) return schema.default;
  if (schema.examples?.[0] !== undefined) return schema.examples[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const one = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (one !== undefined) return sample(one);
  if (schema.type === 'array') {
    const items = schema.items as Schema | undefined;
    return Array.from({ length: schema.minItems ?? 0 }, () => sample(items ?? {}));
  }
  if (schema.type === 'object') {
    const entries = (schema.required ?? []).map((name) => [name, sample(schema.properties?.[name] ?? {})]);
    return Object.fromEntries(entries);
  }
  if (schema.type === 'integer' || schema.type === 'number') return Math.max(1, schema.minimum ?? 1);
  if (schema.type === 'boolean') return true;
  if (schema.format === 'uuid') return '01930000-0000-7000-8000-000000000001';
  if (schema.format === 'base64') return 'eA==';
  if (schema.format === 'date-time') return '2030-01-01T00:00:00Z';
  return 'x';
}

const requestFor = (body: z.ZodType): unknown =>
  sample(z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }));

function askerOf(role: Role): Asker {
  const scope = role === 'admin' || role === 'auditor' ? 'all' : role === 'user' ? [] : [1];
  return { author: 'test', role, scope, login: 'x', account: 'x@example.org' };
}

async function codeOf(question: (typeof allAdminQuestions)[number], asker: Asker): Promise<string> {
  const request = question.body.parse(requestFor(question.body));
  const reply = await bus.ask(question, { ...asker, request }, 5000);
  return reply.ok ? 'ok' : reply.error.code;
}

describe.each(allAdminQuestions.map((question) => [question.name, question] as const))(
  '%s',
  (name, question) => {
    test.each(roles)(
      'the role %s is answered when it is named, and otherwise refused unseen',
      async (role) => {
        const isNamed = question.access.roles.includes(role);
        reached.length = 0;
        written.length = 0;
        expect(await codeOf(question, askerOf(role))).toBe(isNamed ? 'reached' : 'forbidden');
        expect(reached).toEqual(isNamed ? [name] : []);
        if (!isNamed) expect(written).toEqual([]);
      },
    );

    test('nobody is answered whose rights are others now, or whose scope is not that of its role', async () => {
      reached.length = 0;
      stands = false;
      for (const role of roles) expect(await codeOf(question, askerOf(role))).toBe('forbidden');
      stands = true;
      for (const role of ['admin', 'auditor'] as const) {
        expect(await codeOf(question, { ...askerOf(role), scope: [1] })).toBe('forbidden');
      }
      for (const role of ['domainAdmin', 'user'] as const) {
        expect(await codeOf(question, { ...askerOf(role), scope: 'all' })).toBe('forbidden');
      }
      expect(reached).toEqual([]);
    });
  },
);
