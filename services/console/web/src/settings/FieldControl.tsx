// One field: label, mark of a change, menu, control, help, and what is wrong with it, where it is.
import {
  type FieldDescription,
  isSameValue,
  type SecretDescription,
  valueWords,
} from '@pochtar/settings/forms';
import { useWords } from '../i18n/index.ts';
import { Switch } from '../ui/inputs.tsx';
import { describedAt, isSecret, partsOf } from './catalogue.ts';
import { FieldMenu } from './FieldMenu.tsx';
import { FieldProblems, useProblems } from './FieldProblems.tsx';
import { useAt, useForm } from './use-draft.ts';
import { SecretField } from './widgets/SecretField.tsx';
import { Widget } from './widgets/Widget.tsx';

export function FieldControl({ path }: { path: string }) {
  const { forms } = useForm();
  // What governs a field stands in the same section, and any of it may change.
  const isShown = useAt('*', (draft) => draft.isShown(path));
  const described = describedAt(forms, path);
  if (described === undefined || !isShown) return null;
  return isSecret(described) ? (
    <SecretRow path={path} secret={described} />
  ) : (
    <FieldRow path={path} field={described} />
  );
}

function SecretRow({ path, secret }: { path: string; secret: SecretDescription }) {
  const { say } = useWords();
  const problems = useProblems(path);
  const isChanged = useAt(path, (draft) => draft.secret(path) !== undefined);
  const id = path;
  return (
    <div
      className="f-field"
      data-changed={isChanged || undefined}
      data-dependent={secret.when !== undefined || undefined}
    >
      <div className="f-label">
        <label htmlFor={id} id={`${id}--label`}>
          {say(secret.label)}
          {secret.isRequired && <Required />}
        </label>
      </div>
      <SecretField
        id={id}
        path={path}
        secret={secret}
        describedBy={`${id}--help`}
        isInvalid={problems.length > 0}
      />
      <div className="f-help" id={`${id}--help`}>
        <FieldProblems path={path} problems={problems} />
        {say(secret.help)}
      </div>
    </div>
  );
}

function FieldRow({ path, field }: { path: string; field: FieldDescription }) {
  const { say, t } = useWords();
  const { draft, isReadOnly } = useForm();
  const value = useAt(path, (of) => of.value(path));
  const isChanged = useAt(path, (of) => !isSameValue(of.value(path), of.storedValue(path)));
  const problems = useProblems(path);
  const id = path;
  const set = (changed: unknown) => draft.set(path, changed);
  const attributes = {
    'data-changed': isChanged || undefined,
    'data-dependent': field.when !== undefined || undefined,
    'data-path': path,
  };
  const help = (
    <div className="f-help" id={`${id}--help`}>
      <FieldProblems path={path} problems={problems} />
      {say(field.help)}
      {!field.isAvailable && <div className="p-warn">{t('field.notAvailable')}</div>}
    </div>
  );
  if (isReadOnly) {
    return (
      <div className="f-field" {...attributes} id={id}>
        <div className="f-label">{say(field.label)}</div>
        <div className="f-value">{say(valueWords(field, value))}</div>
        {help}
      </div>
    );
  }
  if (field.input.kind === 'boolean') {
    return (
      <div className="f-field" {...attributes}>
        <div className="f-label">
          <Switch
            id={id}
            label={say(field.label)}
            checked={value === true}
            onChange={(event) => set(event.currentTarget.checked)}
            disabled={!field.isAvailable && value !== true}
            aria-describedby={`${id}--help`}
          />
          <Marks path={path} field={field} value={value} isChanged={isChanged} />
        </div>
        {help}
      </div>
    );
  }
  const cells = new Set(problems.map((problem) => partsOf(problem.field).field));
  return (
    <div className="f-field" {...attributes}>
      <div className="f-label">
        <label htmlFor={id} id={`${id}--label`}>
          {say(field.label)}
          {field.isRequired && <Required />}
        </label>
        <Marks path={path} field={field} value={value} isChanged={isChanged} />
      </div>
      <Widget
        id={id}
        path={path}
        field={field}
        value={value}
        set={set}
        describedBy={`${id}--help`}
        isInvalid={problems.length > 0}
        badCells={cells}
      />
      {help}
    </div>
  );
}

function Required() {
  return (
    <span className="p-danger" aria-hidden>
      {' '}
      *
    </span>
  );
}

interface MarksProps {
  path: string;
  field: FieldDescription;
  value: unknown;
  isChanged: boolean;
}

/** Changed in the draft, other than the default, and the menu that leads back. */
function Marks({ path, field, value, isChanged }: MarksProps) {
  const { t } = useWords();
  const isDefault = isSameValue(value, field.default);
  return (
    <>
      {isChanged ? (
        <span className="f-mark" data-tone="changed">
          {t('field.changed')}
        </span>
      ) : (
        !isDefault && (
          <span
            className="p-dot f-dot"
            role="img"
            aria-label={t('field.notDefault')}
            title={t('field.notDefault')}
          />
        )
      )}
      <FieldMenu path={path} field={field} value={value} isChanged={isChanged} />
    </>
  );
}
