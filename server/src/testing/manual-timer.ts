/** Minutes that pass only when they are told to. */

import type { Timer } from '../ports/clock.ts';

export function manualTimer(): Timer & { readonly pass: (minutes: number) => void } {
  let now = 0;
  const tasks = new Set<{ readonly at: number; readonly task: () => void }>();
  const after = (seconds: number, task: () => void): { cancel(): void } => {
    const entry = { at: now + seconds, task };
    tasks.add(entry);
    return { cancel: () => void tasks.delete(entry) };
  };
  const pass = (minutes: number): void => {
    now += minutes * 60;
    for (const entry of [...tasks]) {
      if (entry.at > now || !tasks.delete(entry)) continue;
      entry.task();
    }
  };
  return { after, pass };
}
