// A certificate with its key from elsewhere, or one that our own authority signs.
import { useState } from 'react';
import type { Answer } from '../../api/client.ts';
import { useChange } from '../../api/queries.ts';
import { formatDay } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { Button, FileButton, PasswordInput, Stack, TagsInput, Textarea } from '../../ui/controls.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { toast } from '../../ui/toast.ts';

const touches = ['/certificates', '/settings/status'];

export function Upload({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const [files, setFiles] = useState<UploadFile[]>([]);
  const [pem, setPem] = useState('');
  const [password, setPassword] = useState('');
  const inspect = useChange('POST /certificates/inspect');
  const upload = useChange('POST /certificates', touches);
  const all =
    pem.trim() === ''
      ? files
      : [...files, { name: 'pasted.pem', data: base64(new TextEncoder().encode(pem)) }];
  const body = { files: all, ...(password !== '' && { password }) };
  const isSound = inspect.data !== undefined && inspect.data.problems.length === 0;
  const onSuccess = () => {
    toast(t('certificates.stored'));
    onClose();
  };
  // What is handed in otherwise has to be looked at anew.
  const changed =
    <Value,>(set: (value: Value) => void) =>
    (value: Value) => {
      inspect.reset();
      set(value);
    };
  return (
    <Dialog
      title={t('certificates.upload')}
      verb={isSound ? t('certificates.store') : t('certificates.inspect')}
      size={640}
      isBusy={inspect.isPending || upload.isPending}
      isReady={all.length > 0}
      error={upload.error ?? inspect.error}
      onSubmit={() => (isSound ? upload.mutate({ body }, { onSuccess }) : inspect.mutate({ body }))}
      onClose={onClose}
    >
      <Stack gap="sm">
        <div className="p-actions">
          <FileButton
            multiple
            onChange={(chosen) => void readFiles(chosen).then(changed(setFiles))}
            accept=".pem,.crt,.cer,.der,.key,.p12,.pfx"
          >
            {(props) => (
              <Button variant="default" {...props}>
                {t('certificates.files')}
              </Button>
            )}
          </FileButton>
          <span>{files.map(({ name }) => name).join(', ')}</span>
        </div>
        <Textarea
          label={t('certificates.pem')}
          value={pem}
          onChange={(event) => changed(setPem)(event.currentTarget.value)}
          autosize
          minRows={3}
          maxRows={6}
          spellCheck={false}
          autoComplete="off"
          placeholder="-----BEGIN …"
        />
        <PasswordInput
          label={t('certificates.password')}
          name="value-file"
          autoComplete="new-password"
          value={password}
          onChange={(event) => changed(setPassword)(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('password.show') }}
        />
        {inspect.data !== undefined && <Inspected found={inspect.data} />}
      </Stack>
    </Dialog>
  );
}

interface UploadFile {
  name: string;
  data: string;
}

async function readFiles(files: readonly File[]): Promise<UploadFile[]> {
  return Promise.all(
    files.map(async (file) => ({ name: file.name, data: base64(new Uint8Array(await file.arrayBuffer())) })),
  );
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCodePoint(byte)).join(''));
}

/** What the files have in them, before anything is stored. */
function Inspected({ found }: { found: Answer<'POST /certificates/inspect'> }) {
  const { t, say, language } = useWords();
  const { certificate, chain, problems, cautions, keyFits } = found;
  return (
    <>
      {certificate !== null && (
        <Facts
          facts={[
            [t('certificates.subject'), <Foreign key="s" text={certificate.subject} />],
            [t('certificates.hosts'), certificate.hosts.join(', ')],
            [t('certificates.issuer'), <Foreign key="i" text={certificate.issuer} />],
            [t('certificates.until'), formatDay(certificate.notAfter, language)],
            [t('certificates.chainLength'), chain.length],
            [
              t('certificates.keyFits'),
              keyFits === true ? t('certificates.fits') : t('certificates.fitsNot'),
            ],
          ]}
        />
      )}
      {problems.map((problem) => (
        <Notice key={problem.code} tone="danger">
          {say(problem.message)}
        </Notice>
      ))}
      {cautions.map((caution) => (
        <Notice key={caution.code} tone="warn">
          {say(caution.message)}
        </Notice>
      ))}
    </>
  );
}

export function Generate({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const [hosts, setHosts] = useState<string[]>([]);
  const generate = useChange('POST /certificates/generate', touches);
  return (
    <Dialog
      title={t('certificates.generate')}
      verb={t('certificates.make')}
      isBusy={generate.isPending}
      error={generate.error}
      onSubmit={() => generate.mutate({ body: { hosts } }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <TagsInput
        label={t('certificates.hosts')}
        description={t('certificates.hostsHelp')}
        value={hosts}
        onChange={setHosts}
        splitChars={[',', ';', ' ', '\n']}
        acceptValueOnBlur
        data-autofocus
      />
    </Dialog>
  );
}
