// Bind (RFC 4511 §4.2, RFC 4513 §5): by an address or the name of an entry, by SASL PLAIN, or as nobody. The password is
// checked by the settings process, which is asked over the bus: this one never sees a hash.
import { setTimeout as wait } from 'node:timers/promises';
import { authCheck } from '@pochtar/bus';
import { networkSet } from '@pochtar/runtime';
import { isLoginAllowed } from '@pochtar/service';
import type { Outcome, Run, Session } from '../operation.ts';
import { readDn } from '../protocol/dn.ts';
import type { BindRequest } from '../protocol/request.ts';
import { codes, Refused, result, success } from '../protocol/result.ts';
import { placeOf, readBases } from '../tree/bases.ts';

const MAX_FAILED_LOGINS = 3;
const ASK_MS = 10_000;

interface Credentials {
  name: string;
  password: string;
  /** RFC 4616 §2: whom to act as; '' is the name itself. */
  authorizationName: string;
}

export const bind: Run<'bind'> = async (session, request) => {
  // RFC 4511 §4.2.1: whatever comes of it, who was logged in before is not any more.
  session.person = null;
  if (request.version !== 3) throw new Refused('protocolError', 'this server speaks version 3');
  const credentials = credentialsOf(session, request);
  if (credentials === null) return { result: success };
  if (!isLoginAllowed(session)) {
    throw new Refused('confidentialityRequired', 'use StartTLS first: passwords are taken inside TLS only');
  }
  return logIn(session, credentials);
};

/** null: as nobody. */
function credentialsOf(session: Session, { name, credentials }: BindRequest): Credentials | null {
  if (credentials.kind === 'sasl') return plain(credentials);
  if (credentials.kind === 'unknown') throw unknownMethod();
  const { password } = credentials;
  if (name === '' && password === '') return null;
  // RFC 4513 §5.1.2: a name without a password proves nothing, and many clients take its success for a log-in.
  if (password === '') throw new Refused('unwillingToPerform', 'give a password, or no name either');
  return { name: loginName(session, name), password, authorizationName: '' };
}

// RFC 4616 §2: [authzid] NUL authcid NUL passwd
function plain({ mechanism, response }: Extract<BindRequest['credentials'], { kind: 'sasl' }>): Credentials {
  if (mechanism.toUpperCase() !== 'PLAIN') throw unknownMethod();
  if (response === null)
    throw new Refused('unwillingToPerform', 'send the response of PLAIN with the request');
  const [authorizationName, name, password, ...more] = response.toString('utf8').split('\0');
  if (authorizationName === undefined || !name || !password || more.length > 0) {
    throw new Refused('invalidCredentials', 'malformed PLAIN response');
  }
  return { authorizationName: authorizationName.replace(/^u:/, ''), name, password };
}

function unknownMethod(): Refused {
  return new Refused('authMethodNotSupported', 'bind by name and password, or by SASL PLAIN');
}

/** An address, a name in the default domain, or the name of an entry below one of the bases. */
function loginName({ server }: Session, name: string): string {
  if (!name.includes('=')) return name;
  const { baseDn } = server.settings.current('addressBook');
  const { defaultDomain } = server.settings.current('general');
  const dn = readDn(name);
  const place = dn === null ? null : placeOf(dn, readBases(baseDn), defaultDomain);
  // RFC 4513 §5.1.3: that nobody has this name is not told.
  return place?.kind === 'entry' && place.unit === 'people' ? place.address : name;
}

async function logIn(session: Session, credentials: Credentials): Promise<Outcome> {
  const { server, clientAddress, log } = session;
  const isShared = networkSet(server.settings.current('network').webmailAddresses)(clientAddress);
  const question = { protocol: 'ldap', clientAddress, isShared, ...credentials } as const;
  const answer = await server.bus.ask(authCheck, question, ASK_MS).catch((error: unknown) => {
    log.warn({ err: error }, 'a password could not be checked');
    throw new Refused('unavailable', 'passwords cannot be checked now, try again later');
  });
  server.metrics.logins.add(1, { outcome: answer.outcome });
  switch (answer.outcome) {
    case 'ok':
      session.person = { ...answer.account, since: Date.now() };
      session.known();
      log.info({ account: answer.account.address, secure: session.isSecure }, 'logged in');
      return { result: success };
    case 'busy':
      throw new Refused('busy', 'not now, try again later');
    case 'banned': {
      const text = 'too many failed log-ins from your address, try again later';
      return { result: result(codes.unwillingToPerform, text), isLast: true };
    }
    case 'refused':
      session.failedLogins++;
      await wait(server.times.refusalMs * session.failedLogins, undefined, { ref: false });
      return {
        result: result(codes.invalidCredentials, 'wrong name or password'),
        isLast: session.failedLogins >= MAX_FAILED_LOGINS,
      };
  }
}
