// Below the settings of the address book: what programs are set up with, and what one of them would find, for somebody.
import { useState } from 'react';
import { asProblem } from '../api/problem.ts';
import { useApi, useChange } from '../api/queries.ts';
import { useWords } from '../i18n/index.ts';
import { Button, Select, TextInput } from '../ui/controls.ts';
import { Loading } from '../ui/Loading.tsx';
import { Failure, Notice, sentence } from '../ui/Notice.tsx';
import { BookSetUp } from './BookSetUp.tsx';
import { TriedBook } from './TriedBook.tsx';

const programs = ['thunderbird', 'outlook', 'outlookList', 'apple', 'roundcube'] as const;

export function BookPanel() {
  const { t } = useWords();
  const [address, setAddress] = useState('');
  const { data, error, refetch } = useApi('GET /address-book/client');
  const login = /^[^\s@]+@[^\s@]+$/.test(address.trim()) ? address.trim() : '';
  return (
    <>
      <TryForm address={address} onAddress={setAddress} />
      <h3 className="f-column-title">{t('bookClients.title')}</h3>
      {error !== null && <Failure error={error} onRetry={refetch} />}
      {data === undefined && error === null && <Loading height={160} />}
      {data !== undefined &&
        (data.addressBook === null ? (
          <Notice>{t('bookClients.off')}</Notice>
        ) : (
          <BookSetUp book={data.addressBook} login={login} />
        ))}
    </>
  );
}

interface TryFormProps {
  address: string;
  onAddress: (address: string) => void;
}

function TryForm({ address, onAddress }: TryFormProps) {
  const { t, say } = useWords();
  const [program, setProgram] = useState<(typeof programs)[number]>('thunderbird');
  const [text, setText] = useState('');
  const trying = useChange('POST /address-book/try');
  const problems = trying.error === null ? [] : asProblem(trying.error).errors;
  const problem = problems.find(({ field }) => field === 'as');
  const isReady = address.trim() !== '' && text.trim() !== '';
  return (
    <>
      <h3 className="f-column-title">{t('bookClients.try')}</h3>
      <p>{t('bookClients.tryText')}</p>
      <form
        className="f-try-book"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady && !trying.isPending) trying.mutate({ body: { as: address.trim(), program, text } });
        }}
      >
        <TextInput
          label={t('bookClients.as')}
          placeholder={t('bookClients.asHelp')}
          error={problem === undefined ? undefined : sentence(say(problem.message))}
          value={address}
          onChange={(event) => onAddress(event.currentTarget.value)}
          maxLength={320}
          autoComplete="off"
          spellCheck={false}
        />
        <Select
          label={t('bookClients.program')}
          value={program}
          onChange={(chosen) => setProgram(programs.find((one) => one === chosen) ?? 'thunderbird')}
          data={programs.map((one) => ({ value: one, label: t(`bookClients.program.${one}`) }))}
          allowDeselect={false}
        />
        <TextInput
          label={t('bookClients.typed')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
        />
        <Button type="submit" disabled={!isReady} loading={trying.isPending}>
          {t('bookClients.run')}
        </Button>
      </form>
      {trying.error !== null && problem === undefined && <Failure error={trying.error} />}
      {trying.data !== undefined && !trying.isPending && <TriedBook answer={trying.data} />}
    </>
  );
}
