// How an event is signed, as Standard Webhooks has it (symmetric, version v1), so that libraries for every language know
// how to check it.
import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

export interface SignedHeaders {
  'webhook-id': string;
  /** Seconds since 1970: whoever checks refuses what is old. */
  'webhook-timestamp': string;
  /** One signature a secret, the newest first: a hook's secret is changed without a gap. */
  'webhook-signature': string;
}

export function signedHeaders(
  id: string,
  body: string,
  secrets: readonly string[],
  now: Date,
): SignedHeaders {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.replace(PREFIX, ''), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
