// What happens to mail, written as the programs do that make it happen, and the program that tells of it.
import { randomUUID } from 'node:crypto';
import { hooksChanged } from '@pochtar/bus';
import { uuidv7 } from '@pochtar/runtime';
import { addHook, type HookFields } from '@pochtar/store/hook';
import { acceptMails, type Ending, endRecipients, keepMail } from '@pochtar/store/queue';
import { recordRefusals } from '@pochtar/store/trace';
import { type Ground, newContent, openGround, serviceContext } from '@pochtar/testkit/ground';
import { readConfig } from '../src/config.ts';
import { start } from '../src/service.ts';
import { type Receiver, startReceiver } from './receiver.ts';

export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

export interface HookGround extends AsyncDisposable {
  ground: Ground;
  receiver: Receiver;
  /** The environment of the program. */
  environment: Record<string, string>;
  startHooks(environment?: Record<string, string>): Promise<AsyncDisposable>;
  /** Answers its id; its path at the receiver is its name. */
  hook(name: string, fields?: Partial<HookFields>): Promise<number>;
  accept(to: string, from?: string): Promise<string>;
  end(mail: string, to: string, outcome: Ending, detail?: string): Promise<void>;
  /** A mail that came in and ended so. */
  ended(to: string, outcome: Ending, detail?: string): Promise<string>;
  hold(mail: string): Promise<void>;
  refuse(to: string, minutesAgo: number): Promise<void>;
}

export async function openHookGround(): Promise<HookGround> {
  await using stack = new AsyncDisposableStack();
  const ground = stack.use(await openGround());
  const receiver = stack.use(await startReceiver());
  const { db, blobs, masterKey } = ground;
  const environment = {
    ...ground.environment('hooks'),
    POCHTAR_HOOK_NETWORKS: '127.0.0.0/8',
    POCHTAR_HOOKS_SECONDS: '0.1',
  };
  const opened = stack.move();
  const here: HookGround = {
    ...{ ground, receiver, environment },
    startHooks: async (more = {}) =>
      opened.use(
        await start(readConfig({ ...environment, ...more }), {
          ...serviceContext('hooks'),
          instance: randomUUID(),
        }),
      ),
    hook: async (name, fields = {}) => {
      const id = await addHook(db, masterKey, {
        ...{ name, url: `${receiver.url}/${name}`, enabled: true, domainIds: null, withSubject: false },
        ...{ kinds: ['delivered', 'bounced', 'held', 'refused'], author: 'test', secret: SECRET, ...fields },
      });
      if (id === null) throw new Error(`there is a hook ${name} already`);
      ground.bus.emit(hooksChanged, {});
      return id;
    },
    accept: async (to, from = 'x@far.test') => {
      const bytes = Buffer.from(
        `From: <${from}>\r\nTo: <${to}>\r\nSubject: =?UTF-8?B?0KHRh9GR0YI=?= 7\r\nMessage-ID: <m1@far.test>\r\n\r\nsecret words\r\n`,
      );
      const id = uuidv7();
      const mail = {
        id,
        content: await newContent(blobs, bytes, id),
        acceptedAt: new Date(),
        reversePath: from,
      };
      const way = {
        origin: 'incoming' as const,
        protocol: 'ESMTP',
        slip: [],
        step: 'deliver',
        settingsRevision: 1,
      };
      await acceptMails(db, [{ ...mail, ...way, recipients: [{ address: to }] }]);
      return id;
    },
    end: async (mail, address, outcome, detail = '') => {
      await db.transaction((tx) => endRecipients(tx, mail, [{ address, outcome, detail }]));
    },
    ended: async (to, outcome, detail) => {
      const mail = await here.accept(to);
      await here.end(mail, to, outcome, detail);
      return mail;
    },
    hold: (mail) => db.transaction((tx) => keepMail(tx, mail, { filter: 'dlp' }, 'dlp: words')),
    refuse: async (recipient, minutesAgo) => {
      const at = new Date(Date.now() - minutesAgo * 60_000);
      const client = { clientAddress: '192.0.2.9', reversePath: 'spam@far.test', otherRecipients: [] };
      await recordRefusals(db, [{ at, ...client, recipient, reply: '550 5.1.1 no such user', count: 3 }]);
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
  return here;
}
