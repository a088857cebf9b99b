// A certificate with its key from elsewhere, or one that our own authority signs.
import { useState } from 'react';
import { useChange } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Button, FileButton, Stack, TagsInput, Textarea, TextInput } from '../../ui/controls.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { toast } from '../../ui/toast.ts';

const touches = ['/certificates', '/settings/status'];

export function Upload({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const [name, setName] = useState('');
  const [chainPem, setChainPem] = useState('');
  const [keyPem, setKeyPem] = useState('');
  const upload = useChange('POST /certificates', touches);
  const onSuccess = () => {
    toast(t('certificates.stored', { name: name.trim() }));
    onClose();
  };
  return (
    <Dialog
      title={t('certificates.upload')}
      verb={t('certificates.store')}
      size={640}
      isBusy={upload.isPending}
      isReady={name.trim() !== '' && chainPem.trim() !== '' && keyPem.trim() !== ''}
      error={upload.error}
      onSubmit={() =>
        upload.mutate(
          { body: { name: name.trim(), files: [fileOf('chain.pem', chainPem), fileOf('key.pem', keyPem)] } },
          { onSuccess },
        )
      }
      onClose={onClose}
    >
      <Stack gap="sm">
        <TextInput
          label={t('certificates.name')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
        <PemField label={t('certificates.chain')} value={chainPem} onChange={setChainPem} />
        <PemField label={t('certificates.key')} value={keyPem} onChange={setKeyPem} />
      </Stack>
    </Dialog>
  );
}

/** PEM is ASCII; what else was pasted is refused by the server with its reason. */
function fileOf(name: string, text: string) {
  return { name, data: btoa(String.fromCharCode(...new TextEncoder().encode(text))) };
}

function PemField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (pem: string) => void;
}) {
  const { t } = useWords();
  return (
    <div>
      <Textarea
        label={label}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        autosize
        minRows={3}
        maxRows={6}
        spellCheck={false}
        autoComplete="off"
        classNames={{ input: 'p-mono' }}
        placeholder="-----BEGIN …"
      />
      <FileButton onChange={(file) => void file?.text().then(onChange)} accept=".pem,.crt,.cer,.key">
        {(props) => (
          <Button variant="subtle" size="xs" {...props}>
            {t('certificates.file')}
          </Button>
        )}
      </FileButton>
    </div>
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
