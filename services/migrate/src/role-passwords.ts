// Lets the program roles log in: the migrations make them without LOGIN, here each gets the password of its file.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '@pochtar/store/db';
import { escapeIdentifier, escapeLiteral } from 'pg';

const prefix = 'pochtar_';

/** Returns the programs whose role got a password; those without a file keep what they have. */
export async function setRolePasswords(db: Database, secretsDir: string | undefined): Promise<string[]> {
  if (secretsDir === undefined) return [];
  const roles = await db.query<{ rolname: string }>({
    text: "select rolname from pg_roles where rolname like 'pochtar\\_%' and rolname <> current_user order by rolname",
  });
  const set: string[] = [];
  for (const { rolname } of roles) {
    const program = rolname.slice(prefix.length);
    const file = join(secretsDir, program, 'postgres-password');
    if (!existsSync(file)) continue;
    const password = readFileSync(file, 'utf8').trim();
    // ALTER ROLE takes no parameters.
    await db.query({
      text: `alter role ${escapeIdentifier(rolname)} login password ${escapeLiteral(password)}`,
    });
    set.push(program);
  }
  return set;
}
