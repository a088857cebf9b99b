// One mail of the quarantine without danger: who and why, its header as text, and its texts when somebody asks for them,
// since that is written down. Nothing of it is rendered.
import { useMutation } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { type Answer, call } from '../../api/client.ts';
import { useApi } from '../../api/queries.ts';
import { formatSize } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { Button } from '../../ui/controls.ts';
import { CodeWithCopy } from '../../ui/CodeLine.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { areLettersOn } from '../../ui/letters.ts';
import { Loading } from '../../ui/Loading.tsx';
import { Failure, Notice } from '../../ui/Notice.tsx';
import { SidePanel } from '../../ui/SidePanel.tsx';
import { Time } from '../../ui/Time.tsx';
import { filterWords, resultWords } from '../queue/states.ts';
import { Expires } from './Expires.tsx';
import { type Doing, QuarantineActions } from './QuarantineActions.tsx';
import { Subject } from './Subject.tsx';
import './quarantine.css';

/** More lines of one part are not drawn. */
const MOST_LINES = 2000;

interface PanelProps {
  mail: string;
  isReadOnly: boolean;
  onNext: (() => void) | undefined;
  onClose: () => void;
}

export function QuarantinePanel({ mail, isReadOnly, onNext, onClose }: PanelProps) {
  const { t } = useWords();
  const [doing, setDoing] = useState<Doing>(null);
  const { data, error, refetch } = useApi('GET /quarantine/:mail', { params: { mail } });
  useKeys({
    KeyR: () => !isReadOnly && data !== undefined && doing === null && setDoing('release'),
    KeyD: () => !isReadOnly && data !== undefined && doing === null && setDoing('delete'),
    KeyN: () => doing === null && onNext?.(),
  });
  return (
    <SidePanel title={t('quarantine.mail')} onClose={onClose} size={640}>
      {error !== null && <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loading height={240} />}
      {data !== undefined && (
        <>
          {!isReadOnly && (
            <>
              <QuarantineActions
                mails={[data.mail]}
                doing={doing}
                onDoing={setDoing}
                onDone={onNext ?? onClose}
              />
              {areLettersOn() && <Keys filter={data.mail.filter} />}
            </>
          )}
          <div className="p-gap">
            <Details shown={data} />
          </div>
          <h3 className="p-title">{t('queue.verdicts')}</h3>
          <Verdicts shown={data} />
          {!isReadOnly && <Body mail={mail} />}
          <h3 className="p-title">{t('quarantine.header')}</h3>
          <Header shown={data} />
        </>
      )}
    </SidePanel>
  );
}

function Keys({ filter }: { filter: string }) {
  const { t } = useWords();
  const action = t(`quarantine.action.${filter === 'dlp' ? 'approve' : 'release'}`).toLowerCase();
  return <p className="p-small p-muted p-by-keyboard">{t('quarantine.keys', { action })}</p>;
}

/** Letters by their place on the keyboard, while nothing is typed. */
function useKeys(actions: Readonly<Record<string, () => unknown>>): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    const { code, target, ctrlKey, metaKey, altKey } = event;
    if (!areLettersOn() || ctrlKey || metaKey || altKey || actions[code] === undefined) return;
    if (target instanceof Element && target.closest('input, textarea, select') !== null) return;
    event.preventDefault();
    actions[code]();
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => press(event);
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

type Shown = Answer<'GET /quarantine/:mail'>;

function Details({ shown: { mail, clientAddress, helo } }: { shown: Shown }) {
  const { t, language } = useWords();
  const others = mail.recipientCount - mail.recipients.length;
  return (
    <Facts
      facts={[
        [t('quarantine.subject'), <Subject key="s" text={mail.subject} />],
        [
          t('queue.sender'),
          <Foreign key="f" text={mail.reversePath === '' ? t('queue.nullSender') : mail.reversePath} />,
        ],
        [
          t('queue.recipient'),
          <span key="r">
            <Foreign text={mail.recipients.join(', ')} />
            {others > 0 && ` +${others}`}
          </span>,
        ],
        [t('quarantine.filter'), filterWords(mail.filter, t)],
        [t('queue.reason'), <Foreign key="w" text={mail.reason} />],
        [t('quarantine.heldAt'), <Time key="h" at={mail.heldAt} />],
        [t('quarantine.expires'), <Expires key="e" at={mail.expiresAt} />],
        [t('queue.client'), <Foreign key="c" text={`${clientAddress ?? '—'} (${helo})`} mono />],
        [t('queue.size'), formatSize(mail.size, language)],
        [t('queue.id'), <CodeWithCopy key="i" value={mail.mail} />],
      ]}
    />
  );
}

function Verdicts({ shown: { verdicts } }: { shown: Shown }) {
  const { t } = useWords();
  return (
    <ul className="p-plain">
      {verdicts.map(({ filter, result, reason, at }) => (
        <li key={`${filter} ${at}`}>
          <b>{filterWords(filter, t)}</b>: {resultWords(result, t)} <Foreign text={reason} />
        </li>
      ))}
    </ul>
  );
}

function Header({ shown: { header, isHeaderCut } }: { shown: Shown }) {
  const { t } = useWords();
  return (
    <>
      <Facts
        facts={header.map(({ name, value }, place) => [
          name,
          <Foreign key={`${name} ${String(place)}`} text={value} mono maxLength={2000} />,
        ])}
      />
      {isHeaderCut && <p className="p-small p-muted">{t('quarantine.headerCut')}</p>}
    </>
  );
}

function Body({ mail }: { mail: string }) {
  const { t } = useWords();
  // Each reading is written down: it is asked for by somebody, and by no event or return to the page.
  const { data, error, isPending, mutate } = useMutation({
    mutationFn: () => call('GET /quarantine/:mail/text', { params: { mail } }),
  });
  return (
    <>
      <h3 className="p-title">{t('quarantine.text')}</h3>
      <p className="p-small p-muted">{t('quarantine.readNote')}</p>
      <div className="p-actions">
        {data === undefined && (
          <Button size="xs" variant="default" loading={isPending} onClick={() => mutate()}>
            {t('quarantine.read')}
          </Button>
        )}
        <Button
          size="xs"
          variant="default"
          component="a"
          href={`/api/v1/quarantine/${encodeURIComponent(mail)}/content`}
          download={`${mail}.eml`}
        >
          {t('quarantine.download')}
        </Button>
      </div>
      {error !== null && <Failure error={error} />}
      {data !== undefined && <Parts parts={data} />}
    </>
  );
}

function Parts({ parts }: { parts: Answer<'GET /quarantine/:mail/text'> }) {
  const { t, language } = useWords();
  return (
    <>
      {parts.texts.length === 0 && <p>{t('quarantine.noText')}</p>}
      {parts.texts.map(({ type, text, isCut }, place) => (
        // oxlint-disable-next-line react/no-array-index-key -- parts have no names
        <section key={place} className="p-gap" aria-label={type}>
          <div className="p-small p-muted">
            <Foreign text={type} />
          </div>
          {text.split('\n', MOST_LINES).map((line, at) => (
            // oxlint-disable-next-line react/no-array-index-key -- lines neither
            <div key={at} className="q-line">
              <Foreign text={line} maxLength={20_000} />
            </div>
          ))}
          {(isCut || text.split('\n').length > MOST_LINES) && (
            <p className="p-small p-muted">{t('quarantine.textCut')}</p>
          )}
        </section>
      ))}
      {parts.attachments.length > 0 && (
        <>
          <h3 className="p-title">{t('quarantine.attachments')}</h3>
          <ul className="p-list">
            {parts.attachments.map(({ name, type, size }, place) => (
              <li key={`${name} ${String(place)}`}>
                <Foreign text={name === '' ? t('quarantine.unnamed') : name} /> (<Foreign text={type} />,{' '}
                {formatSize(size, language)})
              </li>
            ))}
          </ul>
        </>
      )}
      {parts.isCut && (
        <div className="p-gap">
          <Notice>{t('quarantine.partsCut')}</Notice>
        </div>
      )}
    </>
  );
}
