/** The body of a request, piece by piece or whole, within bounds of size and time; no second copy of it stays in memory. */

import type { IncomingMessage } from 'node:http';
import type { Limits } from './limits.ts';
import { Refusal } from './refusal.ts';

/** So many seconds may be waited for so many bytes. */
interface Patience {
  readonly seconds: number;
  readonly bytes: number;
}

/** Of a file on its way in or out: one that is slower is given up, for it keeps others from theirs. */
export const filePatience = ({ fileSecondsMax }: Pick<Limits, 'fileSecondsMax'>): Patience => ({
  seconds: fileSecondsMax,
  bytes: 64 * 1024,
});

/** Of a body that has to come whole in this time. */
export const patienceOf = (seconds: number): Patience => ({ seconds, bytes: Number.POSITIVE_INFINITY });

/** Each piece is received when the one before it has been dealt with. @throws Refusal too-large, malformed, slow */
export async function* readPieces(
  request: IncomingMessage,
  bytesMax: number,
  patience: () => Patience,
): AsyncGenerator<Buffer> {
  const announced = request.headers['content-length'];
  if (announced !== undefined && Number(announced) > bytesMax) {
    discard(request);
    throw new Refusal('too-large');
  }
  const pieces = piecesOf(request);
  let [length, waited, got] = [0, 0, 0];
  let coming: Promise<IteratorResult<Buffer>> | null = null;
  try {
    for (;;) {
      const from = performance.now();
      coming = pieces.next();
      const { seconds, bytes } = patience();
      const next = await within(seconds * 1000 - waited, coming);
      waited += performance.now() - from;
      if (next.done === true) return;
      length += next.value.length;
      got += next.value.length;
      if (length > bytesMax) throw new Refusal('too-large');
      if (got >= bytes) [waited, got] = [0, 0];
      coming = null;
      yield next.value;
    }
  } finally {
    // One that is too much, or comes too late, is given to nobody.
    void coming?.then(
      ({ value }) => void value?.fill(0),
      () => undefined,
    );
    void pieces.return(undefined);
  }
}

/** So much of a body is read before it takes a place among those that are held in memory: 32 MiB of all connections. */
const freeBytes = 32 * 1024;

/**
 * Each piece is copied and zeroed as it comes: a piece costs some hundred bytes beside what is in it, and whoever sends
 * chooses how small they are.
 * @param begun called once, when 32 KiB have come, or all; what it throws ends the reading
 * @throws Refusal too-large, malformed, slow
 */
export async function readBody(
  request: IncomingMessage,
  bytesMax: number,
  secondsMax: number,
  begun: () => void = () => undefined,
): Promise<Uint8Array> {
  const announced = Number(request.headers['content-length'] ?? 0);
  let body = new Uint8Array(Math.min(announced, freeBytes));
  let length = 0;
  let hasBegun = false;
  try {
    for await (const piece of readPieces(request, bytesMax, () => patienceOf(secondsMax))) {
      const bytes = length + piece.length;
      if (bytes > body.length) body = grown(body, Math.min(bytesMax, Math.max(bytes, announced, 2 * body.length)));
      body.set(piece, length);
      length = bytes;
      piece.fill(0);
      if (hasBegun || length <= freeBytes) continue;
      hasBegun = true;
      begun();
    }
    if (!hasBegun) begun();
    return body.subarray(0, length);
  } catch (error) {
    // Without scripts a body is what a person typed: nothing stays of one that broke off, nor a second copy of a whole one.
    body.fill(0);
    throw error;
  }
}

/** @throws Refusal as `readBody`, and malformed or too-large where the head does not announce just this length */
export async function readExactBody(
  request: IncomingMessage,
  bytes: number,
  secondsMax: number,
  begun?: () => void,
): Promise<Uint8Array> {
  const announced = Number(request.headers['content-length']);
  if (announced === bytes) return readBody(request, bytes, secondsMax, begun);
  discard(request);
  throw new Refusal(announced > bytes ? 'too-large' : 'malformed');
}

/** Nothing stays of the smaller one. */
function grown(body: Uint8Array, bytes: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(bytes);
  larger.set(body);
  body.fill(0);
  return larger;
}

const wipe = (piece: Buffer): void => void piece.fill(0);

/** By events: the iterator of Node joins pieces that wait, and leaves them behind. */
async function* piecesOf(request: IncomingMessage): AsyncGenerator<Buffer> {
  const waiting: Buffer[] = [];
  let wake: () => void = () => undefined;
  const take = (piece: Buffer): void => {
    waiting.push(piece);
    request.pause();
    wake();
  };
  const close = (): void => wake();
  request.off('data', wipe).on('data', take).on('end', close).on('close', close).on('error', close);
  try {
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const piece = waiting.shift();
      if (piece !== undefined) yield piece;
      else if (request.readableEnded) return;
      else if (request.destroyed) throw new Refusal('malformed');
      else {
        request.resume();
        await changed;
      }
    }
  } finally {
    request.off('data', take);
    waiting.forEach(wipe);
    discard(request);
  }
}

/** Node would keep what has come and what comes until the connection is closed. */
export function discard(request: IncomingMessage): void {
  for (const piece of heldBy(request)) piece.fill(0);
  request.on('data', wipe).resume();
}

function heldBy(request: IncomingMessage): Iterable<Uint8Array> {
  const held: unknown = Reflect.get(request, 'readableBuffer');
  return Array.isArray(held) ? held.filter((piece) => piece instanceof Uint8Array) : [];
}

export async function within<Value>(milliseconds: number, value: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Refusal('slow')), Math.max(0, milliseconds));
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}
