// A certificate with its key from elsewhere, or one that our own authority signs.
import { useState } from 'react';
import { base64, base64OfFile } from '../../api/base64.ts';
import type { Answer } from '../../api/client.ts';
import { useChange } from '../../api/queries.ts';
import { formatDay } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { Checkbox, PasswordInput, Stack, TagsInput, Textarea } from '../../ui/controls.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { FileDrop } from '../../ui/FileDrop.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { toast } from '../../ui/toast.tsx';
import { asProblem } from '../../api/problem.ts';
import type { Certificate } from './days.ts';
import { showToClients, useIsNoneChosen } from './shown-certificate.ts';

const touches = ['/certificates', '/settings/status'];

/** One that is new, or that takes the place of `replaced`. */
export function Upload({ replaced, onClose }: { replaced?: Certificate; onClose: () => void }) {
  const { t, say } = useWords();
  const isNoneChosen = useIsNoneChosen() === true;
  const [chosen, setChosen] = useState<boolean | null>(null);
  const isForServers = replaced === undefined && (chosen ?? isNoneChosen);
  const [files, setFiles] = useState<UploadFile[]>([]);
  const [pem, setPem] = useState('');
  const [password, setPassword] = useState('');
  const inspect = useChange('POST /certificates/inspect');
  const upload = useChange('POST /certificates', touches);
  const all =
    pem.trim() === ''
      ? files
      : [...files, { name: 'pasted.pem', data: base64(new TextEncoder().encode(pem)) }];
  const body = {
    files: all,
    ...(password !== '' && { password }),
    ...(replaced !== undefined && { id: replaced.id, name: replaced.name }),
  };
  const { name: _, ...looked } = { name: '', ...body };
  const isSound = inspect.data !== undefined && inspect.data.problems.length === 0;
  const onSuccess = async ({ certificate }: Answer<'POST /certificates'>) => {
    try {
      if (isForServers) await showToClients(certificate.id);
      toast(t(isForServers ? 'certificates.storedAndUsed' : 'certificates.stored'));
    } catch (thrown) {
      // It is stored; that the servers do not take it is said by the settings.
      toast(say(asProblem(thrown).messages));
    }
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
      title={replaced === undefined ? t('certificates.upload') : t('certificates.replace')}
      verb={isSound ? t('certificates.store') : t('certificates.inspect')}
      size={640}
      isBusy={inspect.isPending || upload.isPending}
      isReady={all.length > 0}
      error={upload.error ?? inspect.error}
      onSubmit={() =>
        isSound
          ? upload.mutate({ body }, { onSuccess: (stored) => void onSuccess(stored) })
          : inspect.mutate({ body: looked })
      }
      onClose={onClose}
    >
      <Stack gap="sm">
        {replaced !== undefined && <p>{t('certificates.replaceText', { name: replaced.name })}</p>}
        <FilesOrPem files={files} onFiles={changed(setFiles)} pem={pem} onPem={changed(setPem)} />
        <PasswordInput
          label={t('certificates.password')}
          name="value-file"
          autoComplete="new-password"
          value={password}
          onChange={(event) => changed(setPassword)(event.currentTarget.value)}
          visibilityToggleButtonProps={{ 'aria-label': t('password.show') }}
        />
        {inspect.data !== undefined && <Inspected found={inspect.data} />}
        {replaced === undefined && isSound && (
          <Checkbox
            label={t('certificates.useNow')}
            checked={isForServers}
            onChange={(event) => setChosen(event.currentTarget.checked)}
          />
        )}
      </Stack>
    </Dialog>
  );
}

interface FilesOrPemProps {
  files: readonly UploadFile[];
  onFiles: (files: UploadFile[]) => void;
  pem: string;
  onPem: (pem: string) => void;
}

function FilesOrPem({ files, onFiles, pem, onPem }: FilesOrPemProps) {
  const { t } = useWords();
  return (
    <FileDrop
      label={t('certificates.files')}
      accept=".pem,.crt,.cer,.der,.key,.p12,.pfx"
      onFiles={(chosen) => void readFiles(chosen).then(onFiles)}
      chosen={files.map(({ name }) => name).join(', ')}
    >
      <Textarea
        mt="sm"
        label={t('certificates.pem')}
        value={pem}
        onChange={(event) => onPem(event.currentTarget.value)}
        autosize
        minRows={3}
        maxRows={6}
        spellCheck={false}
        autoComplete="off"
        placeholder="-----BEGIN …"
      />
    </FileDrop>
  );
}

interface UploadFile {
  name: string;
  data: string;
}

async function readFiles(files: readonly File[]): Promise<UploadFile[]> {
  return Promise.all(files.map(async (file) => ({ name: file.name, data: await base64OfFile(file) })));
}

/** What the files have in them, before anything is stored. */
function Inspected({ found }: { found: Answer<'POST /certificates/inspect'> }) {
  const { t, say, language } = useWords();
  const { certificate, chain, authority, problems, cautions, keyFits } = found;
  return (
    <>
      {certificate !== null && (
        <Facts
          facts={[
            [t('certificates.subject'), <Foreign key="s" text={certificate.subject} />],
            [t('certificates.hosts'), <Foreign key="h" text={certificate.hosts.join(', ')} />],
            [t('certificates.issuer'), <Foreign key="i" text={certificate.issuer} />],
            [t('certificates.until'), formatDay(certificate.notAfter, language)],
            [
              t('certificates.chain'),
              chain.map(({ subject, notAfter }) => (
                <div key={subject}>
                  <Foreign text={subject} />{' '}
                  <span className="p-muted p-small">
                    {t('certificates.toDay', { day: formatDay(notAfter, language) })}
                  </span>
                </div>
              )),
            ],
            [t('certificates.trust'), t(`certificates.trust.${authority}`)],
            [
              t('certificates.keyFits'),
              keyFits === null
                ? t('certificates.noKey')
                : keyFits
                  ? t('certificates.fits')
                  : t('certificates.fitsNot'),
            ],
            [
              t('certificates.helo'),
              found.coversHeloName ? found.heloName : t('certificates.heloNot', { name: found.heloName }),
            ],
          ]}
        />
      )}
      {problems.map((problem) => (
        <Notice key={`${problem.field} ${problem.code}`} tone="danger">
          {say(problem.message)}
        </Notice>
      ))}
      {cautions.map((caution) => (
        <Notice key={`${caution.field} ${caution.code}`} tone="warn">
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
