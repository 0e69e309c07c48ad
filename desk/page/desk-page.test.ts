import type { Change } from '@postern/desk/app/api';
import { expect, it, vi } from 'vitest';
import type { DeskClient } from './desk-client.ts';
import { DeskPage } from './desk-page.ts';

it('says nothing of a file that was looked into before the desk was locked', async () => {
  let tell: (change: Change) => void = () => undefined;
  let read: (content: ReadableStream) => void = () => undefined;
  const client = {
    start: () => Promise.resolve(),
    changes: (take: typeof tell) => {
      tell = take;
      return new Promise(() => undefined);
    },
    readPieces: () =>
      new Promise<ReadableStream>((resolve) => {
        read = resolve;
      }),
  };
  const page = new DeskPage(client as unknown as DeskClient);
  void page.run('');
  await vi.waitFor(() => {
    tell({ kind: 'phase', phase: 'open', idleMinutes: 10 });
    expect(page.state.value.phase).toBe('open');
  }, 20_000);
  const place = { id: '', message: '', at: 0 };
  const examined = page.examine({ place, kept: 'kept', name: 'photo.jpg', bytes: 1 });
  expect(page.state.value.traces.get('kept')).toBe('looking');
  for (const phase of ['locked', 'open'] as const) tell({ kind: 'phase', phase, idleMinutes: 10 });
  read(new ReadableStream());
  await examined;
  expect(page.state.value.phase).toBe('open');
  expect(page.state.value.traces.size).toBe(0);
});
