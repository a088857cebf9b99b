// What a request brought, as the contract has it, or a complaint that names each field.
import { z } from 'zod';
import { Problem } from '../problem.ts';

const MAX_TOLD = 300;

export function checked(
  schema: z.ZodType | undefined,
  value: unknown,
  where: 'path' | 'query' | 'body',
): unknown {
  const parsed = (schema ?? z.unknown()).safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.slice(0, 50).map((issue) => {
    const field = issue.path.map(String).join('.').slice(0, MAX_TOLD);
    // It may repeat what was sent.
    const message = issue.message.slice(0, MAX_TOLD);
    return {
      pointer: `/${issue.path.map(String).join('/').slice(0, MAX_TOLD)}`,
      field,
      code: 'invalid',
      message: {
        ru: `${field || where}: значение не подходит (${message})`,
        en: `${field || where}: ${message}`,
      },
    };
  });
  const first = errors[0] as (typeof errors)[number];
  throw new Problem(400, 'invalid', first.message, { errors });
}
