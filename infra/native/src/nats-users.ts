// Who may say and hear what on the bus: one NATS user per program (architecture §12). The one table from which
// the configuration of the native run and of docker-compose.yml is made. The subjects are those of libs/bus;
// a test holds the two together.

export interface NatsUser {
  name: string;
  publish: string[];
  subscribe: string[];
}

// Streams and consumers are made again by whoever notices that they are gone, so their users may create them.
function stream(name: string): string[] {
  return ['INFO', 'CREATE', 'UPDATE'].map((verb) => `$JS.API.STREAM.${verb}.${name}`);
}

function consume(name: string): string[] {
  const verbs = ['INFO', 'CREATE', 'DURABLE.CREATE', 'MSG.NEXT'];
  return [
    ...stream(name),
    ...verbs.map((verb) => `$JS.API.CONSUMER.${verb}.${name}.>`),
    `$JS.API.CONSUMER.CREATE.${name}`,
    `$JS.ACK.${name}.>`,
    '$JS.FC.>',
  ];
}

const jetStream = ['$JS.API.INFO', '$JS.API.STREAM.NAMES'];

/** What every program says and hears: it follows the settings and reports the revision it runs. */
function program(name: string, publish: string[] = [], subscribe: string[] = []): NatsUser {
  return {
    name,
    publish: [...jetStream, 'settings.applied', ...publish],
    subscribe: ['_INBOX.>', 'settings.changed', 'directory.changed', ...subscribe],
  };
}

/** Every NATS user of the product. `owner` makes the streams (migrate) and may do everything. */
export const natsUsers: NatsUser[] = [
  { name: 'owner', publish: ['>'], subscribe: ['>'] },
  program('smtp', [
    ...stream('MAIL'),
    ...stream('EVENTS'),
    'mail.filter.*',
    'mail.deliver',
    'mail.refused',
    'auth.failed',
    'check.*',
  ]),
  program(
    'filter',
    [...consume('MAIL'), ...stream('EVENTS'), 'mail.filter.*', 'mail.deliver', 'mail.held'],
    ['check.*'],
  ),
  program(
    'delivery',
    [
      ...consume('MAIL'),
      ...stream('EVENTS'),
      'mail.filter.*',
      'mail.deliver',
      'mail.deferred',
      'mail.bounced',
      'mail.held',
      'mailbox.changed.*',
      'queue.due',
    ],
    ['queue.due', 'admin.queue.*'],
  ),
  program('imap', ['mailbox.changed.*', 'auth.failed'], ['mailbox.changed.*']),
  program('pop3', ['mailbox.changed.*', 'auth.failed'], ['mailbox.changed.*']),
  program('ldap', ['auth.failed']),
  program(
    'settings',
    [...stream('EVENTS'), 'settings.changed', 'directory.changed', 'queue.due'],
    ['settings.applied', 'admin.>'],
  ),
  program(
    'console',
    [...consume('EVENTS'), 'admin.>', 'auth.failed'],
    ['settings.applied', 'mail.*', 'task.*'],
  ),
  program(
    'tasks',
    [
      ...consume('MAIL'),
      ...stream('EVENTS'),
      '$JS.API.STREAM.MSG.GET.MAIL',
      '$JS.API.DIRECT.GET.MAIL.>',
    ].concat(['mail.filter.*', 'mail.deliver', 'task.*', 'queue.due', 'mailbox.changed.*']),
    ['admin.task.*'],
  ),
  program('firewall'),
  program('ctl', ['admin.>']),
];

/** Users that answer questions: they may publish to the inbox that a received message names, for a minute. */
export const answeringUsers = new Set(['filter', 'settings', 'delivery', 'tasks']);
