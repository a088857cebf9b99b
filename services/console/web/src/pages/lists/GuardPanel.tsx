// One address over the list: what is suspended for it, and what can be done.
import { useState } from 'react';
import { useChange } from '../../api/queries.ts';
import { formatNumber } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { useForms } from '../../settings/catalogue.ts';
import { SettingLink } from '../../settings/SettingLink.tsx';
import { Author } from '../../ui/Author.tsx';
import { Confirm } from '../../ui/Confirm.tsx';
import { Button } from '../../ui/controls.ts';
import { Facts } from '../../ui/Facts.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { SidePanel } from '../../ui/SidePanel.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { Time } from '../../ui/Time.tsx';
import { toast } from '../../ui/toast.tsx';
import { type GuardedClient, sinceOf, stateTones } from './guarded.ts';

const touches = ['/guard', '/overview/server'];
const proxies = 'network.trustedProxies';

interface PanelProps {
  client: GuardedClient;
  isReadOnly: boolean;
  onClose: () => void;
}

export function GuardPanel({ client, isReadOnly, onClose }: PanelProps) {
  const { t, language } = useWords();
  const { address, state, domains, latest, firstAt, lastAt, confirmedBy } = client;
  const isConfirmed = state === 'confirmed';
  return (
    <SidePanel title={address} onClose={onClose} size={600}>
      <Facts
        facts={[
          [
            t('state.title'),
            <StatusBadge key="state" tone={stateTones[state]}>
              {t(`guard.state.${state}`)}
            </StatusBadge>,
          ],
          [t('guard.since'), <Time key="since" at={sinceOf(client)} />],
          confirmedBy === null ? null : [t('guard.confirmedBy'), <Author key="by" name={confirmedBy} />],
          [t('guard.domains'), formatNumber(domains, language)],
          latest.length === 0
            ? null
            : [t('guard.latest'), <Foreign key="latest" text={latest.join(', ')} maxLength={400} />],
          [t('guard.firstAt'), <Time key="first" at={firstAt} />],
          [t('guard.lastAt'), <Time key="last" at={lastAt} />],
        ]}
      />
      {state === 'suspended' ? (
        <Suspended />
      ) : (
        <p className="p-gap">{t(isConfirmed ? 'guard.confirmedText' : 'guard.countedText')}</p>
      )}
      {!isReadOnly && <Decide address={address} isConfirmed={isConfirmed} onDone={onClose} />}
    </SidePanel>
  );
}

function Suspended() {
  const { t } = useWords();
  const { forms } = useForms();
  return (
    <>
      <h3 className="p-gap">{t('guard.means')}</h3>
      <ul className="p-list">
        {(['relay', 'white', 'limits', 'origin', 'stays'] as const).map((one) => (
          <li key={one}>{t(`guard.means.${one}`)}</li>
        ))}
      </ul>
      <h3 className="p-gap">{t('guard.todo')}</h3>
      <ul className="p-list">
        <li>
          {t('guard.todo.proxy')} {forms !== undefined && <SettingLink forms={forms} path={proxies} />}
        </li>
        {(['network', 'confirm', 'wait'] as const).map((one) => (
          <li key={one}>{t(`guard.todo.${one}`)}</li>
        ))}
      </ul>
    </>
  );
}

interface DecideProps {
  address: string;
  isConfirmed: boolean;
  onDone: () => void;
}

function Decide({ address, isConfirmed, onDone }: DecideProps) {
  const { t } = useWords();
  const [isAsking, setIsAsking] = useState(false);
  const confirm = useChange('POST /guard/:address/confirm', touches);
  const revoke = useChange('POST /guard/:address/revoke', touches);
  const done = (words: string) => {
    toast(words);
    onDone();
  };
  const act = () => {
    const params = { address };
    if (!isConfirmed)
      confirm.mutate({ params }, { onSuccess: () => done(t('guard.confirmed', { address })) });
    else
      revoke.mutate(
        { params },
        {
          onSuccess: ({ isSuspended }) =>
            done(t(isSuspended ? 'guard.revoked.suspended' : 'guard.revoked.counted', { address })),
        },
      );
  };
  const verb = t(isConfirmed ? 'guard.revoke' : 'guard.confirm');
  return (
    <div className="p-actions p-gap">
      <Button variant="default" onClick={() => setIsAsking(true)}>
        {verb}
      </Button>
      {isAsking && (
        <Confirm
          title={address}
          verb={verb}
          isBusy={confirm.isPending || revoke.isPending}
          error={confirm.error ?? revoke.error}
          onConfirm={act}
          onClose={() => setIsAsking(false)}
        >
          {t(isConfirmed ? 'guard.revokeText' : 'guard.confirmText')}
        </Confirm>
      )}
    </div>
  );
}
