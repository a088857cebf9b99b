// Questions of pages, kept by route and parts; changes make what they touch be asked anew.
import { QueryClient, useMutation, useQuery } from '@tanstack/react-query';
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
  return useQuery<Answer<Name>>({
    queryKey: [name, given ?? {}],
    queryFn: ({ signal }) => call(name, given, signal),
    placeholderData: (before) => before,
    ...(every !== undefined && { refetchInterval: every }),
    ...(staleTime !== undefined && { staleTime }),
    ...(enabled !== undefined && { enabled }),
  });
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
