// External contacts: people outside whom the address book of a domain names, in pages; one opens over the list.
import { useState } from 'react';
import type { Answer } from '../../api/client.ts';
import { useApi } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { contacts as english } from '../../i18n/en/contacts.ts';
import { addWords, useWords } from '../../i18n/index.ts';
import { contacts as russian } from '../../i18n/ru/contacts.ts';
import { Button } from '../../ui/controls.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { FilterField } from '../../ui/FilterField.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Page } from '../../ui/Page.tsx';
import { Pager } from '../../ui/Pager.tsx';
import { DomainFilter } from '../DomainFilter.tsx';
import { Filtered } from '../Filtered.tsx';
import { NameTabs } from '../names/NameTabs.tsx';
import { useCursor, useView } from '../search.ts';
import { ContactPanel } from './ContactPanel.tsx';
import { ExportPeople } from './ExportPeople.tsx';
import { ImportPeople } from './ImportPeople.tsx';

type Contact = Answer<'GET /contacts'>['contacts'][number];

addWords({ ru: russian, en: english });

const limit = 50;
/** Stands in the address for one that is not there yet. */
const fresh = '+';
const keyOf = ({ address, domain }: Contact): string => `${address} ${domain}`;

export function ContactsPage() {
  const { t } = useWords();
  const isReadOnly = useWho().role === 'auditor';
  const [view, setView] = useView();
  const [isImporting, setIsImporting] = useState(false);
  const { domain, search, open } = view;
  const cursor = useCursor(`${domain ?? ''} ${search ?? ''}`);
  const { data, error, isFetching, refetch } = useApi('GET /contacts', {
    query: { limit, domain, search, after: cursor.after },
  });
  const opened = data?.contacts.find((one) => keyOf(one) === open);
  const add = <Button onClick={() => setView({ open: fresh })}>{t('external.add')}</Button>;
  return (
    <Page
      title={t('external.title')}
      path={[t('menu.mail'), t('page.names')]}
      actions={
        <>
          <ExportPeople domain={domain} search={search} />
          {!isReadOnly && (
            <>
              <Button variant="default" onClick={() => setIsImporting(true)}>
                {t('external.import')}
              </Button>
              {add}
            </>
          )}
        </>
      }
    >
      <NameTabs current="contacts" />
      <p className="p-muted">{t('external.help')}</p>
      <div className="p-filters">
        <FilterField
          label={t('external.filter')}
          value={search ?? ''}
          onChange={(text) => setView({ search: text })}
        />
        <DomainFilter value={domain} onChange={(chosen) => setView({ domain: chosen })} />
      </div>
      <DataTable<Contact>
        label={t('external.title')}
        rows={data?.contacts}
        rowKey={keyOf}
        isFetching={isFetching}
        error={error}
        onRetry={refetch}
        onOpen={(one) => setView({ open: keyOf(one) })}
        columns={[
          { key: 'address', title: t('accounts.address'), cell: ({ address }) => <b>{address}</b> },
          {
            key: 'name',
            title: t('accounts.name'),
            cell: ({ displayName }) => <Foreign text={displayName} />,
          },
          {
            key: 'organisation',
            title: t('contacts.organisation'),
            cell: ({ contact }) => <Foreign text={contact.organisation ?? ''} />,
          },
          { key: 'domain', title: t('external.domain'), cell: (one) => one.domain },
        ]}
        empty={
          domain === undefined && search === undefined ? (
            <Empty action={!isReadOnly && add}>{t('external.empty')}</Empty>
          ) : (
            <Filtered onReset={() => setView({ search: undefined, domain: undefined })} />
          )
        }
      />
      <Pager cursor={cursor} next={data?.next} />
      {isImporting && <ImportPeople domain={domain} onClose={() => setIsImporting(false)} />}
      {(opened !== undefined || open === fresh) && (
        <ContactPanel
          key={open}
          contact={opened}
          domain={domain}
          isReadOnly={isReadOnly}
          onClose={() => setView({ open: undefined })}
        />
      )}
    </Page>
  );
}
