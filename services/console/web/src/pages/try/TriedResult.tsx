// What would become of the mail, first; then who says what, by which rule and settings, in which time; then what was not tried.
import type { FormsDescription } from '@pochtar/settings/forms';
import { formatNumber, formatSize, formatTime } from '../../i18n/format.ts';
import { type Key, useWords } from '../../i18n/index.ts';
import { type Column, DataTable } from '../../ui/DataTable.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Go } from '../../ui/Go.tsx';
import { sentence } from '../../ui/Notice.tsx';
import { Block } from '../../ui/Page.tsx';
import { StatusBadge, type Tone } from '../../ui/StatusBadge.tsx';
import { filterWords } from '../queue/states.ts';
import { SettingLink } from '../../settings/SettingLink.tsx';
import type { Outcome, Tried, Verdict } from './tried-mail.ts';

type Said = Omit<Verdict, 'by' | 'ms' | 'recipients'>;

const verdictTones: Readonly<Record<Verdict['code'], Tone>> = {
  ...{ pass: 'ok', changes: 'ok', hold: 'alert', reject: 'danger', discard: 'danger' },
  ...{ later: 'warn', unknown: 'warn', off: 'plain', notAsked: 'plain' },
};
const outcomeTones: Readonly<Record<Outcome['code'], Tone>> = {
  ...{ delivered: 'ok', changed: 'ok', replaced: 'warn', held: 'alert', refused: 'danger' },
  ...{ returned: 'danger', discarded: 'danger', putOff: 'warn', waits: 'warn', unknown: 'warn' },
};

export function TriedResult({ forms, tried }: { forms: FormsDescription; tried: Tried }) {
  const { t, say, language } = useWords();
  const { answer, at, isOfDraft } = tried;
  const { from, to, client, bytes, outcomes, verdicts, remarks } = answer;
  const columns = useColumns(forms);
  return (
    <>
      <Block
        title={t('try.would')}
        aside={
          <span className="p-muted p-small">
            {t(isOfDraft ? 'try.byDraft' : 'try.bySaved', { time: formatTime(at, language) })}
          </span>
        }
      >
        <ul className="p-plain t-outcomes">
          {outcomes.map((one) => (
            <Would key={one.recipients.join(' ')} outcome={one} />
          ))}
        </ul>
        <p className="p-muted p-small">
          <Foreign text={from === '' ? '<>' : from} /> → <Foreign text={to.join(', ')} maxLength={400} />
          {client !== null && <> · {client}</>} · {formatSize(bytes, language)}
        </p>
      </Block>
      <Block title={t('try.verdicts')}>
        <DataTable<Verdict>
          label={t('try.verdicts')}
          rows={verdicts}
          rowKey={({ by }) => by}
          columns={columns}
          empty={null}
        />
      </Block>
      {remarks.length > 0 && (
        <Block title={t('try.remarks')}>
          <ul className="p-list">
            {remarks.map(({ code, text }) => (
              <li key={code}>{sentence(say(text))}</li>
            ))}
          </ul>
        </Block>
      )}
    </>
  );
}

function Would({ outcome: { code, text, recipients, by, reason, target } }: { outcome: Outcome }) {
  const { t, say } = useWords();
  const who = useTrierWords();
  return (
    <li>
      <StatusBadge tone={outcomeTones[code]}>{sentence(say(text))}</StatusBadge>
      <div>
        <Foreign text={recipients.join(', ')} maxLength={400} />
        {by !== null && (
          <div>
            {t('try.decides', { who: who(by) })}
            {reason !== '' && (
              <>
                {': '}
                <Foreign text={reason} maxLength={400} />
              </>
            )}
          </div>
        )}
        {target !== null && <Target name={target} />}
      </div>
    </li>
  );
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function useTrierWords(): (by: Verdict['by']) => string {
  const { t } = useWords();
  return (by) => (by === 'smtp' ? t('try.smtp') : filterWords(by, t));
}

function useColumns(forms: FormsDescription): Column<Verdict>[] {
  const { t, language } = useWords();
  const who = useTrierWords();
  return [
    { key: 'who', title: t('try.who'), cell: ({ by }) => <b>{capital(who(by))}</b> },
    { key: 'verdict', title: t('try.verdict'), cell: (verdict) => <VerdictBadge said={verdict} /> },
    {
      key: 'why',
      title: t('try.why'),
      cell: (verdict) => <Why forms={forms} verdict={verdict} />,
    },
    {
      key: 'ms',
      title: t('try.took'),
      cell: ({ ms }) => (ms === null ? '' : t('try.ms', { n: formatNumber(ms, language) })),
      isEnd: true,
    },
  ];
}

function VerdictBadge({ said: { code, text } }: { said: Said }) {
  const { say } = useWords();
  return <StatusBadge tone={verdictTones[code]}>{say(text)}</StatusBadge>;
}

function Why({ forms, verdict }: { forms: FormsDescription; verdict: Verdict }) {
  const { recipients } = verdict;
  return (
    <>
      <Because forms={forms} said={verdict} />
      {recipients.map(({ recipient, ...said }) => (
        <div key={recipient} className="t-recipient">
          <Foreign text={recipient} />: <VerdictBadge said={said} />
          <Because forms={forms} said={said} />
        </div>
      ))}
    </>
  );
}

function Because({ forms, said }: { forms: FormsDescription; said: Said }) {
  const { t } = useWords();
  const { reason, rule, settings, target, header, code } = said;
  const title: Key = code === 'off' ? 'try.switches' : 'try.decidedBy';
  return (
    <>
      {reason !== '' && (
        <div>
          <Foreign text={reason} maxLength={600} />
        </div>
      )}
      {target !== null && <Target name={target} />}
      {rule !== null && (
        <div>
          {t('try.rule')}{' '}
          <Go to="/dlp" search={{ open: rule }}>
            <Foreign text={rule} />
          </Go>
        </div>
      )}
      {settings.length > 0 && (
        <div className="p-small">
          <span className="p-muted">{t(title)}</span>{' '}
          {settings.map((path, place) => (
            <span key={path}>
              {place > 0 && ', '}
              <SettingLink forms={forms} path={path} />
            </span>
          ))}
        </div>
      )}
      {header !== null && <Added header={header} />}
    </>
  );
}

function Target({ name }: { name: string }) {
  const { t } = useWords();
  return (
    <div>
      {name === '\\Junk' ? t('try.toJunk') : <Foreign text={t('try.toFolder', { name })} maxLength={400} />}
    </div>
  );
}

/** The header fields that would be put in front. */
function Added({ header }: { header: string }) {
  const { t } = useWords();
  const lines = header.split(/\r?\n/).filter((line) => line !== '');
  const count = lines.filter((line) => !/^[ \t]/.test(line)).length;
  return (
    <details className="p-fold">
      <summary>{t('try.added', { count })}</summary>
      <div className="t-header">
        {lines.map((line, place) => (
          // oxlint-disable-next-line react/no-array-index-key -- lines do not move
          <div key={place}>
            <Foreign text={line} mono />
          </div>
        ))}
      </div>
    </details>
  );
}
