// The commands this server knows, when they may be used, and what is told behind them (RFC 9051 §6).
import type { CommandDefinition, Commands, Run, State } from './command.ts';
import { append } from './commands/append.ts';
import { authenticate } from './commands/authenticate.ts';
import { capability } from './commands/capability.ts';
import { close, unselect } from './commands/close.ts';
import { compress } from './commands/compress.ts';
import { copy } from './commands/copy.ts';
import { create } from './commands/create.ts';
import { deleteCommand } from './commands/delete.ts';
import { enable } from './commands/enable.ts';
import { examine, select } from './commands/select-examine.ts';
import { expunge, uidExpunge } from './commands/expunge.ts';
import { fetch } from './commands/fetch.ts';
import { getMetadata } from './commands/getmetadata.ts';
import { getQuota, getQuotaRoot } from './commands/getquota.ts';
import { id } from './commands/id.ts';
import { idle } from './commands/idle.ts';
import { list } from './commands/list.ts';
import { login } from './commands/login.ts';
import { logout } from './commands/logout.ts';
import { lsub } from './commands/lsub.ts';
import { move } from './commands/move.ts';
import { namespace } from './commands/namespace.ts';
import { noop } from './commands/noop.ts';
import { notify } from './commands/notify.ts';
import { rename } from './commands/rename.ts';
import { replace } from './commands/replace.ts';
import { search } from './commands/search.ts';
import { setMetadata } from './commands/setmetadata.ts';
import { sort } from './commands/sort.ts';
import { starttls } from './commands/starttls.ts';
import { status } from './commands/status.ts';
import { store } from './commands/store.ts';
import { subscribe, unsubscribe } from './commands/subscribe.ts';
import { thread } from './commands/thread.ts';

const ANY: readonly State[] = ['notAuthenticated', 'authenticated', 'selected'];
const BEFORE_LOGIN: readonly State[] = ['notAuthenticated'];
const AFTER_LOGIN: readonly State[] = ['authenticated', 'selected'];
const SELECTED: readonly State[] = ['selected'];

function define(
  states: readonly State[],
  run: Run,
  sync: CommandDefinition['sync'] = 'all',
): CommandDefinition {
  return { states, run, sync };
}

export const commands: Commands = new Map([
  ['CAPABILITY', define(ANY, capability)],
  ['NOOP', define(ANY, noop)],
  ['LOGOUT', define(ANY, logout, 'none')],
  ['ID', define(ANY, id)],
  ['STARTTLS', define(BEFORE_LOGIN, starttls, 'none')],
  ['AUTHENTICATE', define(BEFORE_LOGIN, authenticate, 'none')],
  ['LOGIN', define(BEFORE_LOGIN, login, 'none')],
  ['COMPRESS', define(AFTER_LOGIN, compress, 'none')],
  ['ENABLE', define(AFTER_LOGIN, enable)],
  ['SELECT', define(AFTER_LOGIN, select, 'none')],
  ['EXAMINE', define(AFTER_LOGIN, examine, 'none')],
  ['CREATE', define(AFTER_LOGIN, create)],
  ['DELETE', define(AFTER_LOGIN, deleteCommand)],
  ['RENAME', define(AFTER_LOGIN, rename)],
  ['SUBSCRIBE', define(AFTER_LOGIN, subscribe)],
  ['UNSUBSCRIBE', define(AFTER_LOGIN, unsubscribe)],
  ['LIST', define(AFTER_LOGIN, list)],
  ['LSUB', define(AFTER_LOGIN, lsub)],
  ['NAMESPACE', define(AFTER_LOGIN, namespace)],
  ['STATUS', define(AFTER_LOGIN, status)],
  ['GETMETADATA', define(AFTER_LOGIN, getMetadata)],
  ['SETMETADATA', define(AFTER_LOGIN, setMetadata)],
  ['GETQUOTA', define(AFTER_LOGIN, getQuota)],
  ['GETQUOTAROOT', define(AFTER_LOGIN, getQuotaRoot)],
  ['APPEND', define(AFTER_LOGIN, append)],
  ['IDLE', define(AFTER_LOGIN, idle)],
  ['NOTIFY', define(AFTER_LOGIN, notify)],
  ['CHECK', define(SELECTED, noop)],
  ['CLOSE', define(SELECTED, close, 'none')],
  ['UNSELECT', define(SELECTED, unselect, 'none')],
  ['EXPUNGE', define(SELECTED, expunge)],
  ['UID EXPUNGE', define(SELECTED, uidExpunge)],
  ['SEARCH', define(SELECTED, search, 'withoutExpunge')],
  ['UID SEARCH', define(SELECTED, search)],
  ['REPLACE', define(SELECTED, replace)],
  ['UID REPLACE', define(SELECTED, replace)],
  ['SORT', define(SELECTED, sort, 'withoutExpunge')],
  ['UID SORT', define(SELECTED, sort)],
  ['THREAD', define(SELECTED, thread, 'withoutExpunge')],
  ['UID THREAD', define(SELECTED, thread)],
  ['FETCH', define(SELECTED, fetch, 'withoutExpunge')],
  ['UID FETCH', define(SELECTED, fetch)],
  ['STORE', define(SELECTED, store, 'withoutExpunge')],
  ['UID STORE', define(SELECTED, store)],
  ['COPY', define(SELECTED, copy)],
  ['UID COPY', define(SELECTED, copy)],
  ['MOVE', define(SELECTED, move)],
  ['UID MOVE', define(SELECTED, move)],
]);
