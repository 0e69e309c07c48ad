/** Keeps what is typed a moment later, all of it at once. */
import { useEffect, useRef } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';

const keepMs = 500;

export interface Keeper {
  readonly later: () => void;
  /** What waits, if anything does; resolves when it is kept. */
  readonly now: () => Promise<void>;
}

/** @param keep the newest, whatever that is when it is called */
export function useKeeper(page: DeskPage, keep: () => Promise<void>): Keeper {
  const timer = useRef(0);
  /** One at a time, so that the newest is kept last. */
  const turn = useRef<Promise<void>>(Promise.resolve());
  const keepNext = (): Promise<void> => {
    const kept = turn.current.then(keep);
    turn.current = kept.catch(() => undefined);
    return kept;
  };
  const now = async (): Promise<void> => {
    if (timer.current === 0) return turn.current;
    window.clearTimeout(timer.current);
    timer.current = 0;
    await keepNext();
  };
  const later = (): void => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      timer.current = 0;
      page.quietly(keepNext());
    }, keepMs);
  };
  useEffect(() => () => page.quietly(now()), []);
  return { later, now };
}
