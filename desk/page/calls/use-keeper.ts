/** Keeps what is typed while a part of the page is shown, and what is left when it goes. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { DeskPage } from '../desk-page.ts';
import { Keeping } from './keeping.ts';

const delayMs = 500;

export interface Keeper {
  readonly later: () => void;
  /** What waits or has failed before, if anything has; resolves when all is kept, and rejects if it is not. */
  readonly now: () => Promise<void>;
  /** The last try came to nothing. */
  readonly hasFailed: boolean;
}

/** @param keep the newest, whatever that is when it is called */
export function useKeeper(page: DeskPage, keep: () => Promise<void>): Keeper {
  const [hasFailed, setFailed] = useState(false);
  const newest = useRef(keep);
  newest.current = keep;
  const [keeping] = useState(
    () => new Keeping({ delayMs, keep: () => newest.current(), tell: (isKept) => setFailed(!isKept) }),
  );
  const now = (): Promise<void> => keeping.now();
  useEffect(() => () => page.quietly(now()), []);
  return { later: () => keeping.later((kept) => page.quietly(kept)), now, hasFailed };
}
