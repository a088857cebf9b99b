// What a web hook is told: ids, addresses, codes and times. No octet of a body, and no subject unless the hook asks for it.

export interface HookPayload extends Record<string, unknown> {
  type: string;
  timestamp: string;
  data: Record<string, unknown>;
}

/** RFC 3463: the enhanced code within what was said. */
const ENHANCED = /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])/;

/** Standard Webhooks: a type, when it happened, and what. */
export function hookPayload(event: { kind: string; occurredAt: Date; data: unknown }): HookPayload {
  const data = { ...(event.data as Record<string, unknown>) };
  for (const name of ['acceptedAt', 'endedAt', 'heldAt', 'at'])
    if (typeof data[name] === 'string') data[name] = new Date(data[name]).toISOString();
  const { detail } = data;
  const status = typeof detail === 'string' ? (ENHANCED.exec(detail)?.[1] ?? null) : null;
  return {
    type: `mail.${event.kind}`,
    timestamp: event.occurredAt.toISOString(),
    data: typeof detail === 'string' ? { ...data, status } : data,
  };
}
