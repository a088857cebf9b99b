// Who may say and hear what on the bus: one NATS user per program (architecture §12). The one table from which
// the configuration of the native run and of docker-compose.yml is made. The subjects are those of libs/bus;
// a test connects as each user and holds the two together.

export interface NatsUser {
  name: string;
  publish: string[];
  subscribe: string[];
  /** Answers questions: it may publish to the inbox that a received message names. */
  answers: boolean;
}

// Whoever notices that a stream or its own consumer is gone makes it again.
const streams = ['MAIL', 'EVENTS'].flatMap((name) =>
  ['INFO', 'CREATE'].map((verb) => `$JS.API.STREAM.${verb}.${name}`),
);

/** The durable consumers of MAIL that a program may make, pull from and acknowledge. */
function consumes(...consumers: string[]): string[] {
  return consumers.flatMap((consumer) => [
    ...['INFO', 'CREATE', 'DURABLE.CREATE', 'MSG.NEXT'].map(
      (verb) => `$JS.API.CONSUMER.${verb}.MAIL.${consumer}`,
    ),
    `$JS.API.CONSUMER.CREATE.MAIL.${consumer}.>`,
    `$JS.ACK.MAIL.${consumer}.>`,
  ]);
}

/** The reconciler makes streams anew whose store was removed under the server, and consumers that lost their place. */
const remakesStreams = [
  ...['MAIL', 'EVENTS'].map((name) => `$JS.API.STREAM.DELETE.${name}`),
  '$JS.API.CONSUMER.DELETE.MAIL.*',
];

const steps = ['mail.filter.*', 'mail.deliver'];
/** What a step's queue holds, and how much of it is handed out. */
const looksAtSteps = ['$JS.API.STREAM.MSG.GET.MAIL', '$JS.API.CONSUMER.INFO.MAIL.*'];

/** Every program follows the settings and the directory and reports the revision it runs. */
function program(
  name: string,
  rights: { publish?: string[]; subscribe?: string[]; answers?: boolean } = {},
): NatsUser {
  return {
    name,
    publish: ['settings.applied', ...(rights.publish ?? [])],
    // Each program has inboxes of its own, so that none can read another's answers.
    subscribe: [`_INBOX.${name}.>`, 'settings.changed', 'directory.changed', ...(rights.subscribe ?? [])],
    answers: rights.answers ?? false,
  };
}

/** Hears of the progress of what it asked, and may take it back. */
function followsProgress(user: NatsUser): NatsUser {
  return {
    ...user,
    publish: [...user.publish, `progress.${user.name}.*.cancel`],
    subscribe: [...user.subscribe, `progress.${user.name}.*`],
  };
}

/** Tries settings when the settings process asks. */
function tests(user: NatsUser): NatsUser {
  return {
    ...user,
    publish: [...user.publish, 'progress.settings.*'],
    subscribe: [...user.subscribe, `test.${user.name}`, 'progress.settings.*.cancel'],
    answers: true,
  };
}

/** Says what it would say of a mail when the settings process asks. */
function triesMails(user: NatsUser): NatsUser {
  return {
    ...user,
    publish: [...user.publish, 'pieces.settings.*'],
    subscribe: [...user.subscribe, `try.${user.name.replace(/^filter-/, '')}`],
    answers: true,
  };
}

/** Has mails tried: they are fetched from it piece by piece. */
function offersMails(user: NatsUser): NatsUser {
  return { ...user, subscribe: [...user.subscribe, `pieces.${user.name}.*`], answers: true };
}

/** A filter that is asked during the dialogue. */
function answersChecks(filter: string, shares: string[] = []): NatsUser {
  const subscribe = [`check.${filter}`, 'lists.changed', ...shares];
  return triesMails(
    program(`filter-${filter}`, { publish: [...streams, ...shares], subscribe, answers: true }),
  );
}

/** A filter that mails pass: it takes its own step and announces the next one, whichever it is. */
function judgesMails(filter: string, subscribe: string[] = []): NatsUser {
  const step = `filter-${filter}`;
  const publish = [...streams, ...consumes(step), ...steps, 'mail.held', 'mail.deferred'];
  return triesMails(program(step, { publish, subscribe }));
}

const answeredBySettings = [
  'login',
  'settings',
  'certificate',
  'dkim',
  'dlp',
  'domain',
  'account',
  'alias',
  'group',
  'contact',
  'administrator',
  'token',
  'audit',
  'test',
  'lists',
  'bans',
  'dnsbl',
  'greylist',
  'guard',
  'rules',
  'hooks',
  'steps',
];

/** Who asks the settings process on behalf of people. */
const askers = ['console', 'ctl'];

/** Every NATS user of the product. `owner` makes the streams (program migrate) and may do everything. */
export const natsUsers: NatsUser[] = [
  { name: 'owner', publish: ['>'], subscribe: ['>'], answers: false },
  triesMails(
    tests(
      program('smtp', {
        publish: [...streams, ...steps, 'mail.refused', 'auth.failed', 'guard.changed', 'check.*'],
        subscribe: ['lists.changed', 'guard.changed'],
      }),
    ),
  ),
  tests(answersChecks('dnsbl', ['dnsbl.changed'])),
  answersChecks('greylist'),
  tests(judgesMails('antivirus')),
  judgesMails('dkim', ['check.spf', 'guard.changed']),
  judgesMails('dlp'),
  tests(
    program('delivery', {
      publish: [
        ...streams,
        ...remakesStreams,
        ...consumes('delivery'),
        ...looksAtSteps,
        ...steps,
        'mail.deferred',
        'mail.bounced',
        'mail.held',
        'mailbox.changed.*',
        'queue.due',
        'routes.changed',
        'task.changed',
        // What tries a route tells whoever asked.
        ...askers.map((asker) => `progress.${asker}.*`),
      ],
      subscribe: [
        'queue.due',
        'routes.changed',
        'task.changed',
        'mail.refused',
        ...askers.map((asker) => `progress.${asker}.*.cancel`),
        'admin.queue.*',
        'admin.task.*',
        'admin.routes.*',
        'admin.quarantine.*',
        'admin.trace.*',
        'admin.overview.mail',
      ],
      answers: true,
    }),
  ),
  tests(
    program('imap', {
      publish: [...streams, 'mailbox.changed.*', 'auth.failed'],
      subscribe: ['mailbox.changed.*', 'guard.changed'],
    }),
  ),
  tests(
    program('pop3', {
      publish: [...streams, 'mailbox.changed.*', 'auth.failed'],
      subscribe: ['guard.changed'],
    }),
  ),
  // It sees no hash of a password, and asks.
  tests(
    program('ldap', {
      publish: [...streams, 'auth.check', 'auth.scram'],
      subscribe: ['guard.changed', 'try.ldap'],
    }),
  ),
  offersMails(
    followsProgress(
      program('settings', {
        publish: [
          ...streams,
          'settings.changed',
          'directory.changed',
          'administrator.changed',
          'lists.changed',
          'guard.changed',
          ...['hooks.changed', 'hook.try'],
          'auth.failed',
          'queue.due',
          ...steps,
          'test.*',
          'try.*',
          // Whether somebody who is to be spared is listed elsewhere.
          'check.dnsbl',
          ...askers.flatMap((asker) => [`progress.${asker}.*`, `pieces.${asker}.*`]),
        ],
        subscribe: [
          'settings.applied',
          ...['auth.check', 'auth.scram'],
          ...answeredBySettings.map((subject) => `admin.${subject}.*`),
          'admin.overview.server',
          ...askers.map((asker) => `progress.${asker}.*.cancel`),
        ],
        answers: true,
      }),
    ),
  ),
  offersMails(
    followsProgress(
      program('console', {
        publish: [
          ...streams,
          'admin.>',
          // People who sync the address book: it sees no hash of their passwords.
          'auth.check',
          'auth.failed',
          '$JS.API.CONSUMER.*.EVENTS.>',
          '$JS.API.CONSUMER.CREATE.EVENTS',
        ],
        subscribe: [
          ...['settings.applied', 'administrator.changed', 'lists.changed', 'dnsbl.changed', 'guard.changed'],
          'routes.changed',
          'hooks.changed',
          ...['mail.*', 'task.*', 'auth.failed'],
        ],
      }),
    ),
  ),
  program('tasks', {
    publish: [...streams, ...looksAtSteps, ...steps, 'task.*', 'queue.due', 'mailbox.changed.*', 'mail.held'],
    subscribe: ['admin.task.*'],
    answers: true,
  }),
  program('hooks', { publish: ['hooks.changed'], subscribe: ['hooks.changed', 'hook.try'], answers: true }),
  program('firewall'),
  offersMails(followsProgress(program('ctl', { publish: ['admin.>'] }))),
];
