// What the lists say of a client's address: asked when it connects and again with each mail, since they may have changed.
import type { Deciding } from '@pochtar/service';
import type { Session } from './session.ts';
import type { Tools } from './tools.ts';

export function lookUpClient(tools: Pick<Tools, 'accessLists'>, session: Session): Deciding | null {
  const listed = tools.accessLists().address(session.clientAddress, Date.now());
  session.isSpared = listed?.list === 'white' && !listed.opensRelay;
  session.listedAddress = session.isSpared ? null : (listed?.list ?? null);
  return listed;
}
