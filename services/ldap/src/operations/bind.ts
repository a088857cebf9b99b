// Bind (RFC 4511 §4.2, RFC 4513 §5): by an address or the name of an entry and a password, by SASL, or as nobody.
import { isLoginAllowed } from '@pochtar/service';
import type { Run, Session } from '../operation.ts';
import { readDn } from '../protocol/dn.ts';
import { Refused, success } from '../protocol/result.ts';
import { placeOf, readBases } from '../tree/bases.ts';
import { logIn } from './log-in.ts';
import { saslBind, unknownMethod } from './sasl-bind.ts';

export const bind: Run<'bind'> = async (session, { version, name, credentials }) => {
  const { exchange } = session;
  // RFC 4511 §4.2.1: whatever comes of it, who was logged in before is not any more.
  session.person = null;
  session.exchange = null;
  if (version !== 3) throw new Refused('protocolError', 'this server speaks version 3');
  if (credentials.kind === 'unknown') throw unknownMethod();
  if (credentials.kind === 'simple') {
    const { password } = credentials;
    if (name === '' && password === '') return { result: success };
    // RFC 4513 §5.1.2: a name without a password proves nothing, and many clients take its success for a log-in.
    if (password === '') throw new Refused('unwillingToPerform', 'give a password, or no name either');
  }
  if (!isLoginAllowed(session)) {
    throw new Refused('confidentialityRequired', 'use StartTLS first: passwords are taken inside TLS only');
  }
  if (credentials.kind === 'sasl') return saslBind(session, credentials, exchange);
  const { password } = credentials;
  return logIn(session, { name: loginName(session, name), password, authorizationName: '' });
};

/** An address, a name in the default domain, or the name of an entry below one of the bases. */
function loginName({ server }: Session, name: string): string {
  if (!name.includes('=')) return name;
  const { baseDn } = server.settings.current('addressBook');
  const { defaultDomain } = server.settings.current('general');
  const dn = readDn(name);
  const place = dn === null ? null : placeOf(dn, readBases(baseDn), defaultDomain);
  // RFC 4513 §5.1.3: that nobody has this name is not told.
  return place?.kind === 'entry' && place.unit === 'people' ? place.key : name;
}
