// A test that is asked for, tells of its progress line by line, and can be taken back.
import type { Bus } from '../bus.ts';
import { progressAt } from '../progress.ts';
import { type TestEvent, testEvent, type TestVerdict } from '../settings-test.ts';
import type { Asker } from './access.ts';
import { type AdminQuestion, type AdminReply, askAdmin } from './question.ts';

export interface TestListener {
  onEvent: (event: TestEvent) => void;
  /** Takes the test back. */
  signal?: AbortSignal;
}

export async function askTest<Request, Input extends { progress?: string | undefined }>(
  bus: Bus,
  question: AdminQuestion<Request, TestVerdict, Input>,
  who: Asker,
  request: Omit<NoInfer<Input>, 'progress'>,
  { ms, onEvent, signal }: TestListener & { ms: number },
): Promise<AdminReply<TestVerdict>> {
  using inbox = progressAt(bus, testEvent, onEvent);
  const cancel = (): void => inbox.cancel();
  signal?.addEventListener('abort', cancel);
  try {
    return await askAdmin(bus, question, who, { ...request, progress: inbox.subject } as Input, ms);
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}
