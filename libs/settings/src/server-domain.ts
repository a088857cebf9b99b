/** The domain of addresses that the server writes under its own name, such as MAILER-DAEMON. */
import type { GeneralSettings } from './catalogue.ts';

/**
 * The name in HELO, or, where that is a bare host name to which no mail can be addressed, the default domain if there
 * is one.
 */
export function serverDomain({
  heloName,
  defaultDomain,
}: Pick<GeneralSettings, 'heloName' | 'defaultDomain'>): string {
  // RFC 5321 §2.3.5: only fully-qualified names; a bare name means something in the local network alone.
  return heloName.includes('.') ? heloName : (defaultDomain ?? heloName);
}
