// The console's pages begin here: words first, then who is logged in, then the page of the address.
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { call } from './api/client.ts';
import { followEvents } from './api/events.ts';
import { asProblem } from './api/problem.ts';
import { queries } from './api/queries.ts';
import { session } from './api/session.ts';
import { useStore } from './api/store.ts';
import { startLanguages } from './i18n/index.ts';
import { router } from './router.tsx';
import { LoginPage } from './shell/LoginPage.tsx';
import { LookProvider } from './ui/Provider.tsx';
import { shareStyleNonce } from './ui/theme.ts';

function App() {
  const who = useStore(session.who);
  const isUser = who?.role === 'user';
  useEffect(() => {
    if (who !== null && !isUser) followEvents();
    // oxlint-disable-next-line react/exhaustive-deps -- once somebody is there
  }, [who === null]);
  return who === null ? <LoginPage /> : <RouterProvider router={router} />;
}

async function start(root: HTMLElement): Promise<void> {
  shareStyleNonce();
  const who = call('GET /session').catch((error: unknown) => {
    if (asProblem(error).status !== 401) console.warn(error);
    return null;
  });
  await startLanguages();
  const known = await who;
  if (known !== null) session.begin(known);
  createRoot(root).render(
    <StrictMode>
      <LookProvider>
        <QueryClientProvider client={queries}>
          <App />
        </QueryClientProvider>
      </LookProvider>
    </StrictMode>,
  );
}

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
void start(root);
