// The web server where domains have their MTA-STS policies (RFC 8461 §3.3), with a certificate for each of them.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { TestAuthority } from '@pochtar/testkit/authority';

export interface PolicyHost extends AsyncDisposable {
  port: number;
  /** The policy of a domain, or how its server answers. */
  policies: Map<string, string | ((response: ServerResponse) => void)>;
  /** Names that the certificate of a domain's host is for, where they are not its own. */
  certificates: Map<string, { names: string[]; authority?: TestAuthority; days?: number }>;
  /** Domains whose policies were asked for, in order. */
  asked: string[];
}

async function contextOf(
  name: string,
  certificates: PolicyHost['certificates'],
  authority: TestAuthority,
): Promise<SecureContext> {
  const wanted = certificates.get(name.replace(/^mta-sts\./, '')) ?? { names: [name] };
  const { cert, key } = await (wanted.authority ?? authority).issue(wanted.names, wanted.days);
  return createSecureContext({ cert, key });
}

export async function startPolicyHost(authority: TestAuthority): Promise<PolicyHost> {
  const policies: PolicyHost['policies'] = new Map();
  const certificates: PolicyHost['certificates'] = new Map();
  const asked: string[] = [];
  const show = async (name: string, done: (error: Error | null, context?: SecureContext) => void) => {
    try {
      done(null, await contextOf(name, certificates, authority));
    } catch (error) {
      done(error as Error);
    }
  };
  const server = createServer(
    {
      SNICallback: (name, done) => {
        void show(name, done);
      },
    },
    (request, response) => {
      const domain = (request.headers.host ?? '').replace(/^mta-sts\./, '');
      asked.push(domain);
      const policy = policies.get(domain);
      if (typeof policy === 'function') return policy(response);
      if (policy === undefined || request.url !== '/.well-known/mta-sts.txt') {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(policy);
    },
  );
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    ...{ policies, certificates, asked },
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
