// [THR-2] What V8 has freed is not left where it lay: searched for in the memory of a process that forgets.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { findInMemory, formsOf, type Needles } from './memory.ts';

it.skipIf(process.platform !== 'linux')(
  '[THR-2] of thousands of texts between things that live on, none is left after the clearing',
  async () => {
    const text = 'Marker-Agent/417.0 in the gaps';
    const child = fork(join(import.meta.dirname, 'remember.ts'), [[...text].reverse().join('')], {
      execArgv: ['--no-warnings', '--max-semi-space-size=2'],
    });
    try {
      const needles: Needles = new Map([['text', formsOf(text)]]);
      await once(child, 'message');
      expect([...findInMemory(child.pid ?? 0, needles)]).toEqual(['text']);
      child.send('forget');
      await once(child, 'message');
      // Threads of V8 write the zeros, which may not have their turn at once.
      const gone = { timeout: 30_000, interval: 500 };
      await vi.waitFor(() => expect([...findInMemory(child.pid ?? 0, needles)]).toEqual([]), gone);
    } finally {
      child.kill();
    }
  },
  60_000,
);
