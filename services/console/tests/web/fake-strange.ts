// What strangers may have written, wherever it stands in an answer.
const foreignFields = new Set([
  ...[
    'displayName',
    'subject',
    'issuer',
    'hosts',
    'comment',
    'reason',
    'detail',
    'details',
    'reply',
    'lastReply',
  ],
  ...[
    'reversePath',
    'recipient',
    'recipients',
    'targets',
    'members',
    'aliases',
    'groups',
    'helo',
    'destination',
    'latest',
  ],
  ...['author', 'object', 'name', 'before', 'after', 'error', 'clientAddress', 'tls'],
]);

/** The answer with everything that a stranger may have written ending as given. */
export function withStrange(value: unknown, tail: string, field = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => withStrange(one, tail, field));
  if (typeof value === 'object' && value !== null) {
    const { label } = value as { label?: unknown };
    // The catalogue is ours.
    if (label !== undefined) return value;
    // So are the names of sections; those of domains are checked.
    const isOurs = 'revision' in value || 'accounts' in value;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [
        key,
        isOurs && key === 'name' ? one : withStrange(one, tail, key),
      ]),
    );
  }
  return typeof value === 'string' && foreignFields.has(field) ? value + tail : value;
}
