/** Reads a large sound or film for the frame's player, in a worker that can be ended. It asks for slices and has no other way to anything. */

import { Film, type FilmForm } from './film.ts';

/** To the worker. */
export type FilmOrder =
  | { readonly kind: 'open'; readonly bytes: number }
  /** The answer to the oldest `want` that has none. */
  | { readonly kind: 'slice'; readonly bytes: Uint8Array<ArrayBuffer> }
  /** From there on, in place of what was asked for before. `turn` comes back with its fragments. */
  | { readonly kind: 'from'; readonly turn: number; readonly form: FilmForm; readonly seconds: number }
  | { readonly kind: 'more' };

/** From the worker. */
export type FilmAnswer =
  | { readonly kind: 'want'; readonly from: number; readonly to: number }
  | { readonly kind: 'opened'; readonly duration: number; readonly forms: readonly FilmForm[] }
  /** `bytes` is null behind the last one. */
  | { readonly kind: 'fragment'; readonly turn: number; readonly bytes: Uint8Array<ArrayBuffer> | null }
  /** It holds nothing that is known. */
  | { readonly kind: 'no-player' }
  | { readonly kind: 'failed' };

const waiting: ((bytes: Uint8Array) => void)[] = [];
let film: Film | null = null;
let turn = 0;
let fragments: AsyncGenerator<Uint8Array<ArrayBuffer>, void> | null = null;

self.addEventListener('message', ({ data }: MessageEvent<FilmOrder>) => {
  obey(data).catch(() => tell({ kind: 'failed' }));
});

async function obey(order: FilmOrder): Promise<void> {
  if (order.kind === 'slice') waiting.shift()?.(order.bytes);
  else if (order.kind === 'open') await open(order.bytes);
  else if (order.kind === 'from') {
    const own = order.turn;
    turn = own;
    fragments = film?.fragments(order.form, order.seconds, () => turn === own) ?? null;
  } else await giveNext();
}

async function open(bytes: number): Promise<void> {
  film = await Film.open(bytes, (from, to) => {
    tell({ kind: 'want', from, to });
    return new Promise((resolve) => waiting.push(resolve));
  });
  if (film === null) tell({ kind: 'no-player' });
  else tell({ kind: 'opened', duration: film.duration, forms: film.forms });
}

async function giveNext(): Promise<void> {
  const asked = turn;
  const next = await fragments?.next();
  // Of a place that nobody is at any more.
  if (next === undefined || asked !== turn) return;
  tell({ kind: 'fragment', turn, bytes: next.done === true ? null : next.value });
}

function tell(answer: FilmAnswer): void {
  const given = answer.kind === 'fragment' && answer.bytes !== null ? [answer.bytes.buffer] : [];
  self.postMessage(answer, { transfer: given });
}
