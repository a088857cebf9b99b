// Mailboxes from a spreadsheet: choose or paste, look, create, or change those that are there; what could not be done is
// listed with its line.
import { useState } from 'react';
import { call } from '../../api/client.ts';
import { asProblem } from '../../api/problem.ts';
import { refresh } from '../../api/queries.ts';
import { contacts as english } from '../../i18n/en/contacts.ts';
import { addWords, useWords } from '../../i18n/index.ts';
import { contacts as russian } from '../../i18n/ru/contacts.ts';
import { Button, FileButton, Progress, Textarea } from '../../ui/controls.ts';
import { DataTable } from '../../ui/DataTable.tsx';
import { downloadText } from '../../ui/download.ts';
import { Foreign } from '../../ui/Foreign.tsx';
import { Switch } from '../../ui/inputs.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Block, Page } from '../../ui/Page.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { decode, type ImportRow, megabyte, type Parsed, parseAccounts } from './csv.ts';

addWords({ ru: russian, en: english });

const shown = 100;

interface Failed {
  row: ImportRow;
  reason: string;
}

export function ImportPage() {
  const { t, say } = useWords();
  const [parsed, setParsed] = useState<Parsed | null>(null);
  const [done, setDone] = useState<number | null>(null);
  const [failed, setFailed] = useState<Failed[]>([]);
  const [isUpdating, setIsUpdating] = useState(false);
  const [updated, setUpdated] = useState(0);
  const [isBusy, setIsBusy] = useState(false);
  const sound = parsed?.rows.filter(({ problem }) => problem === null) ?? [];
  const wrong = (parsed?.rows.length ?? 0) - sound.length;

  async function readFile(file: File | null): Promise<void> {
    if (file === null) return;
    setParsed(await parseFile(file));
    setDone(null);
    setFailed([]);
  }

  async function create(): Promise<void> {
    setIsBusy(true);
    setFailed([]);
    setUpdated(0);
    const bad: Failed[] = [];
    let changed = 0;
    for (const [index, row] of sound.entries()) {
      try {
        if ((await bring(row, isUpdating)) === 'updated') changed++;
      } catch (error) {
        bad.push({ row, reason: say(asProblem(error).messages) });
      }
      setDone(index + 1);
    }
    setFailed(bad);
    setUpdated(changed);
    setIsBusy(false);
    await refresh(['/accounts', '/domains']);
  }

  return (
    <Page title={t('import.title')} path={[t('menu.mail'), t('page.accounts')]}>
      <Source onFile={readFile} onText={(text) => setParsed(parseAccounts(text))} />
      {parsed !== null && parsed.rows.length > 0 && (
        <Block title={t('import.preview')}>
          <p>
            {t('import.create', { count: sound.length })} · {t('import.wrong', { count: wrong })} ·{' '}
            <span className="p-muted">
              {t('import.guessed', {
                encoding: parsed.encoding,
                separator: parsed.separator === '\t' ? t('import.tab') : parsed.separator,
              })}
            </span>
          </p>
          <Preview rows={parsed.rows} />
          <div className="p-gap">
            <Switch
              label={t('import.update')}
              checked={isUpdating}
              aria-describedby="import-update-help"
              onChange={({ currentTarget }) => setIsUpdating(currentTarget.checked)}
            />
            <p id="import-update-help" className="p-muted p-small">
              {t('import.updateHelp')}
            </p>
          </div>
          <div className="p-actions p-gap">
            <Button disabled={sound.length === 0} loading={isBusy} onClick={() => void create()}>
              {t('import.create', { count: sound.length })}
            </Button>
          </div>
          {done !== null && (
            <Progress
              mt="sm"
              aria-label={t('import.title')}
              value={(done / Math.max(sound.length, 1)) * 100}
            />
          )}
          {done !== null && !isBusy && <Outcome done={done} updated={updated} failed={failed} />}
        </Block>
      )}
    </Page>
  );
}

/** Throws what the server says when it can neither be created nor changed. */
async function bring(row: ImportRow, isUpdating: boolean): Promise<'created' | 'updated'> {
  const { address, displayName, contact, isHidden, password } = row;
  const quotaBytes = row.quotaMb === null ? null : row.quotaMb * megabyte;
  try {
    await call('POST /accounts', {
      body: {
        ...{ address, displayName, quotaBytes, contact, isHidden: isHidden === true, isEnabled: true },
        ...(password !== '' && { password }),
      },
    });
    return 'created';
  } catch (error) {
    if (!isUpdating || asProblem(error).code !== 'exists') throw error;
  }
  await call('PATCH /accounts/:address', {
    params: { address },
    body: {
      contact,
      ...(displayName !== '' && { displayName }),
      ...(quotaBytes !== null && { quotaBytes }),
      ...(isHidden !== null && { isHidden }),
    },
  });
  return 'updated';
}

interface SourceProps {
  onFile: (file: File | null) => Promise<void>;
  onText: (text: string) => void;
}

function Source({ onFile, onText }: SourceProps) {
  const { t } = useWords();
  return (
    <Block title={t('import.choose')}>
      <p className="p-muted">{t('import.help')}</p>
      <p className="p-muted">{t('import.contacts')}</p>
      <div className="p-actions">
        <FileButton onChange={(file) => void onFile(file)} accept=".csv,.txt,text/csv">
          {(props) => (
            <Button variant="default" {...props}>
              {t('import.file')}
            </Button>
          )}
        </FileButton>
      </div>
      <Textarea
        mt="sm"
        label={t('import.paste')}
        autosize
        minRows={5}
        maxRows={12}
        placeholder={t('import.example')}
        spellCheck={false}
        onChange={(event) => onText(event.currentTarget.value)}
      />
    </Block>
  );
}

async function parseFile(file: File): Promise<Parsed> {
  const { text, encoding } = decode(new Uint8Array(await file.arrayBuffer()));
  return parseAccounts(text, encoding);
}

function Preview({ rows }: { rows: readonly ImportRow[] }) {
  const { t } = useWords();
  // What is wrong first.
  const ordered = [
    ...rows.filter(({ problem }) => problem !== null),
    ...rows.filter(({ problem }) => problem === null),
  ];
  return (
    <>
      <DataTable<ImportRow>
        label={t('import.preview')}
        rows={ordered.slice(0, shown)}
        rowKey={({ line }) => String(line)}
        columns={[
          { key: 'address', title: t('accounts.address'), cell: ({ address }) => <Foreign text={address} /> },
          { key: 'line', title: t('import.line'), cell: ({ line }) => line, isEnd: true },
          {
            key: 'name',
            title: t('accounts.name'),
            cell: ({ displayName }) => <Foreign text={displayName} />,
          },
          { key: 'quota', title: t('accounts.quotaMb'), cell: ({ quotaMb }) => quotaMb ?? '—', isEnd: true },
          {
            key: 'state',
            title: t('state.title'),
            cell: ({ problem }) => (
              <StatusBadge tone={problem === null ? 'ok' : 'danger'}>
                {problem === null ? t('import.fine') : t(`import.problem.${problem}`)}
              </StatusBadge>
            ),
          },
        ]}
        empty={null}
      />
      {rows.length > shown && <p className="p-muted">{t('import.first', { shown })}</p>}
    </>
  );
}

interface OutcomeProps {
  done: number;
  updated: number;
  failed: readonly Failed[];
}

function Outcome({ done, updated, failed }: OutcomeProps) {
  const { t } = useWords();
  const report = () =>
    downloadText(
      'import-errors.csv',
      `\uFEFF${failed.map(({ row, reason }) => `${row.line};${row.address};"${reason.replaceAll('"', '""')}"`).join('\r\n')}`,
      'text/csv',
    );
  return (
    <Notice tone={failed.length === 0 ? 'ok' : 'warn'}>
      <p>{t('import.done', { count: done - updated - failed.length })}</p>
      {updated > 0 && <p>{t('import.updated', { count: updated })}</p>}
      {failed.length > 0 && (
        <>
          <ul className="p-list">
            {failed.slice(0, 20).map(({ row, reason }) => (
              <li key={row.line}>
                {row.address}: {reason}
              </li>
            ))}
          </ul>
          <Button variant="default" size="xs" mt={8} onClick={report}>
            {t('import.errors')}
          </Button>
        </>
      )}
    </Notice>
  );
}
