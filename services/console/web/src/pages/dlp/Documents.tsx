// Protected documents: their fingerprints are kept, and nothing of their texts.
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useApi, useChange, useStoredField } from '../../api/queries.ts';
import { formatNumber, formatSize } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { Author } from '../../ui/Author.tsx';
import { AuthorTime } from '../../ui/AuthorTime.tsx';
import { Confirm } from '../../ui/Confirm.tsx';
import { Button } from '../../ui/controls.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Go } from '../../ui/Go.tsx';
import { Pager } from '../../ui/Pager.tsx';
import { SidePanel } from '../../ui/SidePanel.tsx';
import { Time } from '../../ui/Time.tsx';
import { useCursor, useView } from '../search.ts';
import { type Document, fresh } from './parts.ts';

const AddDocument = lazy(async () => ({ default: (await import('./AddDocument.tsx')).AddDocument }));

export function Documents({ isReadOnly, add }: { isReadOnly: boolean; add: ReactNode }) {
  const { t } = useWords();
  const [view, setView] = useView();
  const cursor = useCursor('');
  const query = { limit: 50, after: cursor.after };
  const { data, error, isFetching, refetch } = useApi('GET /dlp/documents', { query });
  const opened = data?.documents.find(({ name }) => name === view.open);
  const close = () => setView({ open: undefined });
  return (
    <>
      <p className="p-muted">
        {t('dlp.documentsIntro')} <Threshold />
      </p>
      <DataTable<Document>
        label={t('dlp.tab.documents')}
        rows={data?.documents}
        rowKey={({ name }) => name}
        isFetching={isFetching}
        error={error}
        onRetry={refetch}
        onOpen={({ name }) => setView({ open: name })}
        columns={useColumns()}
        empty={<Empty action={add}>{t('dlp.noDocuments')}</Empty>}
      />
      <Pager cursor={cursor} next={data?.next} />
      {opened !== undefined && <DocumentPanel document={opened} isReadOnly={isReadOnly} onClose={close} />}
      {view.open === fresh && !isReadOnly && (
        <Suspense fallback={null}>
          <AddDocument onClose={close} />
        </Suspense>
      )}
    </>
  );
}

/** How much of a document has to be in a mail, where a rule says nothing else. */
function Threshold() {
  const { t } = useWords();
  const percent = useStoredField('dlp.thresholdPercent');
  if (typeof percent !== 'number') return null;
  return <Go to="/settings/more#dlp.thresholdPercent">{t('dlp.thresholdNow', { percent })}</Go>;
}

function useColumns(): Column<Document>[] {
  const { t, language } = useWords();
  return [
    {
      key: 'name',
      title: t('dlp.document'),
      cell: ({ name }) => (
        <b>
          <Foreign text={name} maxLength={80} />
        </b>
      ),
    },
    {
      key: 'comment',
      title: t('dlp.comment'),
      cell: ({ comment }) => <Foreign text={comment} maxLength={120} />,
    },
    {
      key: 'words',
      title: t('dlp.wordCount'),
      cell: ({ words }) => formatNumber(words, language),
      isEnd: true,
    },
    {
      key: 'author',
      title: t('dlp.added'),
      cell: ({ author, createdAt }) => <AuthorTime author={author} at={createdAt} />,
      isWide: true,
    },
  ];
}

interface PanelProps {
  document: Document;
  isReadOnly: boolean;
  onClose: () => void;
}

function DocumentPanel({ document, isReadOnly, onClose }: PanelProps) {
  const { t, language } = useWords();
  const [isDeleting, setIsDeleting] = useState(false);
  const remove = useChange('DELETE /dlp/documents/:name', ['/dlp/documents']);
  const { name, comment, words, bytes, author, createdAt } = document;
  return (
    <SidePanel title={<Foreign text={name} maxLength={80} />} onClose={onClose}>
      <Facts
        facts={[
          [t('dlp.wordCount'), formatNumber(words, language)],
          [t('queue.size'), formatSize(bytes, language)],
          comment === '' ? null : [t('dlp.comment'), <Foreign key="c" text={comment} />],
          [t('dlp.author'), <Author key="a" name={author} />],
          [t('dlp.added'), <Time key="t" at={createdAt} />],
        ]}
      />
      <p className="p-muted p-gap">{t('dlp.kept')}</p>
      {!isReadOnly && (
        <div className="p-actions">
          <Button variant="outline" color="red" onClick={() => setIsDeleting(true)}>
            {t('dlp.deleteDocument')}
          </Button>
        </div>
      )}
      {isDeleting && (
        <Confirm
          title={name}
          verb={t('dlp.deleteDocument')}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate({ params: { name } }, { onSuccess: onClose })}
          onClose={() => setIsDeleting(false)}
        >
          {t('dlp.deleteDocumentText')}
        </Confirm>
      )}
    </SidePanel>
  );
}
