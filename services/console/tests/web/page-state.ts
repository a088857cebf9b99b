import type { Page } from 'playwright-core';
import type { FakeApi } from './fake-api.ts';

/** A state that a page can be in, and how it gets there. */
export interface PageState {
  path: string;
  prepare?: (api: FakeApi) => void;
  /** Waits for what shows the state, where it is not a quiet page. */
  reach?: (page: Page, api: FakeApi) => Promise<void>;
  isFailing?: true;
}
