// Who has logged in, asked again where something about that may have changed.
import { call } from './client.ts';
import { session } from './session.ts';

export function askWho(): void {
  void call('GET /session').then(
    (who) => session.begin(who),
    () => undefined,
  );
}
