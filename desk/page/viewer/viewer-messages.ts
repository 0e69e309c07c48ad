/** What the page and the frame that shows files say to each other. The page trusts no word of the frame: see `readFrameMessage`. */

/** From the page. `worker` and `wasm` draw documents; the frame has no way to load them itself. */
export interface ShowFile {
  readonly kind: 'show';
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly worker: string;
  readonly wasm: ArrayBuffer;
  readonly scheme: 'light' | 'dark';
}
export interface TurnPage {
  readonly kind: 'page';
  readonly page: number;
}

/** Why a file is not shown. */
const viewProblems = ['unknown', 'damaged', 'too-large', 'locked', 'too-slow'] as const;
export type ViewProblem = (typeof viewProblems)[number];

export type FrameMessage =
  | { readonly kind: 'ready' }
  /** `pages` is 0 where there is nothing to turn. */
  | { readonly kind: 'shown'; readonly page: number; readonly pages: number }
  | { readonly kind: 'failed'; readonly problem: ViewProblem };

const pagesMax = 100_000;

/** Null for anything that is none: a frame that was taken over can say nothing else. */
export function readFrameMessage(data: unknown): FrameMessage | null {
  if (typeof data !== 'object' || data === null) return null;
  const { kind, page, pages, problem } = data as Readonly<Record<string, unknown>>;
  if (kind === 'ready') return { kind };
  if (kind === 'shown' && isCount(page) && isCount(pages)) return { kind, page, pages };
  const known = viewProblems.find((name) => name === problem);
  return kind === 'failed' && known !== undefined ? { kind, problem: known } : null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= pagesMax;
}
