// The records that a domain needs in the DNS, ready to be copied, and what the DNS has of them.
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Answer } from '../../api/client.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { type Key, useWords } from '../../i18n/index.ts';
import { CodeLine, CodeWithCopy } from '../../ui/CodeLine.tsx';
import { Button, TagsInput } from '../../ui/controls.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Go } from '../../ui/Go.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { Failure, Notice } from '../../ui/Notice.tsx';
import { Block, Page } from '../../ui/Page.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { Time } from '../../ui/Time.tsx';
import { type DnsRecord, domainTone, domainWords, recordTone, shortServerName } from './dns-state.ts';

type DomainDns = Answer<'GET /domains/:name/dns'>;

export function DomainDnsPage() {
  const { t } = useWords();
  const { name = '' }: { name?: string } = useParams({ strict: false });
  const { data, error, refetch } = useApi('GET /domains/:name/dns', { params: { name } });
  return (
    <Page title={t('dns.title', { domain: name })} path={[t('menu.mail'), t('page.domains')]}>
      {error !== null && <Failure error={error} onRetry={refetch} />}
      {data === undefined && error === null && <Loading height={320} />}
      {data !== undefined && <Shown dns={data} />}
    </Page>
  );
}

function Shown({ dns }: { dns: DomainDns }) {
  const { t } = useWords();
  const optional = dns.records.filter(({ isOptional }) => isOptional);
  const shortName = shortServerName(dns.records);
  return (
    <>
      {shortName !== null && (
        <Notice tone="warn">
          {t('dns.shortName', { name: shortName })}{' '}
          <Go to="/settings/mail#general.heloName">{t('dns.setName')}</Go>
        </Notice>
      )}
      <Check dns={dns} />
      <Block title={t('dns.needed')}>
        <Records label={t('dns.needed')} records={dns.records.filter(({ isOptional }) => !isOptional)} />
      </Block>
      <Block title={t('dns.optional')}>
        <p className="p-muted">{t('dns.optionalText')}</p>
        <Records label={t('dns.optional')} records={optional} />
      </Block>
      <Block title={t('dns.zone')}>
        <CodeLine>{dns.zoneFile}</CodeLine>
      </Block>
    </>
  );
}

/** What the last look found, and a new one. */
function Check({ dns }: { dns: DomainDns }) {
  const { t } = useWords();
  const isReadOnly = useWho().role === 'auditor';
  const check = useChange('POST /domains/:name/dns', ['/domains']);
  const [addresses, setAddresses] = useState<string[] | null>(null);
  const shown = addresses ?? (dns.isGiven ? dns.addresses : []);
  const params = { name: dns.domain };
  return (
    <Block
      title={<StatusBadge tone={domainTone(dns)}>{domainWords(dns, t)}</StatusBadge>}
      aside={
        dns.checkedAt !== null && (
          <span className="p-muted">
            {t('dns.checked')} <Time at={dns.checkedAt} />
          </span>
        )
      }
    >
      {dns.checkedAt === null && <p>{t('dns.never')}</p>}
      {dns.problems === 0 && <p>{t('dns.fine')}</p>}
      {dns.source === 'nobody' && <Notice tone="warn">{t('dns.unreachableText')}</Notice>}
      {dns.source === 'resolver' && <Notice>{t('dns.resolver')}</Notice>}
      {!isReadOnly && (
        <>
          <TagsInput
            label={t('dns.addresses')}
            description={t('dns.addressesHelp')}
            placeholder={dns.isGiven ? '' : dns.addresses.join(', ')}
            value={shown}
            onChange={setAddresses}
            splitChars={[',', ';', ' ', '\n']}
            acceptValueOnBlur
            maw={760}
            mb="sm"
          />
          {check.error !== null && <Failure error={check.error} />}
          <Button
            loading={check.isPending}
            onClick={() => check.mutate({ params, body: addresses === null ? {} : { addresses } })}
          >
            {t('dns.check')}
          </Button>
        </>
      )}
    </Block>
  );
}

function Records({ label, records }: { label: string; records: readonly DnsRecord[] }) {
  return (
    <DataTable<DnsRecord>
      label={label}
      rows={records}
      rowKey={({ purpose, name, value }) => `${purpose} ${name} ${value ?? ''}`}
      columns={useColumns()}
      empty={null}
    />
  );
}

function useColumns(): Column<DnsRecord>[] {
  const { t, say } = useWords();
  return [
    { key: 'purpose', title: t('dns.purpose'), cell: ({ purpose }) => t(`dns.for.${purpose}` as Key) },
    {
      key: 'record',
      title: t('dns.record'),
      cell: ({ name, type, value }) => (
        <>
          <span className="p-mono">{name}</span> <b>{type}</b>
          {value !== null && (
            <div>
              <CodeWithCopy value={value} label={t('dns.copy', { name, type })} />
            </div>
          )}
        </>
      ),
    },
    {
      key: 'state',
      title: t('state.title'),
      cell: (record) => (
        <StatusBadge tone={recordTone(record)}>
          {t(
            record.state === 'later' && record.purpose !== 'dkim'
              ? 'dns.toCome'
              : `dns.state.${record.state}`,
          )}
        </StatusBadge>
      ),
    },
    {
      key: 'found',
      title: t('dns.found'),
      cell: ({ found, remark }) => (
        <>
          {found.map((one) => (
            <div key={one} className="p-mono">
              <Foreign text={one} maxLength={600} />
            </div>
          ))}
          {remark !== null && <div className="p-small">{say(remark)}</div>}
        </>
      ),
    },
  ];
}
