// What of the client addresses needs a hand, in words: pure.
import type { Remark } from '@pochtar/bus';
import { text } from '@pochtar/settings';

/** So many are named each by itself. */
const MOST = 10;

export function guardRemarks(suspended: readonly string[]): Remark[] {
  return suspended.slice(0, MOST).map((address) => ({
    code: 'clientHidden',
    tone: 'danger',
    message: text(
      `Через адрес ${address} пишут отправители многих чужих доменов: похоже, за ним не один клиент. Отправка без входа и белые списки для него приостановлены.`,
      `Senders of many foreign domains come through ${address}: it does not look like one client. Sending without a login and white lists are suspended for it.`,
    ),
    advice: text(
      `Настройте на прокси или NAT передачу адресов клиентов (PROXY protocol, сеть узла). Если это действительно один клиент, подтвердите: pochtar guard confirm ${address}`,
      `Have the proxy or NAT pass on the clients’ addresses (PROXY protocol, host network). If it really is one client, confirm it: pochtar guard confirm ${address}`,
    ),
    to: `/lists/guard?open=${encodeURIComponent(address)}`,
  }));
}
