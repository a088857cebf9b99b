// What needs a hand, worst first: what is, what to do, and where. Its first line says how the server is at all.
import type { Answer } from '../../api/client.ts';
import { useWords } from '../../i18n/index.ts';
import { Go } from '../../ui/Go.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Block } from '../../ui/Page.tsx';
import { StatusBadge, type Tone } from '../../ui/StatusBadge.tsx';
import './overview.css';

export type Remark = Answer<'GET /overview/mail'>['remarks'][number];

const tones: Readonly<Record<Remark['tone'], Tone>> = { danger: 'danger', warn: 'warn', notice: 'plain' };
const ranks: Readonly<Record<Remark['tone'], number>> = { danger: 0, warn: 1, notice: 2 };

export function Attention({ remarks }: { remarks: readonly Remark[] }) {
  const { t } = useWords();
  const count = remarks.length;
  const sorted = remarks.toSorted((a, b) => ranks[a.tone] - ranks[b.tone]);
  if (count === 0) return <Notice tone="ok">{t('overview.fine')}</Notice>;
  const isTrouble = sorted[0]?.tone === 'danger';
  return (
    <>
      <Notice tone={isTrouble ? 'danger' : 'warn'}>
        {isTrouble ? t('overview.trouble') : t('overview.remarks', { count })}
      </Notice>
      <Block title={t('overview.attention')}>
        <ul className="p-remarks">
          {sorted.map((remark) => (
            <RemarkLine key={`${remark.code} ${remark.message.en}`} remark={remark} />
          ))}
        </ul>
      </Block>
    </>
  );
}

function RemarkLine({ remark: { tone, message, advice, to } }: { remark: Remark }) {
  const { t, say } = useWords();
  return (
    <li>
      <span>
        <StatusBadge tone={tones[tone]}>{t(`overview.tone.${tone}`)}</StatusBadge>
      </span>
      <div>
        <div>{say(message)}</div>
        <div className="p-muted p-small">{say(advice)}</div>
      </div>
      <Go {...placeOf(to)}>{t('overview.go')}</Go>
    </li>
  );
}

/** `/queue?state=held` as the router takes it. */
function placeOf(to: string): { to: string; search: Record<string, string> } {
  const [path = '/', query = ''] = to.split('?');
  return { to: path, search: Object.fromEntries(new URLSearchParams(query)) };
}
