// The keys that the mail of a domain is signed with: what is to be published, whether it is, and which of them sign.
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi, useChange } from '../../api/queries.ts';
import { useWho } from '../../api/session.ts';
import { useWords } from '../../i18n/index.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { Button, Group } from '../../ui/controls.ts';
import { Empty } from '../../ui/Empty.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { Go } from '../../ui/Go.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { Failure, Notice } from '../../ui/Notice.tsx';
import { Block, Page } from '../../ui/Page.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { Time } from '../../ui/Time.tsx';
import { AddDkimKey, type MadeBy } from './AddDkimKey.tsx';
import { DkimRecord } from './DkimRecord.tsx';
import { type DkimKey, foundState, keyTone } from './dkim-state.ts';

const touches = ['/domains'];

export function DomainDkimPage() {
  const { t } = useWords();
  const { name = '' }: { name?: string } = useParams({ strict: false });
  const isReadOnly = useWho().role === 'auditor';
  const [adding, setAdding] = useState<MadeBy | null>(null);
  const { data, error, refetch } = useApi('GET /domains/:name/dkim', { params: { name } });
  const actions = (
    <Group gap={8}>
      <Button variant="default" onClick={() => setAdding('import')}>
        {t('dkim.import')}
      </Button>
      <Button onClick={() => setAdding('create')}>{t('dkim.create')}</Button>
    </Group>
  );
  return (
    <Page title={`DKIM: ${name}`} path={[t('menu.mail'), t('page.domains')]} actions={!isReadOnly && actions}>
      {error !== null && <Failure error={error} onRetry={refetch} />}
      {data === undefined && error === null && <Loading height={320} />}
      {data?.isSigning === false && (
        <Notice tone="warn">
          {t('dkim.off')} <Go to="/settings/mail#dkim.sign">{t('page.settings')}</Go>
        </Notice>
      )}
      {data?.isSigning === true && data.keys.every(({ state }) => state !== 'active') && (
        <Notice tone="warn">{t('dkim.unsigned')}</Notice>
      )}
      {data?.keys.length === 0 && <Empty action={!isReadOnly && actions}>{t('dkim.empty')}</Empty>}
      {data?.keys.map((key) => (
        <KeyBlock key={key.selector} of={key} isReadOnly={isReadOnly} />
      ))}
      {adding !== null && <AddDkimKey domain={name} by={adding} onClose={() => setAdding(null)} />}
    </Page>
  );
}

function KeyBlock({ of, isReadOnly }: { of: DkimKey; isReadOnly: boolean }) {
  const { t } = useWords();
  const kind = of.algorithm === 'rsa' ? `RSA ${of.bits}` : 'Ed25519';
  const isWaiting = of.state === 'prepared' && of.isAutomatic;
  return (
    <Block
      title={
        <>
          <span className="p-mono">{of.selector}</span> · {kind}
        </>
      }
      aside={<StatusBadge tone={keyTone(of)}>{t(`dkim.state.${of.state}`)}</StatusBadge>}
    >
      {isWaiting && <p>{t('dkim.waiting')}</p>}
      {of.state === 'active' && of.found !== null && of.found !== 'ok' && of.found !== 'unanswered' && (
        <Notice tone="danger">{t('dkim.broken')}</Notice>
      )}
      <DkimRecord of={of} />
      <div className="p-gap">
        <Facts
          facts={[
            [
              t('dns.found'),
              of.found === null ? (
                t('dns.notChecked')
              ) : (
                <>
                  {t(`dns.state.${foundState[of.found]}`)} · <Time at={of.checkedAt} />
                </>
              ),
            ],
            [t('common.created'), <Time key="c" at={of.createdAt} />],
            ...(of.activatedAt === null
              ? []
              : [[t('dkim.since'), <Time key="a" at={of.activatedAt} />] as const]),
            ...(of.keepUntil === null ? [] : [[t('dkim.keep'), <Time key="k" at={of.keepUntil} />] as const]),
          ]}
        />
      </div>
      {!isReadOnly && <Actions of={of} />}
    </Block>
  );
}

type Asked = 'activate' | 'retire' | 'remove';

function Actions({ of }: { of: DkimKey }) {
  const { t } = useWords();
  const [asked, setAsked] = useState<Asked | null>(null);
  const check = useChange('POST /domains/:name/dkim/:selector/check', touches);
  const params = { name: of.domain, selector: of.selector };
  return (
    <div className="p-gap">
      {check.error !== null && <Failure error={check.error} />}
      <Group gap={8}>
        <Button loading={check.isPending} onClick={() => check.mutate({ params, body: {} })}>
          {t('dns.check')}
        </Button>
        {of.state !== 'active' && (
          <Button variant="default" onClick={() => setAsked('activate')}>
            {t('dkim.activate')}
          </Button>
        )}
        {of.state === 'active' && (
          <Button variant="default" onClick={() => setAsked('retire')}>
            {t('dkim.retire')}
          </Button>
        )}
        {of.state !== 'active' && (
          <Button variant="outline" color="red" onClick={() => setAsked('remove')}>
            {t('dkim.remove')}
          </Button>
        )}
      </Group>
      {asked === 'activate' && <Activate of={of} onClose={() => setAsked(null)} />}
      {asked === 'retire' && <Retire of={of} onClose={() => setAsked(null)} />}
      {asked === 'remove' && <Remove of={of} onClose={() => setAsked(null)} />}
    </div>
  );
}

interface Asking {
  of: DkimKey;
  onClose: () => void;
}

/** What the DNS does not show signs only when that is said. */
function Activate({ of, onClose }: Asking) {
  const { t } = useWords();
  const activate = useChange('POST /domains/:name/dkim/:selector/activate', touches);
  const isPublished = of.found === 'ok';
  const params = { name: of.domain, selector: of.selector };
  return (
    <Confirm
      title={t('dkim.activate')}
      verb={t('dkim.activate')}
      isDangerous={!isPublished}
      isBusy={activate.isPending}
      error={activate.error}
      onConfirm={() => activate.mutate({ params, body: { isForced: !isPublished } }, { onSuccess: onClose })}
      onClose={onClose}
    >
      {isPublished ? t('dkim.activateText', params) : t('dkim.activateUnpublished', params)}
    </Confirm>
  );
}

function Retire({ of, onClose }: Asking) {
  const { t } = useWords();
  const retire = useChange('POST /domains/:name/dkim/:selector/retire', touches);
  const params = { name: of.domain, selector: of.selector };
  return (
    <Confirm
      title={t('dkim.retire')}
      verb={t('dkim.retire')}
      isBusy={retire.isPending}
      error={retire.error}
      onConfirm={() => retire.mutate({ params, body: {} }, { onSuccess: onClose })}
      onClose={onClose}
    >
      {t('dkim.removeNeeded', params)}
    </Confirm>
  );
}

function Remove({ of, onClose }: Asking) {
  const { t } = useWords();
  const remove = useChange('DELETE /domains/:name/dkim/:selector', touches);
  const params = { name: of.domain, selector: of.selector };
  const [now] = useState(() => Date.now());
  const isNeeded = of.keepUntil !== null && Date.parse(of.keepUntil) > now;
  return (
    <Confirm
      title={t('dkim.remove')}
      verb={t('dkim.remove')}
      typed={of.selector}
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate({ params, query: { isForced: isNeeded } }, { onSuccess: onClose })}
      onClose={onClose}
    >
      {isNeeded ? t('dkim.removeNeeded', params) : t('dkim.removeText', params)}
    </Confirm>
  );
}
