// The configuration of a Swift on one disk: a proxy that speaks S3 and one server each for accounts, containers and
// objects, as files of one directory. Every time-out is long: a busy test machine is slow, not broken.

export interface SwiftPorts {
  proxy: number;
  account: number;
  container: number;
  object: number;
  memcached: number;
}

export interface SwiftConfigOptions {
  /** Holds the files; the disk is node/d1 in it. */
  dir: string;
  host: string;
  ports: SwiftPorts;
  /** The key a client signs with is `account:user`. */
  account: string;
  user: string;
  secretKey: string;
}

/** Returns the files' names and texts. */
export function swiftConfig(options: SwiftConfigOptions): Record<string, string> {
  const { ports } = options;
  return {
    'swift.conf': '[swift-hash]\nswift_hash_path_prefix = pochtar\nswift_hash_path_suffix = pochtar\n',
    'proxy-server.conf': proxyConfig(options),
    'account-server.conf': storageConfig(options, 'account', ports.account),
    'container-server.conf': storageConfig(options, 'container', ports.container),
    // An object missing from the listing for a while is what the last line prevents.
    'object-server.conf': `${storageConfig(options, 'object', ports.object)}container_update_timeout = 60\n`,
  };
}

const proxyPipeline = [
  ...['catch_errors', 'gatekeeper', 'healthcheck', 'cache', 'listing_formats', 's3api'],
  ...['tempauth', 'copy', 'bulk', 'slo', 'dlo', 'versioned_writes', 'symlink', 'proxy-server'],
];

/** Filters whose code has another name. */
const entryPoints: Record<string, string> = { cache: 'memcache' };

function proxyConfig(options: SwiftConfigOptions): string {
  const { host, ports, account, user, secretKey } = options;
  const settings: Record<string, string[]> = {
    cache: [`memcache_servers = ${host}:${ports.memcached}`],
    // Tests store few objects, and are to meet listings of more than one page.
    s3api: ['location = us-east-1', 'max_bucket_listing = 4'],
    tempauth: [`user_${account}_${user} = ${secretKey} .admin`],
    versioned_writes: ['allow_versioned_writes = true'],
  };
  const filters = proxyPipeline.slice(0, -1).map((name) => {
    const lines = [
      `[filter:${name}]`,
      `use = egg:swift#${entryPoints[name] ?? name}`,
      ...(settings[name] ?? []),
    ];
    return `${lines.join('\n')}\n`;
  });
  return `${defaults(options, ports.proxy)}
[pipeline:main]
pipeline = ${proxyPipeline.join(' ')}

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
conn_timeout = 10
node_timeout = 60
recoverable_node_timeout = 60
error_suppression_limit = 1000

${filters.join('\n')}`;
}

function storageConfig(options: SwiftConfigOptions, kind: string, port: number): string {
  return `${defaults(options, port)}devices = ${options.dir}/node
mount_check = false
fallocate_reserve = 0
conn_timeout = 10
node_timeout = 60

[pipeline:main]
pipeline = healthcheck ${kind}-server

[filter:healthcheck]
use = egg:swift#healthcheck

[app:${kind}-server]
use = egg:swift#${kind}
`;
}

// Without workers a server is a single process, which the kernel ends with its starter.
function defaults({ dir, host }: SwiftConfigOptions, port: number): string {
  return `[DEFAULT]
bind_ip = ${host}
bind_port = ${port}
bind_timeout = 2
workers = 0
swift_dir = ${dir}
log_level = WARNING
`;
}
