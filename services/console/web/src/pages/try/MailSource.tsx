// The mail: a file that is chosen or dropped, or its source that is pasted.
import { formatSize } from '../../i18n/format.ts';
import { useWords } from '../../i18n/index.ts';
import { Button, Textarea } from '../../ui/controls.ts';
import { FileDrop } from '../../ui/FileDrop.tsx';
import { Notice } from '../../ui/Notice.tsx';
import { Block } from '../../ui/Page.tsx';
import { mostBytes, typeMail, type TypedMail } from './tried-mail.ts';

export function MailSource({ typed: { file, source }, isLarge }: { typed: TypedMail; isLarge: boolean }) {
  const { t, language } = useWords();
  const most = formatSize(mostBytes, language);
  const chosen = file === null ? '' : `${file.name} · ${formatSize(file.size, language)}`;
  return (
    <Block title={t('try.mail')}>
      <FileDrop
        label={t('try.choose')}
        accept=".eml,message/rfc822"
        onFiles={([first]) => first !== undefined && typeMail({ file: first })}
        chosen={chosen}
      >
        {file === null ? (
          <Textarea
            mt="sm"
            label={t('try.paste')}
            description={t('try.pasteHelp', { size: most })}
            value={source}
            onChange={(event) => typeMail({ source: event.currentTarget.value })}
            rows={8}
            spellCheck={false}
            autoComplete="off"
            classNames={{ input: 'p-mono' }}
            placeholder={'From: boss@client.example\nTo: anna@example.org\nSubject: …'}
          />
        ) : (
          <div className="p-actions p-gap">
            <Button variant="subtle" size="compact-sm" onClick={() => typeMail({ file: null })}>
              {t('try.removeFile')}
            </Button>
          </div>
        )}
      </FileDrop>
      {isLarge && (
        <div className="p-gap">
          <Notice tone="danger">{t('try.large', { size: most })}</Notice>
        </div>
      )}
      {file?.size === 0 && (
        <div className="p-gap">
          <Notice tone="danger">{t('try.emptyFile')}</Notice>
        </div>
      )}
    </Block>
  );
}
