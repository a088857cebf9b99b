// A form that takes a while to send: how much of it has gone out is told, which `fetch` does not do.
import { unanswered } from './problem.ts';

/** `onSent` hears a share from 0 to 1. Rejects as a request that nobody answered. */
export function sendForm(
  path: string,
  form: FormData,
  { ms, onSent, signal }: { ms: number; onSent: (share: number) => void; signal: AbortSignal },
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.timeout = ms;
    request.setRequestHeader('accept', 'application/json');
    request.upload.addEventListener('progress', ({ loaded, total }) =>
      onSent(total === 0 ? 1 : loaded / total),
    );
    request.addEventListener('load', () => {
      const type = request.getResponseHeader('content-type') ?? '';
      resolve(
        new Response(request.responseText, { status: request.status, headers: { 'content-type': type } }),
      );
    });
    request.addEventListener('error', () => reject(unanswered(new Error('no connection'))));
    request.addEventListener('timeout', () => reject(unanswered(new DOMException('', 'TimeoutError'))));
    signal.addEventListener('abort', () => {
      request.abort();
      reject(signal.reason as Error);
    });
    request.send(form);
  });
}
