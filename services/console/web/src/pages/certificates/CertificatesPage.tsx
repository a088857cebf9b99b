// The certificates of the servers: whose, until when, and who uses them; adding and making one.
import { useState } from 'react';
import type { Answer } from '../../api/client.ts';
import { call } from '../../api/client.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { formatDay } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { Button } from '../../ui/controls.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { downloadText } from '../../ui/download.ts';
import { Empty } from '../../ui/Empty.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Page } from '../../ui/Page.tsx';
import { SidePanel } from '../../ui/SidePanel.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { useView } from '../search.ts';
import { Generate, Upload } from './AddCertificate.tsx';
import { daysLeft, tone } from './days.ts';

type Certificate = Answer<'GET /certificates'>['certificates'][number];

export function CertificatesPage() {
  const { t } = useWords();
  const isAdmin = useWho().role === 'admin';
  const [view, setView] = useView();
  const [adding, setAdding] = useState<'upload' | 'generate' | null>(null);
  const { data, error, isFetching, refetch } = useApi('GET /certificates');
  const opened = data?.certificates.find(({ id }) => id === view.open);
  async function authority(): Promise<void> {
    const { pem } = await call('GET /certificates/authority');
    downloadText('pochtar-ca.pem', pem, 'application/x-pem-file');
  }
  return (
    <Page
      title={t('page.certificates')}
      path={[t('menu.protection')]}
      actions={
        <>
          <Button variant="default" onClick={() => void authority()}>
            {t('certificates.authority')}
          </Button>
          {isAdmin && (
            <>
              <Button variant="default" onClick={() => setAdding('generate')}>
                {t('certificates.generate')}
              </Button>
              <Button onClick={() => setAdding('upload')}>{t('certificates.upload')}</Button>
            </>
          )}
        </>
      }
    >
      <DataTable<Certificate>
        label={t('page.certificates')}
        rows={data?.certificates}
        rowKey={({ id }) => id}
        isFetching={isFetching}
        error={error}
        onRetry={() => void refetch()}
        onOpen={({ id }) => setView({ open: id })}
        columns={useColumns()}
        empty={<Empty>{t('certificates.empty')}</Empty>}
      />
      {adding === 'upload' && <Upload onClose={() => setAdding(null)} />}
      {adding === 'generate' && <Generate onClose={() => setAdding(null)} />}
      {opened !== undefined && (
        <CertificatePanel
          certificate={opened}
          isAdmin={isAdmin}
          onClose={() => setView({ open: undefined })}
        />
      )}
    </Page>
  );
}

function useColumns(): Column<Certificate>[] {
  const { t, language } = useWords();
  return [
    { key: 'name', title: t('certificates.name'), cell: ({ name }) => <b>{name}</b> },
    { key: 'hosts', title: t('certificates.hosts'), cell: ({ hosts }) => hosts.join(', ') || '—' },
    {
      key: 'issuer',
      title: t('certificates.issuer'),
      cell: ({ issuer, origin }) =>
        origin === 'generated' ? t('certificates.own') : <Foreign text={issuer} maxLength={80} />,
    },
    {
      key: 'until',
      title: t('certificates.until'),
      cell: ({ notAfter }) => (
        <StatusBadge tone={tone(notAfter)}>
          {daysLeft(notAfter) < 0
            ? t('certificates.over', { day: formatDay(notAfter, language) })
            : t('certificates.left', { count: daysLeft(notAfter), day: formatDay(notAfter, language) })}
        </StatusBadge>
      ),
    },
  ];
}

interface CertificatePanelProps {
  certificate: Certificate;
  isAdmin: boolean;
  onClose: () => void;
}

function CertificatePanel({ certificate, isAdmin, onClose }: CertificatePanelProps) {
  const { t, language } = useWords();
  const [isDeleting, setIsDeleting] = useState(false);
  const remove = useChange('DELETE /certificates/:id', ['/certificates']);
  const { id, name, subject, issuer, hosts, notBefore, notAfter, fingerprint } = certificate;
  return (
    <SidePanel title={name} onClose={onClose} size={560}>
      <Facts
        facts={[
          [t('certificates.subject'), <Foreign key="s" text={subject} />],
          [t('certificates.hosts'), hosts.map((host) => <div key={host}>{host}</div>)],
          [t('certificates.issuer'), <Foreign key="i" text={issuer} />],
          [t('certificates.from'), formatDay(notBefore, language)],
          [t('certificates.until'), formatDay(notAfter, language)],
          [
            t('certificates.fingerprint'),
            <span key="f" className="p-mono">
              {fingerprint}
            </span>,
          ],
        ]}
      />
      {isAdmin && !certificate.isCa && (
        <div className="p-gap">
          <Button variant="outline" color="red" onClick={() => setIsDeleting(true)}>
            {t('certificates.delete')}
          </Button>
        </div>
      )}
      {isDeleting && (
        <Confirm
          title={name}
          verb={t('certificates.delete')}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate({ params: { id } }, { onSuccess: onClose })}
          onClose={() => setIsDeleting(false)}
        >
          {t('certificates.deleteText')}
        </Confirm>
      )}
    </SidePanel>
  );
}
