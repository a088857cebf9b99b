// Questions of pages, kept by route and parts; changes make what they touch be asked anew.
import { hashKey, QueryClient, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Answer, call, type Given, type RouteName } from './client.ts';
import { connection } from './connection.ts';
import { ApiProblem } from './problem.ts';

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (count, error) => count < 2 && error instanceof ApiProblem && error.status === 503,
      refetchOnWindowFocus: true,
      // A browser that thinks it is offline still asks: otherwise it waits, and nobody is told why.
      networkMode: 'always',
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});
connection.onRestored(() => void queries.invalidateQueries());

interface Options {
  /** Asks again after so long. */
  every?: number | false;
  staleTime?: number;
  enabled?: boolean;
}

export function useApi<Name extends RouteName>(name: Name, given?: Given<Name>, options: Options = {}) {
  const { every, staleTime, enabled } = options;
  const queryKey = [name, given ?? {}];
  const answer = useQuery<Answer<Name>>({
    queryKey,
    queryFn: ({ signal }) => call(name, given, signal),
    placeholderData: (before) => before,
    ...(every !== undefined && { refetchInterval: every }),
    ...(staleTime !== undefined && { staleTime }),
    ...(enabled !== undefined && { enabled }),
  });
  const { data, refetch } = answer;
  const error = useLastFailure(hashKey(queryKey), answer.error, data !== undefined);
  return {
    ...{ data, error, refetch },
    // Followed by those who look at it: the others are not drawn anew with every question.
    get isFetching() {
      return answer.isFetching;
    },
  };
}

/** The last failure of a question stays until there is an answer: the library forgets it as soon as it asks again. */
function useLastFailure(question: string, now: Error | null, isAnswered: boolean): Error | null {
  const [last, setLast] = useState({ question, error: now });
  const kept = last.question === question && !isAnswered ? last.error : null;
  const error = now ?? kept;
  if (last.question !== question || last.error !== error) setLast({ question, error });
  return error;
}

/** A field of the settings as it is stored, such as `dlp.defaultAction`; undefined until it is there. */
export function useStoredField(path: string): unknown {
  const [section, field = ''] = path.split('.');
  const { data } = useApi('GET /settings');
  const stored = data?.sections.find(({ name }) => name === section);
  return (stored?.document as Readonly<Record<string, unknown>> | undefined)?.[field];
}

/** A change; afterwards everything whose path begins with one of `touches` (`/accounts`) is asked anew. */
export function useChange<Name extends RouteName>(name: Name, touches: readonly string[] = []) {
  return useMutation<Answer<Name>, Error, Given<Name>>({
    mutationFn: (given) => call(name, given),
    onSuccess: () => refresh(touches),
  });
}

export async function refresh(paths: readonly string[]): Promise<void> {
  await queries.invalidateQueries({
    predicate: ({ queryKey: [name] }) =>
      typeof name === 'string' && paths.some((path) => name.startsWith(`GET ${path}`)),
  });
}
