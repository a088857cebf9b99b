// Keys that are waited for: every few minutes the DNS is asked for those that were made and are not published yet. What is
// found begins to sign by itself, which is written down as a change that the server made.
import { wholeServer } from '@pochtar/bus';
import { preparedDkimKeys } from '@pochtar/store/directory';
import type { Context } from '../context.ts';
import type { LookUpOptions } from '../dns/lookup.ts';
import { recordName } from './key-record.ts';
import { lookForKey } from './look-for-key.ts';

const PERIOD_MS = 300_000;

export function followAwaitedKeys(context: Context, dns: LookUpOptions): AsyncDisposable {
  let running: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    try {
      await lookForAwaitedKeys(context, dns);
    } catch (error) {
      context.log.warn({ err: error }, 'keys that are waited for were not looked for');
    }
  };
  const timer = setInterval(() => {
    running = running.then(look);
  }, PERIOD_MS);
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await running;
    },
  };
}

export async function lookForAwaitedKeys(context: Context, dns: LookUpOptions): Promise<void> {
  // One after the other: nobody waits for it.
  for (const key of await preparedDkimKeys(context.db)) {
    const now = await lookForKey(context, key, dns);
    if (now?.state !== 'active') continue;
    const { domain, selector } = key;
    const { author, role } = wholeServer('settings');
    const object = recordName(selector, domain);
    const entry = await context.audit.begin({ author, role, action: 'dkim.activate', object, details: {} });
    await entry.end('done');
    context.announce.directory([`postmaster@${domain}`]);
    context.log.info({ domain, selector }, 'a key was found in the DNS and signs now');
  }
}
