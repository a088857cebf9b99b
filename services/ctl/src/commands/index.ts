// All commands, in the order in which the help shows them.
import type { Command } from '../command.ts';
import { accountCommands } from './account.ts';
import { adminCommands } from './admin.ts';
import { aliasCommands } from './alias.ts';
import { auditCommands } from './audit.ts';
import { banCommands } from './ban.ts';
import { certificateCommands } from './certificate.ts';
import { contactCommands } from './contact.ts';
import { completionCommand } from './completion.ts';
import { dkimCommands } from './dkim.ts';
import { dnsblCommands } from './dnsbl.ts';
import { dlpCommands } from './dlp.ts';
import { domainCommands } from './domain.ts';
import { filterCommands } from './filter.ts';
import { greylistCommands } from './greylist.ts';
import { groupCommands } from './group.ts';
import { guardCommands } from './guard.ts';
import { ldapCommands } from './ldap.ts';
import { hookCommands } from './hook.ts';
import { listCommands } from './list.ts';
import { overviewCommands } from './overview.ts';
import { quarantineCommands } from './quarantine.ts';
import { queueCommands } from './queue.ts';
import { routeCommands } from './route.ts';
import { rulesCommands } from './rules.ts';
import { settingsCommands } from './settings.ts';
import { stepCommands } from './step.ts';
import { taskCommands } from './task.ts';
import { tokenCommands } from './token.ts';
import { traceCommands } from './trace.ts';

export const allCommands: readonly Command[] = [
  ...overviewCommands,
  ...stepCommands,
  ...domainCommands,
  ...dkimCommands,
  ...dlpCommands,
  ...accountCommands,
  ...aliasCommands,
  ...groupCommands,
  ...rulesCommands,
  ...contactCommands,
  ...settingsCommands,
  ...ldapCommands,
  ...listCommands,
  ...banCommands,
  ...dnsblCommands,
  ...filterCommands,
  ...greylistCommands,
  ...guardCommands,
  ...queueCommands,
  ...routeCommands,
  ...quarantineCommands,
  ...taskCommands,
  ...traceCommands,
  ...hookCommands,
  ...adminCommands,
  ...tokenCommands,
  ...auditCommands,
  ...certificateCommands,
  completionCommand(() => allCommands),
];
