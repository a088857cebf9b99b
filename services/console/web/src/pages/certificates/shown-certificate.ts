// A certificate that is to be shown by the servers at once: the field of both sections that name one.
import { call } from '../../api/client.ts';
import { refresh, useApi } from '../../api/queries.ts';

const users = ['smtpEncryption', 'accessEncryption'];

/** Nobody has chosen one yet: the generated one is shown. Undefined until that is known. */
export function useIsNoneChosen(): boolean | undefined {
  const sections = useApi('GET /settings').data?.sections;
  return sections
    ?.filter(({ name }) => users.includes(name))
    .every(({ document }) => !document.certificateId);
}

/** The revisions are of now: storing a certificate has changed them. */
export async function showToClients(certificateId: string): Promise<void> {
  const { sections } = await call('GET /settings');
  const changes = sections
    .filter(({ name }) => users.includes(name))
    .map(({ name, revision }) => ({ section: name, expectedRevision: revision, patch: { certificateId } }));
  await call('POST /settings/changes', { body: { changes, validateOnly: false } });
  await refresh(['/settings', '/certificates', '/overview']);
}
