// All settings as one file: to keep, and to hand back, whole or in part. What a file would change goes through the same
// review as a save; what is wrong in it stands at its line.
import type { FormsDescription } from '@pochtar/settings/forms';
import { useRef, useState } from 'react';
import { type Answer, call } from '../api/client.ts';
import { asProblem, type FieldProblem } from '../api/problem.ts';
import { useChange } from '../api/queries.ts';
import { useWho } from '../api/session.ts';
import { useWords } from '../i18n/index.ts';
import { Button, Group, Textarea } from '../ui/controls.ts';
import { downloadText } from '../ui/download.ts';
import { FileDrop } from '../ui/FileDrop.tsx';
import { Failure, Notice } from '../ui/Notice.tsx';
import { SidePanel } from '../ui/SidePanel.tsx';
import { toast } from '../ui/toast.tsx';
import { RevertSheet } from './RevertSheet.tsx';
import { Review } from './Review.tsx';

/** As the server takes it. */
const maxBytes = 900_000;

interface TransferPanelProps {
  forms: FormsDescription;
  onClose: () => void;
}

export function TransferPanel({ forms, onClose }: TransferPanelProps) {
  const { t } = useWords();
  const isAdmin = useWho().role === 'admin';
  const [yaml, setYaml] = useState('');
  const [found, setFound] = useState<Answer<'POST /settings/import'> | null>(null);
  if (found !== null) {
    return (
      <ImportReview forms={forms} yaml={yaml} found={found} onBack={() => setFound(null)} onClose={onClose} />
    );
  }
  return (
    <SidePanel title={t('transfer.title')} onClose={onClose} size={720}>
      <Export />
      {isAdmin && <Import yaml={yaml} onYaml={setYaml} onFound={setFound} />}
    </SidePanel>
  );
}

function Export() {
  const { t, language } = useWords();
  const [error, setError] = useState<unknown>(null);
  async function download(): Promise<void> {
    setError(null);
    try {
      const yaml = await call('GET /settings/export', { query: { language } });
      downloadText('pochtar-settings.yaml', yaml, 'text/yaml');
    } catch (thrown) {
      setError(thrown);
    }
  }
  return (
    <section className="f-review">
      <h3>{t('transfer.export')}</h3>
      <p>{t('transfer.exportText')}</p>
      {error !== null && <Failure error={error} />}
      <Button variant="default" onClick={() => void download()}>
        {t('transfer.download')}
      </Button>
    </section>
  );
}

interface ImportProps {
  yaml: string;
  onYaml: (yaml: string) => void;
  onFound: (found: Answer<'POST /settings/import'>) => void;
}

function Import({ yaml, onYaml, onFound }: ImportProps) {
  const { t } = useWords();
  const field = useRef<HTMLTextAreaElement>(null);
  const check = useChange('POST /settings/import');
  const [isSame, setIsSame] = useState(false);
  const change = (text: string) => {
    check.reset();
    setIsSame(false);
    onYaml(text);
  };
  const isTooLarge = new Blob([yaml]).size > maxBytes;
  async function read(files: readonly File[]): Promise<void> {
    const [file] = files;
    if (file === undefined) return;
    if (file.size > maxBytes) toast(t('transfer.tooLarge'));
    else change(await file.text());
  }
  const problem = check.error === null ? null : asProblem(check.error);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (yaml.trim() === '' || isTooLarge) return;
        check.mutate(
          { query: { dryRun: true }, body: { yaml } },
          {
            onSuccess: (found) => {
              if (found.sections.some(({ changed }) => changed)) onFound(found);
              else setIsSame(true);
            },
          },
        );
      }}
    >
      <h3 className="p-gap">{t('transfer.import')}</h3>
      <p>{t('transfer.importText')}</p>
      <FileDrop
        label={t('transfer.file')}
        accept=".yaml,.yml,text/yaml"
        onFiles={(files) => void read(files)}
      >
        <Textarea
          ref={field}
          mt="sm"
          label={t('transfer.paste')}
          value={yaml}
          onChange={(event) => change(event.currentTarget.value)}
          error={isTooLarge ? t('transfer.tooLarge') : undefined}
          autosize
          minRows={8}
          maxRows={18}
          spellCheck={false}
          autoComplete="off"
          classNames={{ input: 'p-mono' }}
          placeholder={'queue:\n  runIntervalMinutes: 15'}
        />
      </FileDrop>
      {isSame && <Notice tone="ok">{t('transfer.same')}</Notice>}
      {problem !== null && problem.errors.length > 0 && (
        <LineProblems problems={problem.errors} onLine={(line) => selectLine(field.current, line)} />
      )}
      {problem !== null && problem.errors.length === 0 && <Failure error={check.error} />}
      <Group justify="flex-end" mt="md">
        <Button type="submit" disabled={yaml.trim() === '' || isTooLarge} loading={check.isPending}>
          {t('transfer.check')}
        </Button>
      </Group>
    </form>
  );
}

interface LineProblemsProps {
  problems: readonly FieldProblem[];
  onLine: (line: number) => void;
}

function LineProblems({ problems, onLine }: LineProblemsProps) {
  const { t, say } = useWords();
  return (
    <Notice tone="danger">
      <p>{t('transfer.wrong', { count: problems.length })}</p>
      <ul className="p-list">
        {problems.map(({ line, label, field, code, message }) => (
          <li key={`${line ?? ''} ${field} ${code}`}>
            {line !== undefined && (
              <Button size="compact-xs" variant="subtle" onClick={() => onLine(line)}>
                {t('transfer.line', { line })}
              </Button>
            )}{' '}
            {label !== undefined && <b>{say(label)}: </b>}
            {say(message)}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

/** Counted from 1. */
function selectLine(field: HTMLTextAreaElement | null, line: number): void {
  if (field === null) return;
  const lines = field.value.split('\n');
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  field.focus();
  field.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  field.scrollTop = (field.scrollHeight / lines.length) * Math.max(line - 4, 0);
}

interface ImportReviewProps extends TransferPanelProps {
  yaml: string;
  found: Answer<'POST /settings/import'>;
  onBack: () => void;
}

function ImportReview({ forms, yaml, found, onBack, onClose }: ImportReviewProps) {
  const { t } = useWords();
  const [undone, setUndone] = useState<string | null>(null);
  const expectedRevisions = Object.fromEntries(found.sections.map(({ name, revision }) => [name, revision]));
  if (undone !== null) {
    return <RevertSheet forms={forms} to={{ changeId: undone }} onBack={onClose} onClose={onClose} />;
  }
  return (
    <Review
      forms={forms}
      title={t('review.title')}
      sections={found.sections
        .filter(({ changed }) => changed)
        .map(({ changes = [], ...one }) => ({ ...one, changes }))}
      cautions={found.cautions ?? []}
      command="pochtar settings import pochtar-settings.yaml"
      apply={async (comment) => {
        const body = { yaml, expectedRevisions, ...(comment !== undefined && { comment }) };
        return call('POST /settings/import', { query: { dryRun: false }, body });
      }}
      onUndo={setUndone}
      onBack={onBack}
      onClose={onClose}
    />
  );
}
