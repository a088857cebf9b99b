// Live events, and the description of the API itself.
import { z } from 'zod';
import { own } from './route.ts';

/** What live events are about. */
export const topics = [
  'settings',
  'applied',
  'directory',
  'certificates',
  'lists',
  'dnsbl',
  'guard',
  'routes',
  'hooks',
  'tasks',
  'queue',
] as const;
export type Topic = (typeof topics)[number];

const administrators = ['admin', 'domainAdmin', 'auditor'] as const;

export const liveRoutes = {
  'GET /events': own({
    summary: 'server-sent events: hints {topic} of what has changed; `gap` after a break',
    result: z.object({ topic: z.enum([...topics, 'gap']) }),
    mediaType: 'text/event-stream',
    roles: administrators,
  }),
  'GET /openapi.json': own({
    summary: 'this API as an OpenAPI 3.1 document',
    result: z.record(z.string(), z.unknown()),
    roles: administrators,
  }),
};
