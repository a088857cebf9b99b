// The own page: of a user how full the mailbox is, how a mail program is set up, and the password; of others the password.
import { askWho } from '../../api/ask-who.ts';
import { asProblem } from '../../api/problem.ts';
import { useState } from 'react';
import { useApi, useChange } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { useWords } from '../../i18n/index.ts';
import { CodeLine } from '../../ui/CodeLine.tsx';
import { Button, PasswordInput, Stack } from '../../ui/controls.ts';
import { Facts } from '../../ui/Facts.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { Failure, Notice, sentence } from '../../ui/Notice.tsx';
import { Block, Page } from '../../ui/Page.tsx';
import { BookSetUp } from '../../settings/BookSetUp.tsx';
import { Used } from '../accounts/Used.tsx';

/** What everybody has of the own: a user the mailbox, whoever administers the password alone. */
export function MePage() {
  const { t } = useWords();
  const { role } = useWho();
  if (role !== 'user') {
    return (
      <Page title={t('page.password')}>
        <PasswordBlock />
      </Page>
    );
  }
  return (
    <Page title={t('page.me')}>
      <MailboxBlock />
      <ClientBlock />
      <BookBlock />
      <PasswordBlock />
    </Page>
  );
}

function MailboxBlock() {
  const { t } = useWords();
  const { data, error, refetch } = useApi('GET /me');
  const { account } = useWho();
  return (
    <Block title={account ?? t('page.me')}>
      {error !== null && <Failure error={error} onRetry={refetch} />}
      {data === undefined && error === null && <Loading height={80} />}
      {data !== undefined && (
        <Facts
          facts={[
            [t('accounts.used'), <Used key="u" account={data} />],
            [t('accounts.aliases'), data.aliases.length === 0 ? t('common.none') : data.aliases.join(', ')],
          ]}
        />
      )}
    </Block>
  );
}

function ClientBlock() {
  const { t } = useWords();
  const { data, error, refetch } = useApi('GET /me/client');
  return (
    <Block title={t('me.setUp')}>
      <p>{t('me.setUpText')}</p>
      {error !== null && <Failure error={error} onRetry={refetch} />}
      {data === undefined && error === null && <Loading height={160} />}
      {data !== undefined && (
        <>
          <Facts
            facts={[
              ...data.servers.map(
                ({ protocol, host, port, security }) =>
                  [
                    t(`me.protocol.${protocol}`),
                    <span key={`${protocol} ${port}`}>
                      <CodeLine>{host}</CodeLine>
                      {t('me.port', { port: String(port) })}, {t(`me.security.${security}`)}
                    </span>,
                  ] as const,
              ),
              [t('me.login'), <CodeLine key="l">{data.login}</CodeLine>],
            ]}
          />
          <p>{t('me.programs')}</p>
          <p>
            <a href={data.appleProfile} download>
              {t('me.apple')}
            </a>
          </p>
        </>
      )}
    </Block>
  );
}

function BookBlock() {
  const { t } = useWords();
  const { data } = useApi('GET /me/client');
  // Whoever is not told of it has none.
  if (data?.addressBook == null) return null;
  return (
    <Block title={t('bookClients.title')}>
      <BookSetUp book={data.addressBook} login={data.login} />
    </Block>
  );
}

function PasswordBlock() {
  const { t, say } = useWords();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const change = useChange('PUT /me/password');
  const problems = change.error === null ? [] : asProblem(change.error).errors;
  const wrong = (field: string): string | undefined => {
    const found = problems.find((problem) => problem.field === field);
    return found === undefined ? undefined : sentence(say(found.message));
  };
  const isAtField = wrong('current') !== undefined || wrong('password') !== undefined;
  return (
    <Block title={t('me.password')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate(
            { body: { current, password } },
            {
              onSuccess: () => {
                setCurrent('');
                setPassword('');
                askWho();
              },
            },
          );
        }}
      >
        <Stack gap="sm" maw={360}>
          <PasswordInput
            label={t('me.current')}
            autoComplete="current-password"
            error={wrong('current')}
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': t('password.show') }}
          />
          <PasswordInput
            label={t('me.new')}
            autoComplete="new-password"
            error={wrong('password')}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': t('password.show') }}
          />
          {change.error !== null && !isAtField && <Failure error={change.error} />}
          {change.isSuccess && <Notice tone="ok">{t('me.changed')}</Notice>}
          <div>
            <Button type="submit" loading={change.isPending} disabled={current === '' || password === ''}>
              {t('me.change')}
            </Button>
          </div>
        </Stack>
      </form>
    </Block>
  );
}
