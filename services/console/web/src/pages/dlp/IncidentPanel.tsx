// One incident: what was found, masked, and the ways to the mail.
import { useWords } from '../../i18n/index.ts';
import { CodeWithCopy } from '../../ui/CodeLine.tsx';
import { Facts } from '../../ui/Facts.tsx';
import { Foreign } from '../../ui/Foreign.tsx';
import { Go } from '../../ui/Go.tsx';
import { SidePanel } from '../../ui/SidePanel.tsx';
import { Time } from '../../ui/Time.tsx';
import { actionWords, foundWords, type Incident, unreadWords } from './parts.ts';

export function IncidentPanel({ incident, onClose }: { incident: Incident; onClose: () => void }) {
  const { t } = useWords();
  const { rule, action, sender, recipients, at, mail, found } = incident;
  return (
    <SidePanel title={t('dlp.incident')} onClose={onClose} size={600}>
      <Facts
        facts={[
          rule === ''
            ? null
            : [
                t('dlp.rule'),
                <Go key="r" to="/dlp" search={{ open: rule }}>
                  <Foreign text={rule} />
                </Go>,
              ],
          [t('dlp.became'), actionWords(action, t)],
          [t('queue.sender'), <Foreign key="f" text={sender === '' ? t('queue.nullSender') : sender} />],
          [t('queue.recipient'), <Foreign key="t" text={recipients.join(', ')} maxLength={2000} />],
          [t('dlp.at'), <Time key="a" at={at} />],
          [t('queue.id'), <CodeWithCopy key="i" value={mail} />],
        ]}
      />
      <p className="p-actions p-gap">
        {action === 'quarantine' && (
          <Go to="/quarantine" search={quarantineOf(incident)}>
            {t('dlp.toQuarantine')}
          </Go>
        )}
        <Go to={`/trace/${mail}`}>{t('dlp.toTrace')}</Go>
      </p>
      <h3 className="p-gap">{t('dlp.what')}</h3>
      {found.map(({ what, count, excerpts }, place) => (
        // oxlint-disable-next-line react/no-array-index-key -- two conditions may be of one kind
        <section key={`${what} ${place}`}>
          {foundWords(what, t)} · {count}
          <ul className="d-excerpts">
            {excerpts.map((excerpt) => (
              <li key={excerpt}>
                <Foreign text={what === 'unread' ? unreadWords(excerpt, t) : excerpt} maxLength={400} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      <p className="p-small p-muted">{t('dlp.masked')}</p>
    </SidePanel>
  );
}

/** Recipients of whom something else was said go on as a mail of their own: it is looked for by who and to whom. */
function quarantineOf({ sender, recipients }: Incident): Record<string, string> {
  const [recipient] = recipients;
  return {
    filter: 'dlp',
    ...(sender !== '' && { sender }),
    ...(recipient !== undefined && { recipient }),
  };
}
