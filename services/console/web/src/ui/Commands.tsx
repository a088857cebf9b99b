// The page as the command line says it, for whoever writes a script or works over SSH.
import { useRouterState } from '@tanstack/react-router';
import { useWho } from '../api/session.ts';
import { useWords } from '../i18n/index.ts';
import { pageCommands } from '../page-commands.ts';
import { CodeWithCopy } from './CodeLine.tsx';

export function Commands() {
  const { t } = useWords();
  const { role } = useWho();
  const { pathname, search } = useRouterState({ select: ({ location }) => location });
  // The command line is the whole server's: it is not for those who have a part of it.
  const commands = role === 'admin' || role === 'auditor' ? pageCommands(pathname, search) : [];
  if (commands.length === 0) return null;
  return (
    <aside className="p-commands" aria-label={t('page.commands')}>
      <span className="p-muted p-small">{t('page.commands')}:</span>
      <ul className="p-plain">
        {commands.map((command) => (
          <li key={command}>
            <CodeWithCopy value={command} label={t('page.copyCommand', { command })} />
          </li>
        ))}
      </ul>
    </aside>
  );
}
