// Environment -> typed configuration. Each service's config.ts is the only reader of process.env in it.
import { hostname, tmpdir } from 'node:os';
import { z } from 'zod';
import { networks } from './reachable.ts';

/** The environment variables that every process understands; a service extends this shape. */
export const processEnv = z.object({
  POCHTAR_POSTGRES_URL: z.string().startsWith('postgres://').describe('postgres://role@host:port/database'),
  POCHTAR_POSTGRES_PASSWORD_FILE: z.string().optional(),
  POCHTAR_POSTGRES_DIR: z
    .string()
    .optional()
    .describe('a directory on the disk of the database, which is watched'),
  POCHTAR_NATS_URL: z.string().startsWith('nats://').describe('nats://host:port'),
  POCHTAR_NATS_USER: z.string().optional(),
  POCHTAR_NATS_PASSWORD_FILE: z.string().optional(),
  POCHTAR_MASTER_KEY_FILE: z.string().optional(),
  POCHTAR_SPOOL_DIR: z.string().default(tmpdir()),
  POCHTAR_HEALTH_PORT: z.coerce.number().int().min(0).max(65535).default(0),
  POCHTAR_HEALTH_HOST: z.string().default('127.0.0.1'),
  POCHTAR_RUN_FILE: z.string().optional(),
  POCHTAR_DNS_SERVERS: z.string().optional().describe('host:port,host:port'),
  POCHTAR_HOSTNAME: z.string().default(hostname()),
  POCHTAR_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
  POCHTAR_TRACE_RATIO: z.coerce.number().min(0).max(1).default(0),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional(),
});

export type ProcessEnv = z.infer<typeof processEnv>;

/** Networks, separated by commas: `10.1.0.0/16,fd00:1::/32`. */
export const networksEntry = z
  .string()
  .default('')
  .transform((text, context) => {
    try {
      return networks(text.split(',').filter((part) => part.trim() !== ''));
    } catch (error) {
      context.addIssue(`${String(error)}: use 10.1.0.0/16,fd00:1::/32`);
      return z.NEVER;
    }
  });

/** Parses the environment. Throws one error that names every variable that is wrong and what it takes. */
export function readEnv<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  environment: Record<string, string | undefined> = process.env,
): z.infer<z.ZodObject<Shape>> {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`environment: ${faults.join('; ')}`);
}
