// The commands: in which state each may be given (RFC 1939 §3), and what runs it.
import type { Commands, State } from './command.ts';
import { auth } from './commands/auth.ts';
import { capa } from './commands/capa.ts';
import { dele } from './commands/dele.ts';
import { list } from './commands/list.ts';
import { lang } from './commands/lang.ts';
import { noop } from './commands/noop.ts';
import { pass, user } from './commands/user-pass.ts';
import { quit } from './commands/quit.ts';
import { retr } from './commands/retr.ts';
import { rset } from './commands/rset.ts';
import { stat } from './commands/stat.ts';
import { stls } from './commands/stls.ts';
import { top } from './commands/top.ts';
import { utf8 } from './commands/utf8.ts';
import { uidl } from './commands/uidl.ts';

const before: readonly State[] = ['authorization'];
const after: readonly State[] = ['transaction'];
const always: readonly State[] = ['authorization', 'transaction'];

/** By keyword in upper case. APOP is not among them: it needs passwords in clear, and only hashes are stored. */
export const commands: Commands = new Map(
  Object.entries({
    USER: { states: before, run: user },
    PASS: { states: before, run: pass },
    AUTH: { states: before, run: auth },
    STLS: { states: before, run: stls },
    STAT: { states: after, run: stat },
    LIST: { states: after, run: list },
    UIDL: { states: after, run: uidl },
    RETR: { states: after, run: retr },
    TOP: { states: after, run: top },
    DELE: { states: after, run: dele },
    RSET: { states: after, run: rset },
    NOOP: { states: after, run: noop },
    // RFC 6856 §2.1: before the log-in only.
    UTF8: { states: before, run: utf8 },
    LANG: { states: always, run: lang },
    CAPA: { states: always, run: capa },
    QUIT: { states: always, run: quit },
  }),
);
