// One route over the list: it is made, changed, tried, removed.
import { useState } from 'react';
import { useChange } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { Checkbox, PasswordInput, Select, TextInput } from '../../ui/controls.ts';
import { PanelForm } from '../../ui/PanelForm.tsx';
import { toast } from '../../ui/toast.tsx';
import { RouteTest } from './RouteTest.tsx';
import { isSendable, type Route, routeBody, type RouteForm, routeForm } from './route-form.ts';

const touches = ['/routes', '/queue'];
const encryptions = ['opportunistic', 'starttls', 'smtps'] as const;
const usualPorts: Readonly<Record<RouteForm['tls'], string>> = {
  opportunistic: '25',
  starttls: '587',
  smtps: '465',
};

interface PanelProps {
  route: Route | undefined;
  isReadOnly: boolean;
  onClose: () => void;
}

export function RoutePanel({ route, isReadOnly, onClose }: PanelProps) {
  const { t } = useWords();
  const [form, setForm] = useState(() => routeForm(route));
  const set = (change: Partial<RouteForm>) => setForm((before) => ({ ...before, ...change }));
  const create = useChange('POST /routes', touches);
  const update = useChange('PUT /routes/:domain', touches);
  const remove = useChange('DELETE /routes/:domain', touches);
  const onSuccess = () => {
    toast(t('routes.saved'));
    onClose();
  };
  const body = routeBody(form);
  const save = () =>
    route === undefined
      ? create.mutate({ body }, { onSuccess })
      : update.mutate({ params: { domain: route.domain }, body }, { onSuccess });
  return (
    <PanelForm
      title={route?.domain ?? t('routes.add')}
      isNew={route === undefined}
      isReadOnly={isReadOnly}
      isBusy={create.isPending || update.isPending}
      isReady={!isReadOnly && isSendable(form)}
      error={create.error ?? update.error ?? remove.error}
      onSave={save}
      onDelete={() =>
        route !== undefined && remove.mutate({ params: { domain: route.domain } }, { onSuccess: onClose })
      }
      isDeleting={remove.isPending}
      deleteVerb={t('routes.remove')}
      onClose={onClose}
    >
      <ServerFields form={form} set={set} isReadOnly={isReadOnly} />
      <LogInFields form={form} set={set} isReadOnly={isReadOnly} hasPassword={route?.hasPassword === true} />
      <LimitFields form={form} set={set} isReadOnly={isReadOnly} />
      {!isReadOnly && isSendable(form) && <RouteTest body={body} former={route?.domain} />}
    </PanelForm>
  );
}

interface FieldsProps {
  form: RouteForm;
  set: (change: Partial<RouteForm>) => void;
  isReadOnly: boolean;
}

function ServerFields({ form, set, isReadOnly }: FieldsProps) {
  const { t } = useWords();
  return (
    <>
      <TextInput
        label={t('routes.domain')}
        description={t('routes.domainHelp')}
        value={form.domain}
        onChange={(event) => set({ domain: event.currentTarget.value })}
        readOnly={isReadOnly}
        maxLength={256}
        autoComplete="off"
        data-autofocus
      />
      <TextInput
        label={t('routes.server')}
        description={t('routes.serverHelp')}
        value={form.host}
        onChange={(event) => set({ host: event.currentTarget.value })}
        readOnly={isReadOnly}
        maxLength={255}
        autoComplete="off"
      />
      <Select
        label={t('routes.tls')}
        data={encryptions.map((value) => ({ value, label: t(`routes.tls.${value}`) }))}
        value={form.tls}
        onChange={(value) => {
          const tls = encryptions.find((one) => one === value) ?? form.tls;
          // A port that was typed stays.
          const isUsual = form.port === usualPorts[form.tls];
          set({ tls, ...(isUsual && { port: usualPorts[tls] }) });
        }}
        allowDeselect={false}
        readOnly={isReadOnly}
      />
      <TextInput
        label={t('routes.port')}
        value={form.port}
        onChange={(event) => set({ port: event.currentTarget.value })}
        inputMode="numeric"
        readOnly={isReadOnly}
        maxLength={5}
        autoComplete="off"
      />
      <Checkbox
        label={t('routes.verified')}
        description={t('routes.verifiedHelp')}
        checked={form.isVerified}
        disabled={isReadOnly || form.tls === 'opportunistic'}
        onChange={(event) => set({ isVerified: event.currentTarget.checked })}
      />
    </>
  );
}

function LogInFields({ form, set, isReadOnly, hasPassword }: FieldsProps & { hasPassword: boolean }) {
  const { t } = useWords();
  return (
    <>
      <TextInput
        label={t('routes.username')}
        description={t('routes.usernameHelp')}
        value={form.username}
        onChange={(event) => set({ username: event.currentTarget.value })}
        readOnly={isReadOnly}
        maxLength={255}
        name="route-login"
        autoComplete="off"
      />
      {form.username !== '' && !isReadOnly && (
        <PasswordInput
          label={t('routes.password')}
          description={hasPassword ? t('routes.passwordKept') : undefined}
          name="route-password"
          autoComplete="new-password"
          value={form.password}
          onChange={(event) => set({ password: event.currentTarget.value })}
          maxLength={255}
          visibilityToggleButtonProps={{ 'aria-label': t('password.show') }}
        />
      )}
    </>
  );
}

function LimitFields({ form, set, isReadOnly }: FieldsProps) {
  const { t } = useWords();
  return (
    <>
      <TextInput
        label={t('routes.maxConnections')}
        description={t('routes.maxConnectionsHelp')}
        value={form.maxConnections}
        onChange={(event) => set({ maxConnections: event.currentTarget.value })}
        inputMode="numeric"
        readOnly={isReadOnly}
        maxLength={2}
        autoComplete="off"
      />
      <TextInput
        label={t('routes.perMinute')}
        description={t('routes.perMinuteHelp')}
        value={form.perMinute}
        onChange={(event) => set({ perMinute: event.currentTarget.value })}
        inputMode="numeric"
        readOnly={isReadOnly}
        maxLength={6}
        autoComplete="off"
      />
      <TextInput
        label={t('routes.comment')}
        value={form.comment}
        onChange={(event) => set({ comment: event.currentTarget.value })}
        readOnly={isReadOnly}
        maxLength={200}
        autoComplete="off"
      />
      <Checkbox
        label={t('routes.enabled')}
        checked={form.isOn}
        disabled={isReadOnly}
        onChange={(event) => set({ isOn: event.currentTarget.checked })}
      />
    </>
  );
}
