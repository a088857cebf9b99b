import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { allAdminQuestions } from './index.ts';

const fieldsOf = (schema: z.ZodType): Record<string, unknown> => {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return json.properties ?? {};
};

/** Names of fields whose value must be written down nowhere. */
const SECRET = /password|secret|key|token|pem|patch|changes/i;

describe('who may ask', () => {
  it.each(allAdminQuestions.map((question) => [question.name, question] as const))(
    '%s names its roles; an auditor and a user change nothing of others; no secret is kept',
    (_, { access, body }) => {
      expect(access.roles.length).toBeGreaterThan(0);
      if (access.audit === undefined) return;
      if (access.isOwn !== true) expect(access.roles).not.toContain('auditor');
      if (access.isOwn !== true && access.isOwnOfUsers !== true) expect(access.roles).not.toContain('user');
      const fields = Object.keys(fieldsOf(body));
      for (const field of access.audit.keeps) {
        expect(fields).toContain(field);
        expect(field).not.toMatch(SECRET);
      }
    },
  );
});
