// New administrators and tokens, and what can be changed of them.
import { useState } from 'react';
import type { Answer } from '../../api/client.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { useWords } from '../../i18n/index.ts';
import { CodeLine } from '../../ui/CodeLine.tsx';
import { Confirm } from '../../ui/Confirm.tsx';
import { Button, Select, Stack, TagsInput, TextInput } from '../../ui/controls.ts';
import { CreateDialog } from '../../ui/CreateDialog.tsx';
import { Failure, Notice } from '../../ui/Notice.tsx';
import { SidePanel } from '../../ui/SidePanel.tsx';
import { NewPassword, PasswordFields } from '../accounts/PasswordFields.tsx';

type Administrator = Answer<'GET /admins'>['administrators'][number];

const roles = ['admin', 'domainAdmin', 'auditor'] as const;
type AdminRole = (typeof roles)[number];

interface RoleFieldsProps {
  role: AdminRole;
  domains: string[];
  onRole: (role: AdminRole) => void;
  onDomains: (domains: string[]) => void;
}

function RoleFields({ role, domains, onRole, onDomains }: RoleFieldsProps) {
  const { t } = useWords();
  const { data } = useApi('GET /domains');
  return (
    <>
      <Select
        label={t('admins.role')}
        value={role}
        onChange={(chosen) => onRole(roles.find((one) => one === chosen) ?? 'auditor')}
        data={roles.map((one) => ({ value: one, label: t(`role.${one}`) }))}
      />
      {role === 'domainAdmin' && (
        <TagsInput
          label={t('admins.domains')}
          value={domains}
          onChange={onDomains}
          data={(data?.domains ?? []).map(({ name }) => name)}
          acceptValueOnBlur
        />
      )}
    </>
  );
}

const scopeOf = (role: AdminRole, domains: string[]) => (role === 'domainAdmin' ? domains : null);

export function AddAdmin({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState<AdminRole>('admin');
  const [domains, setDomains] = useState<string[]>([]);
  const create = useChange('POST /admins', ['/admins']);
  return (
    <CreateDialog
      title={t('admins.add')}
      create={create}
      isReady={login.trim() !== '' && password !== '' && (role !== 'domainAdmin' || domains.length > 0)}
      shown={create.isSuccess ? { title: login, content: <NewPassword password={password} /> } : null}
      onSubmit={() =>
        create.mutate({ body: { login: login.trim(), password, role, domains: scopeOf(role, domains) } })
      }
      onClose={onClose}
    >
      <TextInput
        label={t('admins.login')}
        value={login}
        onChange={(event) => setLogin(event.currentTarget.value)}
        name="value-name"
        autoComplete="off"
        data-autofocus
      />
      <PasswordFields value={password} onChange={setPassword} />
      <RoleFields role={role} domains={domains} onRole={setRole} onDomains={setDomains} />
    </CreateDialog>
  );
}

export function AdminPanel({
  administrator,
  onClose,
}: {
  administrator: Administrator;
  onClose: () => void;
}) {
  const { t } = useWords();
  const { login } = administrator;
  const [role, setRole] = useState<AdminRole>(administrator.role);
  const [domains, setDomains] = useState<string[]>(administrator.domains ?? []);
  const [password, setPassword] = useState('');
  const [isDeleting, setIsDeleting] = useState(false);
  const update = useChange('PATCH /admins/:login', ['/admins']);
  const change = useChange('PUT /admins/:login/password', ['/admins']);
  const remove = useChange('DELETE /admins/:login', ['/admins']);
  return (
    <SidePanel title={login} onClose={onClose}>
      <Stack gap="sm">
        <RoleFields role={role} domains={domains} onRole={setRole} onDomains={setDomains} />
        {update.error !== null && <Failure error={update.error} />}
        <div>
          <Button
            loading={update.isPending}
            onClick={() =>
              update.mutate(
                { params: { login }, body: { role, domains: scopeOf(role, domains) } },
                { onSuccess: onClose },
              )
            }
          >
            {t('action.save')}
          </Button>
        </div>
        {change.isSuccess ? (
          <NewPassword password={password} />
        ) : (
          <>
            <PasswordFields value={password} onChange={setPassword} />
            {change.error !== null && <Failure error={change.error} />}
            <div>
              <Button
                variant="default"
                disabled={password === ''}
                loading={change.isPending}
                onClick={() => change.mutate({ params: { login }, body: { password } })}
              >
                {t('accounts.setPassword')}
              </Button>
            </div>
          </>
        )}
        <div>
          <Button variant="outline" color="red" onClick={() => setIsDeleting(true)}>
            {t('admins.delete')}
          </Button>
        </div>
      </Stack>
      {isDeleting && (
        <Confirm
          title={login}
          verb={t('admins.delete')}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate({ params: { login } }, { onSuccess: onClose })}
          onClose={() => setIsDeleting(false)}
        >
          {t('admins.deleteText')}
        </Confirm>
      )}
    </SidePanel>
  );
}

const ends = ['30', '90', '365', '730'] as const;
const dayMs = 86_400_000;

export function AddToken({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const [name, setName] = useState('');
  const [role, setRole] = useState<AdminRole>('auditor');
  const [domains, setDomains] = useState<string[]>([]);
  const [days, setDays] = useState<(typeof ends)[number]>('90');
  const create = useChange('POST /tokens', ['/tokens']);
  // A little less than asked for: the longest is two years by the server's clock.
  const expiresAt = () => new Date(Date.now() + Number(days) * dayMs - 60_000).toISOString();
  return (
    <CreateDialog
      title={t('tokens.add')}
      create={create}
      isReady={name.trim() !== '' && (role !== 'domainAdmin' || domains.length > 0)}
      shown={
        create.data === undefined ? null : { title: name, content: <NewToken value={create.data.value} /> }
      }
      onSubmit={() =>
        create.mutate({
          body: { name: name.trim(), role, domains: scopeOf(role, domains), expiresAt: expiresAt() },
        })
      }
      onClose={onClose}
    >
      <TextInput
        label={t('tokens.name')}
        description={t('tokens.nameHelp')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        autoComplete="off"
        data-autofocus
      />
      <RoleFields role={role} domains={domains} onRole={setRole} onDomains={setDomains} />
      <Select
        label={t('tokens.lifetime')}
        value={days}
        onChange={(chosen) => setDays(ends.find((one) => one === chosen) ?? '90')}
        data={ends.map((one) => ({
          value: one,
          label: t('tokens.days', { count: Number(one) }),
        }))}
      />
    </CreateDialog>
  );
}

function NewToken({ value }: { value: string }) {
  const { t } = useWords();
  return (
    <Notice tone="ok">
      <p>{t('tokens.once')}</p>
      <CodeLine>{value}</CodeLine>
    </Notice>
  );
}
