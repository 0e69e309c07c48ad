import { expect, it } from 'vitest';
import { clearRemains } from './remains.ts';

it('[THR-1] once it is closed, a connection that goes away later leaves no timer behind', () => {
  const waiting = new Set<() => void>();
  const after = (_seconds: number, task: () => void): { cancel(): void } => {
    waiting.add(task);
    return { cancel: () => void waiting.delete(task) };
  };
  const parser = { clear: () => Promise.resolve(), close: () => undefined };
  const remains = clearRemains({ after }, parser, 60);
  remains.left();
  expect(waiting.size).toBe(1);
  for (const task of waiting) task();
  waiting.clear();
  remains.close();
  remains.left();
  expect(waiting.size).toBe(0);
});
