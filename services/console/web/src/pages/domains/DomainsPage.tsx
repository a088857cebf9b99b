// The local domains: what each holds; adding one, removing an empty one.
import { useState } from 'react';
import type { Answer } from '../../api/client.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { useWords } from '../../i18n/index.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { Button } from '../../ui/controls.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { FilterField } from '../../ui/FilterField.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Page } from '../../ui/Page.tsx';
import { SidePanel } from '../../ui/SidePanel.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { Time } from '../../ui/Time.tsx';
import { Filtered } from '../Filtered.tsx';
import { useView } from '../search.ts';
import { AddDomain } from './AddDomain.tsx';
import { signingTone, signingWords } from './dkim-state.ts';
import { domainTone, domainWords } from './dns-state.ts';
import { Go } from '../../ui/Go.tsx';

type Domain = Answer<'GET /domains'>['domains'][number];

const dkimPage = (name: string): string => `/domains/${encodeURIComponent(name)}/dkim`;
const dnsPage = (name: string): string => `/domains/${encodeURIComponent(name)}/dns`;

export function DomainsPage() {
  const { t } = useWords();
  const isAdmin = useWho().role === 'admin';
  const [view, setView] = useView();
  const [isAdding, setIsAdding] = useState(false);
  const { data, error, isFetching, refetch } = useApi('GET /domains');
  const search = (view.search ?? '').toLowerCase();
  const rows = data?.domains.filter(({ name }) => name.includes(search));
  const opened = data?.domains.find(({ name }) => name === view.open);
  const add = <Button onClick={() => setIsAdding(true)}>{t('domains.add')}</Button>;
  return (
    <Page title={t('page.domains')} path={[t('menu.mail')]} actions={isAdmin && add}>
      <div className="p-filters">
        <FilterField
          label={t('domains.filter')}
          value={view.search ?? ''}
          onChange={(text) => setView({ search: text })}
        />
      </div>
      <DataTable<Domain>
        label={t('page.domains')}
        rows={rows}
        rowKey={({ name }) => name}
        isFetching={isFetching}
        error={error}
        onRetry={refetch}
        onOpen={({ name }) => setView({ open: name })}
        columns={[
          { key: 'name', title: t('domains.name'), cell: ({ name }) => <b>{name}</b> },
          { key: 'accounts', title: t('domains.accounts'), cell: ({ accounts }) => accounts, isEnd: true },
          { key: 'aliases', title: t('domains.aliases'), cell: ({ aliases }) => aliases, isEnd: true },
          { key: 'groups', title: t('domains.groups'), cell: ({ groups }) => groups, isEnd: true },
          {
            key: 'dns',
            title: t('dns.column'),
            cell: ({ name, dns }) => (
              <Go to={dnsPage(name)}>
                <StatusBadge tone={domainTone(dns)}>{domainWords(dns, t)}</StatusBadge>
              </Go>
            ),
          },
          {
            key: 'dkim',
            title: 'DKIM',
            cell: ({ name, dkim }) => (
              <Go to={dkimPage(name)}>
                <StatusBadge tone={signingTone(dkim)}>{signingWords(dkim, t)}</StatusBadge>
              </Go>
            ),
          },
          {
            key: 'created',
            title: t('common.created'),
            cell: ({ createdAt }) => <Time at={createdAt} />,
            isWide: true,
          },
        ]}
        empty={
          search === '' ? (
            <Empty action={isAdmin && add}>{t('domains.empty')}</Empty>
          ) : (
            <Filtered onReset={() => setView({ search: undefined })} />
          )
        }
      />
      {isAdding && <AddDomain onClose={() => setIsAdding(false)} />}
      {opened !== undefined && (
        <DomainPanel domain={opened} isAdmin={isAdmin} onClose={() => setView({ open: undefined })} />
      )}
    </Page>
  );
}

function DomainPanel({
  domain,
  isAdmin,
  onClose,
}: {
  domain: Domain;
  isAdmin: boolean;
  onClose: () => void;
}) {
  const { t } = useWords();
  const [isDeleting, setIsDeleting] = useState(false);
  const { name, accounts, aliases, groups, createdAt } = domain;
  const inTheWay = accounts + aliases + groups;
  return (
    <SidePanel title={name} onClose={onClose}>
      <Facts
        facts={[
          [
            t('domains.accounts'),
            <Go key="a" to="/accounts" search={{ domain: name }}>
              {accounts}
            </Go>,
          ],
          [
            t('domains.aliases'),
            <Go key="b" to="/names" search={{ domain: name }}>
              {aliases}
            </Go>,
          ],
          [
            t('domains.groups'),
            <Go key="c" to="/names" search={{ domain: name, tab: 'groups' }}>
              {groups}
            </Go>,
          ],
          [
            t('dns.column'),
            <Go key="n" to={dnsPage(name)}>
              {t('dns.open')}: {domainWords(domain.dns, t)}
            </Go>,
          ],
          [
            'DKIM',
            <Go key="k" to={dkimPage(name)}>
              {t('dkim.open')}: {signingWords(domain.dkim, t)}
            </Go>,
          ],
          [t('common.created'), <Time key="d" at={createdAt} />],
        ]}
      />
      {isAdmin && (
        <div className="p-gap">
          {inTheWay > 0 ? (
            <Notice>{t('domains.notEmpty', { count: inTheWay })}</Notice>
          ) : (
            <Button variant="outline" color="red" onClick={() => setIsDeleting(true)}>
              {t('domains.delete')}
            </Button>
          )}
        </div>
      )}
      {isDeleting && <DeleteDomain name={name} onClose={() => setIsDeleting(false)} onDone={onClose} />}
    </SidePanel>
  );
}

function DeleteDomain({ name, onClose, onDone }: { name: string; onClose: () => void; onDone: () => void }) {
  const { t } = useWords();
  const remove = useChange('DELETE /domains/:name', ['/domains']);
  return (
    <Confirm
      title={t('domains.delete')}
      verb={t('domains.delete')}
      typed={name}
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate({ params: { name } }, { onSuccess: onDone })}
      onClose={onClose}
    >
      {t('domains.deleteText', { name })}
    </Confirm>
  );
}
