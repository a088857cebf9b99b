// A new key to sign with: made here, or taken over as PEM.
import { useState } from 'react';
import { useChange } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Radio, Stack, Textarea, TextInput } from '../../ui/controls.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Switch } from '../../ui/inputs.tsx';

export type MadeBy = 'create' | 'import';

export function AddDkimKey({ domain, by, onClose }: { domain: string; by: MadeBy; onClose: () => void }) {
  const { t } = useWords();
  const [selector, setSelector] = useState('');
  const [algorithm, setAlgorithm] = useState<'rsa' | 'ed25519'>('rsa');
  const [pem, setPem] = useState('');
  const [isAutomatic, setIsAutomatic] = useState(true);
  const create = useChange('POST /domains/:name/dkim', ['/domains']);
  const take = useChange('POST /domains/:name/dkim/import', ['/domains']);
  const params = { name: domain };
  const made = { isAutomatic, ...(selector.trim() !== '' && { selector: selector.trim() }) };
  const onSuccess = onClose;
  const submit = () =>
    by === 'create'
      ? create.mutate({ params, body: { ...made, algorithm } }, { onSuccess })
      : take.mutate({ params, body: { ...made, pem } }, { onSuccess });
  return (
    <Dialog
      title={t(`dkim.${by}`)}
      verb={t(`dkim.${by}`)}
      size={560}
      isBusy={create.isPending || take.isPending}
      isReady={by === 'create' || pem.trim() !== ''}
      error={create.error ?? take.error}
      onSubmit={submit}
      onClose={onClose}
    >
      <Stack gap="sm">
        {by === 'create' ? (
          <Radio.Group
            label={t('audit.field.algorithm')}
            value={algorithm}
            onChange={(value) => setAlgorithm(value === 'ed25519' ? value : 'rsa')}
          >
            <Stack gap={6} mt={6}>
              <Radio value="rsa" label="RSA 2048" />
              <Radio value="ed25519" label="Ed25519" description={t('dkim.ed25519Help')} />
            </Stack>
          </Radio.Group>
        ) : (
          <Textarea
            label={t('dkim.pem')}
            description={t('dkim.pemHelp')}
            value={pem}
            onChange={(event) => setPem(event.currentTarget.value)}
            autosize
            minRows={4}
            maxRows={8}
            spellCheck={false}
            autoComplete="off"
            placeholder="-----BEGIN …"
            data-autofocus
          />
        )}
        <TextInput
          label={t('dkim.selector')}
          value={selector}
          onChange={(event) => setSelector(event.currentTarget.value)}
          autoComplete="off"
        />
        <Switch
          label={t('dkim.automatic')}
          checked={isAutomatic}
          onChange={(event) => setIsAutomatic(event.currentTarget.checked)}
        />
      </Stack>
    </Dialog>
  );
}
