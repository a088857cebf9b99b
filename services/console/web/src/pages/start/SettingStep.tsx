// A step that is one field of the settings: typed and saved in place, by the same rules as on its page.
import { type FormEvent, useState } from 'react';
import type { Answer } from '../../api/client.ts';
import { asProblem } from '../../api/problem.ts';
import { useChange } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Button, TextInput } from '../../ui/controls.ts';
import { Notice, sentence } from '../../ui/Notice.tsx';

interface SettingStepProps {
  sections: Answer<'GET /settings'>['sections'] | undefined;
  section: string;
  field: string;
  label: string;
}

export function SettingStep({ sections, section, field, label }: SettingStepProps) {
  const { t, say } = useWords();
  const stored = sections?.find(({ name }) => name === section);
  const found = stored?.document[field];
  const value = typeof found === 'string' ? found : '';
  const [typed, setTyped] = useState<string | null>(null);
  const save = useChange('POST /settings/changes', ['/settings', '/overview']);
  const text = typed ?? value;
  // Saved all the same; why the step is not done by that.
  const cautions = typed === null ? (save.data?.cautions?.filter((one) => one.field === field) ?? []) : [];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (stored === undefined || text === value || save.isPending) return;
    const change = { section, expectedRevision: stored.revision, patch: { [field]: text } };
    save.mutate({ body: { changes: [change], validateOnly: false } }, { onSuccess: () => setTyped(null) });
  };
  return (
    <>
      <form className="p-step-form" onSubmit={submit}>
        <TextInput
          label={label}
          value={text}
          onChange={(event) => setTyped(event.currentTarget.value)}
          error={save.error === null ? undefined : sentence(say(asProblem(save.error).messages))}
          autoComplete="off"
        />
        <Button type="submit" variant="default" loading={save.isPending} disabled={text === value}>
          {t('action.save')}
        </Button>
      </form>
      {cautions.map(({ code, message }) => (
        <Notice key={code} tone="warn">
          {sentence(say(message))}
        </Notice>
      ))}
    </>
  );
}
