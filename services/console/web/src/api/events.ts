// Hints of the server about what has changed. One stream for all tabs of a browser: a lock elects the tab that holds it,
// the others are told; otherwise six tabs use up the connections that a browser opens to one server.
import { askWho } from './ask-who.ts';
import { refresh } from './queries.ts';

interface Hint {
  topic: string;
}

/** What is asked anew on a hint. */
const touched: Readonly<Record<string, readonly string[]>> = {
  settings: ['/settings', '/audit', '/overview/server'],
  applied: ['/settings/status', '/overview/server'],
  queue: ['/queue', '/quarantine', '/trace', '/overview/mail'],
  directory: ['/domains', '/accounts', '/aliases', '/groups', '/contacts', '/admins', '/overview/server'],
  certificates: ['/certificates', '/settings/status'],
  lists: ['/lists', '/dnsbl'],
  dnsbl: ['/dnsbl', '/overview/server'],
  guard: ['/guard', '/overview/server'],
  routes: ['/routes', '/queue'],
  tasks: ['/tasks', '/queue'],
  hooks: ['/hooks', '/overview/server'],
};

const coalesceMs = 1000;
const waiting = new Set<string>();

function take({ topic }: Hint): void {
  const paths = touched[topic] ?? touched[topic.split('.')[0] ?? ''] ?? [];
  if (waiting.size === 0 && paths.length > 0) setTimeout(flush, coalesceMs);
  for (const path of paths) waiting.add(path);
}

function flush(): void {
  const paths = [...waiting];
  waiting.clear();
  // Whose server it is stands in the settings.
  if (paths.includes('/settings')) askWho();
  void refresh(paths);
}

/** Follows the stream for as long as the page is open. */
export function followEvents(): void {
  const channel = new BroadcastChannel('pochtar-events');
  channel.addEventListener('message', (event: MessageEvent<Hint>) => take(event.data));
  void navigator.locks?.request('pochtar-events', () => holdStream(channel));
}

async function holdStream(channel: BroadcastChannel): Promise<void> {
  const stream = new EventSource('/api/v1/events');
  const ended = Promise.withResolvers<void>();
  let hadGap = false;
  stream.addEventListener('open', () => {
    if (hadGap) for (const topic of Object.keys(touched)) tell({ topic });
    hadGap = false;
  });
  stream.addEventListener('error', () => {
    hadGap = true;
    if (stream.readyState === EventSource.CLOSED) ended.resolve();
  });
  stream.addEventListener('message', ({ data }) => {
    const hint = readHint(String(data));
    if (hint !== null) tell(hint);
  });
  function tell(hint: Hint): void {
    take(hint);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no target
    channel.postMessage(hint);
  }
  await ended.promise;
}

function readHint(data: string): Hint | null {
  try {
    const { topic } = Object(JSON.parse(data)) as Partial<Hint>;
    return typeof topic === 'string' ? { topic } : null;
  } catch {
    return null;
  }
}
