// What an administrator says of a web hook: of one that is made, and of one that is changed.
import { useApi } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Checkbox, Stack, TagsInput, TextInput } from '../../ui/controls.ts';
import { Switch } from '../../ui/inputs.tsx';
import { hookKinds, type HookKind } from './hook-state.ts';

export interface HookForm {
  name: string;
  url: string;
  enabled: boolean;
  kinds: readonly HookKind[];
  domains: readonly string[];
  withSubject: boolean;
}

export const newHook: HookForm = {
  ...{
    name: '',
    url: 'https://',
    enabled: true,
    kinds: ['delivered', 'bounced'],
    domains: [],
    withSubject: false,
  },
};

export const isComplete = ({ name, url, kinds }: HookForm): boolean =>
  name.trim() !== '' && !/^(?:https?:\/*)?$/.test(url.trim()) && kinds.length > 0;

/** As the server takes it. */
export function bodyOf({ name, url, kinds, domains, ...rest }: HookForm) {
  return {
    ...{ ...rest, name: name.trim(), url: url.trim(), kinds: [...kinds] },
    domains: domains.length === 0 ? null : [...domains],
  };
}

interface HookFieldsProps {
  form: HookForm;
  onChange: (part: Partial<HookForm>) => void;
}

export function HookFields({ form, onChange }: HookFieldsProps) {
  const { t } = useWords();
  const { data } = useApi('GET /domains');
  const toggled = (kind: HookKind, isOn: boolean): HookKind[] =>
    hookKinds.filter((one) => (one === kind ? isOn : form.kinds.includes(one)));
  return (
    <Stack gap="sm">
      <TextInput
        label={t('hooks.name')}
        value={form.name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
        autoComplete="off"
        data-autofocus
      />
      <TextInput
        label={t('hooks.url')}
        description={t('hooks.urlHelp')}
        value={form.url}
        onChange={(event) => onChange({ url: event.currentTarget.value })}
        autoComplete="off"
        spellCheck={false}
      />
      <Checkbox.Group label={t('hooks.kinds')} value={[...form.kinds]}>
        <Stack gap="xs" mt="xs">
          {hookKinds.map((kind) => (
            <Checkbox
              key={kind}
              value={kind}
              label={t(`hooks.kind.${kind}`)}
              onChange={(event) => onChange({ kinds: toggled(kind, event.currentTarget.checked) })}
            />
          ))}
        </Stack>
      </Checkbox.Group>
      <TagsInput
        label={t('hooks.domains')}
        description={t('hooks.domainsHelp')}
        value={[...form.domains]}
        onChange={(domains) => onChange({ domains })}
        data={(data?.domains ?? []).map(({ name }) => name)}
        acceptValueOnBlur
      />
      <Switch
        label={t('hooks.subject')}
        checked={form.withSubject}
        onChange={(event) => onChange({ withSubject: event.currentTarget.checked })}
      />
      <Switch
        label={t('hooks.enabled')}
        checked={form.enabled}
        onChange={(event) => onChange({ enabled: event.currentTarget.checked })}
      />
    </Stack>
  );
}
