// People from a file: chosen, looked at, taken; what is not taken is listed with its line.
import { useState } from 'react';
import { base64OfFile } from '../../api/base64.ts';
import { type Answer, call } from '../../api/client.ts';
import { useApi, refresh } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Button, FileButton, Select, Stack } from '../../ui/controls.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Notice } from '../../ui/Notice.tsx';

type Report = Answer<'POST /accounts/import'>;
type Line = Report['lines'][number];

const mostBytes = 2_000_000;
/** Instead of a domain: the mailboxes. */
const mailboxes = '';
const shown = 100;

export function ImportPeople({ domain, onClose }: { domain: string | undefined; onClose: () => void }) {
  const { t } = useWords();
  const domains = useApi('GET /domains').data?.domains.map(({ name }) => name) ?? [];
  const [chosen, setChosen] = useState<string | undefined>(domain);
  const [file, setFile] = useState<File | null>(null);
  const [report, setReport] = useState<Report | null>(null);
  const [isDone, setIsDone] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const name = chosen ?? domains[0] ?? mailboxes;
  const isTooLarge = file !== null && file.size > mostBytes;

  /** Looked at first, and taken when that was seen. */
  async function go(): Promise<void> {
    if (file === null) return;
    if (isDone) return onClose();
    const dryRun = report === null;
    setIsBusy(true);
    setError(null);
    try {
      const body = { data: await base64OfFile(file), dryRun };
      setReport(
        name === mailboxes
          ? await call('POST /accounts/import', { body })
          : await call('POST /domains/:name/contacts/import', { params: { name }, body }),
      );
      setIsDone(!dryRun);
      if (!dryRun) await refresh(['/contacts', '/accounts']);
    } catch (failed) {
      setError(failed);
    }
    setIsBusy(false);
  }

  /** What was seen was of another file, or for another place. */
  function anew(change: () => void): void {
    change();
    setReport(null);
    setIsDone(false);
    setError(null);
  }

  const verb = isDone ? t('action.close') : report === null ? t('external.check') : t('external.take');
  return (
    <Dialog
      title={t('external.importTitle')}
      verb={verb}
      size={720}
      isBusy={isBusy}
      isReady={file !== null && !isTooLarge}
      error={error}
      onSubmit={() => void go()}
      onClose={onClose}
    >
      <Stack gap="sm">
        <p className="p-muted">{t('external.importHelp')}</p>
        <Select
          label={t('external.target')}
          value={name}
          allowDeselect={false}
          onChange={(one) => anew(() => setChosen(one ?? undefined))}
          data={[
            ...domains.map((one) => ({ value: one, label: `${t('external.toContacts')} ${one}` })),
            { value: mailboxes, label: t('external.toAccounts') },
          ]}
        />
        <div className="p-actions">
          <FileButton onChange={(one) => anew(() => setFile(one))} accept=".ldif,.ldi,.vcf,.vcard,.csv,.txt">
            {(props) => (
              <Button variant="default" {...props}>
                {t('external.chooseFile')}
              </Button>
            )}
          </FileButton>
          {file !== null && <Foreign text={file.name} />}
        </div>
        {isTooLarge && <Notice tone="warn">{t('external.tooLarge')}</Notice>}
        {report !== null && <Outcome report={report} isDone={isDone} />}
      </Stack>
    </Dialog>
  );
}

const counted = ['new', 'changed', 'same', 'unknown', 'invalid', 'unread'] as const;

function Outcome({ report, isDone }: { report: Report; isDone: boolean }) {
  const { t, say } = useWords();
  const wrongWith = ({ problem, outcome, notes }: Line): string =>
    [
      ...(outcome === 'unknown' ? [t('external.count.unknown')] : []),
      ...(problem === null ? [] : [typeof problem === 'string' ? wordOf(problem) : say(problem.message)]),
      ...notes.map((note) => t(`external.note.${note}`)),
    ].join('; ');
  const wordOf = (problem: string): string => t(`external.problem.${problem as 'noAddress'}`);
  return (
    <section aria-live="polite">
      <h3>{isDone ? t('external.done') : t('external.would')}</h3>
      <Facts facts={counted.map((one) => [t(`external.count.${one}`), report.counts[one]] as const)} />
      {report.lines.length > 0 && (
        <DataTable<Line>
          label={t('external.what')}
          rows={report.lines.slice(0, shown)}
          rowKey={({ line }) => String(line)}
          columns={[
            { key: 'what', title: t('external.what'), cell: (line) => <Foreign text={wrongWith(line)} /> },
            {
              key: 'address',
              title: t('accounts.address'),
              cell: ({ address }) => <Foreign text={address} />,
            },
            { key: 'line', title: t('external.line'), cell: ({ line }) => line, isEnd: true },
          ]}
          empty={null}
        />
      )}
    </section>
  );
}
