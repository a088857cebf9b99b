// What a rule looks for: all of it has to be in a mail. Each condition by its kind.
import { useState } from 'react';
import { useApi } from '../../api/queries.ts';
import { asProblem } from '../../api/problem.ts';
import { useWords } from '../../i18n/index.ts';
import { Button, Select, TextInput } from '../../ui/controls.ts';
import { FileDrop } from '../../ui/FileDrop.tsx';
import { sentence } from '../../ui/Notice.tsx';
import { Choices } from './Choices.tsx';
import { LinesField } from './LinesField.tsx';
import { NumberField } from './NumberField.tsx';
import type { Condition } from './parts.ts';
import { detectors, fileTypes, kinds, newCondition } from './rule-form.ts';

const most = 20;

interface ConditionsProps {
  conditions: readonly Condition[];
  isReadOnly: boolean;
  error: unknown;
  onChange: (conditions: Condition[]) => void;
}

export function Conditions({ conditions, isReadOnly, error, onChange }: ConditionsProps) {
  const { t, say } = useWords();
  const problems = error === null ? [] : asProblem(error).errors;
  const errorAt = (place: number) => {
    const found = problems.find(({ field }) => field.startsWith(`definition.conditions.${place}.`));
    return found === undefined ? null : sentence(say(found.message));
  };
  // What is typed into a condition stays with it when one above it goes.
  const [keys, setKeys] = useState<readonly number[]>(() => conditions.map((_, place) => place));
  const add = (kind: Condition['kind']) => {
    setKeys([...keys, Math.max(-1, ...keys) + 1]);
    onChange([...conditions, newCondition(kind)]);
  };
  const remove = (place: number) => {
    setKeys(keys.toSpliced(place, 1));
    onChange(conditions.toSpliced(place, 1));
  };
  return (
    <div className="d-conditions">
      {conditions.length === 0 && <p className="p-muted">{t('dlp.noConditions')}</p>}
      {conditions.length > 1 && <p className="p-muted p-small">{t('dlp.allConditions')}</p>}
      {conditions.map((condition, place) => (
        <fieldset key={keys[place]} className="d-condition">
          <legend>{t(`dlp.kind.${condition.kind}`)}</legend>
          <Fields
            condition={condition}
            isReadOnly={isReadOnly}
            error={errorAt(place)}
            onChange={(changed) => onChange(conditions.with(place, changed))}
          />
          {!isReadOnly && (
            <div>
              <Button variant="subtle" size="compact-sm" onClick={() => remove(place)}>
                {t('dlp.removeCondition')}
              </Button>
            </div>
          )}
        </fieldset>
      ))}
      {!isReadOnly && conditions.length < most && (
        <Select
          label={t('dlp.addCondition')}
          placeholder={t('dlp.chooseCondition')}
          value={null}
          onChange={(chosen) => {
            const kind = kinds.find((one) => one === chosen);
            if (kind !== undefined) add(kind);
          }}
          data={kinds.map((one) => ({ value: one, label: t(`dlp.kind.${one}`) }))}
        />
      )}
    </div>
  );
}

interface FieldsProps<C extends Condition = Condition> {
  condition: C;
  isReadOnly: boolean;
  /** What the server says of it. */
  error: string | null;
  onChange: (condition: Condition) => void;
}

type Of<Kind extends Condition['kind']> = FieldsProps<Extract<Condition, { kind: Kind }>>;

function Fields(props: FieldsProps) {
  const { condition } = props;
  switch (condition.kind) {
    case 'words':
      return <Words {...props} condition={condition} />;
    case 'expression':
      return <Expression {...props} condition={condition} />;
    case 'detector':
      return <Detector {...props} condition={condition} />;
    case 'type':
      return <Types {...props} condition={condition} />;
    case 'size':
      return <Size {...props} condition={condition} />;
    case 'documents':
      return <Documents {...props} condition={condition} />;
  }
}

function Least({ condition, isReadOnly, onChange }: Of<'words' | 'expression' | 'detector'>) {
  const { t } = useWords();
  return (
    <NumberField
      label={t('dlp.least')}
      value={condition.least}
      onChange={(least) => onChange({ ...condition, least })}
      readOnly={isReadOnly}
    />
  );
}

function Words(props: Of<'words'>) {
  const { condition, isReadOnly, error, onChange } = props;
  const { t } = useWords();
  const set = (terms: string[]) => onChange({ ...condition, terms });
  const read = async (files: readonly File[]) => {
    const texts = await Promise.all(files.map((file) => file.text()));
    const lines = texts.flatMap((text) => text.split('\n').flatMap((line) => line.trim() || []));
    set([...new Set([...condition.terms, ...lines])]);
  };
  const field = (
    <LinesField
      label={t('dlp.terms')}
      description={t('dlp.termsHelp')}
      error={error}
      value={condition.terms}
      onChange={set}
      readOnly={isReadOnly}
    />
  );
  return (
    <>
      {isReadOnly ? (
        field
      ) : (
        <FileDrop label={t('dlp.dictionary')} accept=".txt,.csv" onFiles={(files) => void read(files)}>
          <div className="p-gap">{field}</div>
        </FileDrop>
      )}
      <Least {...props} />
    </>
  );
}

function Expression(props: Of<'expression'>) {
  const { condition, isReadOnly, error, onChange } = props;
  const { t } = useWords();
  return (
    <>
      <TextInput
        label={t('dlp.expression')}
        description={t('dlp.expressionHelp')}
        error={error}
        value={condition.expression}
        onChange={(event) => onChange({ ...condition, expression: event.currentTarget.value })}
        maxLength={500}
        spellCheck={false}
        autoComplete="off"
        readOnly={isReadOnly}
      />
      <Least {...props} />
    </>
  );
}

function Detector(props: Of<'detector'>) {
  const { condition, isReadOnly, onChange } = props;
  const { t } = useWords();
  return (
    <>
      <Select
        label={t('dlp.detector')}
        value={condition.detector}
        onChange={(chosen) =>
          onChange({ ...condition, detector: detectors.find((one) => one === chosen) ?? 'bankCard' })
        }
        data={detectors.map((one) => ({ value: one, label: t(`dlp.detector.${one}`) }))}
        readOnly={isReadOnly}
      />
      <Least {...props} />
    </>
  );
}

function Types({ condition, isReadOnly, onChange }: Of<'type'>) {
  const { t } = useWords();
  return (
    <Choices
      label={t('dlp.types')}
      description={t('dlp.typesHelp')}
      options={offered(fileTypes, condition.types)}
      chosen={condition.types}
      onChange={(types) => onChange({ ...condition, types })}
      isReadOnly={isReadOnly}
    />
  );
}

/** What can be chosen, and what is chosen already, though it may be gone. */
function offered(known: readonly string[], chosen: readonly string[]) {
  return [...new Set([...known, ...chosen])].map((one) => ({ value: one, label: one }));
}

function Size({ condition, isReadOnly, onChange }: Of<'size'>) {
  const { t } = useWords();
  return (
    <NumberField
      label={t('dlp.size')}
      value={condition.overMb}
      onChange={(overMb) => onChange({ ...condition, overMb })}
      readOnly={isReadOnly}
    />
  );
}

function Documents({ condition, isReadOnly, onChange }: Of<'documents'>) {
  const { t } = useWords();
  const { data } = useApi('GET /dlp/documents', { query: { limit: 200 } });
  const [isOwn, setIsOwn] = useState(condition.percent !== null);
  return (
    <>
      <Choices
        label={t('dlp.documents')}
        description={t('dlp.documentsHelp')}
        options={offered(
          (data?.documents ?? []).map(({ name }) => name),
          condition.documents,
        )}
        chosen={condition.documents}
        onChange={(documents) => onChange({ ...condition, documents })}
        isReadOnly={isReadOnly}
      />
      <Select
        label={t('dlp.threshold')}
        value={isOwn ? 'own' : 'default'}
        onChange={(chosen) => {
          setIsOwn(chosen === 'own');
          onChange({ ...condition, percent: chosen === 'own' ? 30 : null });
        }}
        data={[
          { value: 'default', label: t('dlp.thresholdOfSettings') },
          { value: 'own', label: t('dlp.thresholdOwn') },
        ]}
        readOnly={isReadOnly}
      />
      {isOwn && condition.percent !== null && (
        <NumberField
          label={t('dlp.percent')}
          value={condition.percent}
          onChange={(percent) => onChange({ ...condition, percent })}
          readOnly={isReadOnly}
        />
      )}
    </>
  );
}
