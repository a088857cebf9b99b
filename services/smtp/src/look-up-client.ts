// What the lists say of a client's address: asked when it connects and again with each mail, since they may have changed.
import type { Deciding } from '@pochtar/service';
import type { Session } from './session.ts';
import type { Tools } from './tools.ts';

export function lookUpClient(
  tools: Pick<Tools, 'accessLists' | 'clientGuard'>,
  session: Session,
): Deciding | null {
  const listed = tools.accessLists().address(session.clientAddress, Date.now());
  session.isHidden = tools.clientGuard.isSuspended(session.clientAddress);
  // ADR 29: what many stand behind is no client that anybody meant. What shuts it out was meant.
  session.isTrustSuspended = session.isHidden && listed?.list === 'white';
  const counted = session.isTrustSuspended ? null : listed;
  session.isSpared = counted?.list === 'white' && !counted.opensRelay;
  session.listedAddress = session.isSpared ? null : (counted?.list ?? null);
  return counted;
}
