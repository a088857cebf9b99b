// Requests that other sites make a browser send. SameSite=Strict is the first wall; this is the second: a request that
// changes something must come from a page of ours, or from no browser at all.
import type { IncomingHttpHeaders } from 'node:http';

/** Whether a request that may change something comes from elsewhere. */
export function isForeign(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin } = headers;
  if (origin === undefined) return false;
  const host = headers.host ?? headers[':authority'];
  try {
    return new URL(origin).host !== host;
  } catch {
    return true;
  }
}
