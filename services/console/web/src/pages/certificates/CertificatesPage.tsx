// The certificates of the servers: whose, until when, and who uses them; adding and making one.
import { useState } from 'react';
import { call } from '../../api/client.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { formatDay } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { Button } from '../../ui/controls.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { downloadText } from '../../ui/download.ts';
import { toast } from '../../ui/toast.tsx';
import { asProblem } from '../../api/problem.ts';
import { Go } from '../../ui/Go.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Page } from '../../ui/Page.tsx';
import { SidePanel } from '../../ui/SidePanel.tsx';
import { useView } from '../search.ts';
import { Generate, Upload } from './AddCertificate.tsx';
import { useSectionLabels } from '../section-labels.ts';
import type { Certificate } from './days.ts';
import { Ends } from './Ends.tsx';

export function CertificatesPage() {
  const { t, say } = useWords();
  const isAdmin = useWho().role === 'admin';
  const [view, setView] = useView();
  const [adding, setAdding] = useState<'upload' | 'generate' | null>(null);
  const { data, error, isFetching, refetch } = useApi('GET /certificates');
  const opened = data?.certificates.find(({ id }) => id === view.open);
  async function authority(): Promise<void> {
    try {
      const { pem } = await call('GET /certificates/authority');
      downloadText('pochtar-ca.pem', pem, 'application/x-pem-file');
    } catch (thrown) {
      toast(say(asProblem(thrown).messages));
    }
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
        onRetry={refetch}
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
  const { t } = useWords();
  const label = useSectionLabels();
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
      cell: (certificate) => <Ends certificate={certificate} />,
    },
    {
      key: 'used',
      title: t('certificates.usedBy'),
      cell: ({ usedBy, isCa, hosts }) =>
        usedBy.length > 0
          ? usedBy.map((section) => <div key={section}>{label(section)}</div>)
          : !isCa && hosts.length > 0 && <span className="p-muted">{t('certificates.sni')}</span>,
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
  const label = useSectionLabels();
  const { name, subject, issuer, hosts, notBefore, notAfter, fingerprint, keyType, usedBy } = certificate;
  return (
    <SidePanel title={name} onClose={onClose} size={560}>
      <Facts
        facts={[
          [t('state.title'), <Ends key="e" certificate={certificate} />],
          [
            t('certificates.usedBy'),
            usedBy.length === 0
              ? t('certificates.unused')
              : usedBy.map((section) => (
                  <div key={section}>
                    <Go to={`/settings/mail#${section}.certificateId`}>{label(section)}</Go>
                  </div>
                )),
          ],
          certificate.isCa
            ? null
            : [t('certificates.sniNames'), hosts.map((host) => <div key={host}>{host}</div>)],
          [t('certificates.subject'), <Foreign key="s" text={subject} />],
          [t('certificates.issuer'), <Foreign key="i" text={issuer} />],
          [t('certificates.from'), formatDay(notBefore, language)],
          [t('certificates.until'), formatDay(notAfter, language)],
          [t('certificates.keyFits'), keyType],
          [
            t('certificates.fingerprint'),
            <span key="f" className="p-mono">
              {fingerprint}
            </span>,
          ],
        ]}
      />
      {isAdmin && !certificate.isCa && <Actions certificate={certificate} onClose={onClose} />}
    </SidePanel>
  );
}

/** Nothing that is in use is deleted; our own is made anew by itself. */
function Actions({ certificate, onClose }: Omit<CertificatePanelProps, 'isAdmin'>) {
  const { t } = useWords();
  const [doing, setDoing] = useState<'replace' | 'delete' | null>(null);
  const remove = useChange('DELETE /certificates/:id', ['/certificates', '/settings/status']);
  const { id, name, usedBy, origin } = certificate;
  const isUsed = usedBy.length > 0;
  return (
    <div className="p-gap">
      {isUsed && <Notice>{t('certificates.inUse')}</Notice>}
      <div className="p-actions">
        {origin === 'imported' && (
          <Button variant="default" onClick={() => setDoing('replace')}>
            {t('certificates.replace')}
          </Button>
        )}
        {!isUsed && id !== 'generated' && (
          <Button variant="outline" color="red" onClick={() => setDoing('delete')}>
            {t('certificates.delete')}
          </Button>
        )}
      </div>
      {doing === 'replace' && <Upload replaced={certificate} onClose={() => setDoing(null)} />}
      {doing === 'delete' && (
        <Confirm
          title={name}
          verb={t('certificates.delete')}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate({ params: { id } }, { onSuccess: onClose })}
          onClose={() => setDoing(null)}
        >
          {t('certificates.deleteText')}
        </Confirm>
      )}
    </div>
  );
}
