// One rule over the list: which mail it concerns, what it looks for, and what becomes of a find.
import { useState } from 'react';
import { useChange, useStoredField } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { Select, Textarea, TextInput } from '../../ui/controls.ts';
import { Switch } from '../../ui/inputs.tsx';
import { PanelForm } from '../../ui/PanelForm.tsx';
import { toast } from '../../ui/toast.tsx';
import { Choices } from './Choices.tsx';
import { Conditions } from './Conditions.tsx';
import { LinesField } from './LinesField.tsx';
import { NumberField } from './NumberField.tsx';
import type { Definition, Rule } from './parts.ts';
import { actions, directions, isReady } from './rule-form.ts';

const none: Definition = {
  ...{ directions: [...directions], senders: [], recipients: [], conditions: [] },
  ...{ action: 'default', reason: '', subjectTag: '', copyTo: '' },
};
const newPosition = 100;

interface PanelProps {
  rule: Rule | undefined;
  isReadOnly: boolean;
  onClose: () => void;
}

export function RulePanel({ rule, isReadOnly, onClose }: PanelProps) {
  const { t } = useWords();
  const [name, setName] = useState(rule?.name ?? '');
  const [isOn, setIsOn] = useState(rule?.isOn ?? true);
  const [position, setPosition] = useState(rule?.position ?? newPosition);
  const [definition, setDefinition] = useState<Definition>(rule?.definition ?? none);
  const [isDeleting, setIsDeleting] = useState(false);
  const create = useChange('POST /dlp/rules', ['/dlp/rules']);
  const update = useChange('PUT /dlp/rules/:name', ['/dlp/rules']);
  const remove = useChange('DELETE /dlp/rules/:name', ['/dlp/rules']);
  const set = (change: Partial<Definition>) => setDefinition((before) => ({ ...before, ...change }));
  const onSuccess = () => {
    toast(t('dlp.saved'));
    onClose();
  };
  const body = { name: name.trim(), isOn, position, definition };
  const save = () =>
    rule === undefined
      ? create.mutate({ body }, { onSuccess })
      : update.mutate({ params: { name: rule.name }, body }, { onSuccess });
  const { conditions } = definition;
  const isWhole = Number.isInteger(position) && position >= 0 && position <= 100_000;
  return (
    <PanelForm
      title={rule?.name ?? t('dlp.addRule')}
      isNew={rule === undefined}
      isReadOnly={isReadOnly}
      isBusy={create.isPending || update.isPending}
      isReady={
        [name.trim() !== '', isWhole, definition.directions.length > 0, conditions.length > 0].every(
          Boolean,
        ) && conditions.every(isReady)
      }
      error={create.error ?? update.error}
      onSave={save}
      onDelete={() => setIsDeleting(true)}
      deleteVerb={t('dlp.deleteRule')}
      onClose={onClose}
    >
      <TextInput
        label={t('dlp.name')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        readOnly={isReadOnly}
        maxLength={64}
        autoComplete="off"
        data-autofocus
      />
      <Switch
        label={t('dlp.isOnRule')}
        checked={isOn}
        disabled={isReadOnly}
        onChange={(event) => setIsOn(event.currentTarget.checked)}
      />
      <h3>{t('dlp.looksFor')}</h3>
      <Conditions
        conditions={conditions}
        isReadOnly={isReadOnly}
        error={create.error ?? update.error}
        onChange={(changed) => set({ conditions: changed })}
      />
      <h3>{t('dlp.where')}</h3>
      <Concerned definition={definition} isReadOnly={isReadOnly} onChange={set} />
      <h3>{t('dlp.then')}</h3>
      <Then definition={definition} isReadOnly={isReadOnly} onChange={set} />
      <NumberField
        label={t('dlp.position')}
        description={t('dlp.positionHelp')}
        value={position}
        onChange={setPosition}
        readOnly={isReadOnly}
      />
      {isDeleting && rule !== undefined && (
        <Confirm
          title={rule.name}
          verb={t('dlp.deleteRule')}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate({ params: { name: rule.name } }, { onSuccess: onClose })}
          onClose={() => setIsDeleting(false)}
        >
          {t('dlp.deleteRuleText')}
        </Confirm>
      )}
    </PanelForm>
  );
}

interface PartProps {
  definition: Definition;
  isReadOnly: boolean;
  onChange: (change: Partial<Definition>) => void;
}

function Concerned({ definition, isReadOnly, onChange }: PartProps) {
  const { t } = useWords();
  return (
    <>
      <Choices
        label={t('dlp.directions')}
        options={directions.map((one) => ({ value: one, label: t(`dlp.direction.${one}`) }))}
        chosen={definition.directions}
        onChange={(chosen) => onChange({ directions: chosen })}
        isReadOnly={isReadOnly}
      />
      {(['senders', 'recipients'] as const).map((side) => (
        <LinesField
          key={side}
          label={t(`dlp.${side}`)}
          description={t('dlp.partiesHelp')}
          value={definition[side]}
          onChange={(lines) => onChange({ [side]: lines })}
          isOfAddresses
          readOnly={isReadOnly}
        />
      ))}
    </>
  );
}

function Then({ definition, isReadOnly, onChange }: PartProps) {
  const { t } = useWords();
  const ofSettings = useDefaultAction();
  const isDefault = definition.action === 'default' && ofSettings !== undefined;
  return (
    <>
      <Select
        label={t('dlp.action')}
        description={isDefault && t('dlp.defaultNow', { action: t(`dlp.action.${ofSettings}`) })}
        value={definition.action}
        onChange={(chosen) => onChange({ action: actions.find((one) => one === chosen) ?? 'default' })}
        data={actions.map((one) => ({ value: one, label: t(`dlp.action.${one}`) }))}
        readOnly={isReadOnly}
      />
      <Textarea
        label={t('dlp.reason')}
        description={t('dlp.reasonHelp')}
        value={definition.reason}
        onChange={(event) => onChange({ reason: event.currentTarget.value })}
        maxLength={400}
        autosize
        minRows={2}
        readOnly={isReadOnly}
      />
      {(['subjectTag', 'copyTo'] as const).map((field) => (
        <TextInput
          key={field}
          label={t(`dlp.${field}`)}
          description={t(`dlp.${field}Help`)}
          value={definition[field]}
          onChange={(event) => onChange({ [field]: event.currentTarget.value })}
          maxLength={field === 'copyTo' ? 320 : 40}
          autoComplete="off"
          readOnly={isReadOnly}
        />
      ))}
    </>
  );
}

/** What the settings do with the finds of rules without an action of their own. */
function useDefaultAction(): (typeof actions)[number] | undefined {
  const action = useStoredField('dlp.defaultAction');
  return actions.find((one) => one === action);
}
