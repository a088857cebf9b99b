// The commands: in which state each may be given (RFC 1939 §3), and what runs it.
import { auth } from './commands/auth.ts';
import { capa } from './commands/capa.ts';
import { dele } from './commands/dele.ts';
import { list } from './commands/list.ts';
import { noop } from './commands/noop.ts';
import { pass, user } from './commands/user-pass.ts';
import { quit } from './commands/quit.ts';
import { retr } from './commands/retr.ts';
import { rset } from './commands/rset.ts';
import { stat } from './commands/stat.ts';
import { stls } from './commands/stls.ts';
import { top } from './commands/top.ts';
import { uidl } from './commands/uidl.ts';
import type { Reply } from './reply.ts';
import type { Session } from './session.ts';

export type State = 'authorization' | 'transaction';

/** `argument` is what follows the keyword and one space; '' when there is nothing. Null: the command has answered. */
export type Run = (session: Session, argument: string) => Promise<Reply | null> | Reply;

export interface Definition {
  states: readonly State[];
  run: Run;
}

const before: readonly State[] = ['authorization'];
const after: readonly State[] = ['transaction'];
const always: readonly State[] = ['authorization', 'transaction'];

/** By keyword in upper case. APOP is not among them: it needs passwords in clear, and only hashes are stored. */
export const commands: ReadonlyMap<string, Definition> = new Map(
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
    CAPA: { states: always, run: capa },
    QUIT: { states: always, run: quit },
  }),
);
