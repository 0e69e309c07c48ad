/** Lists archives inside a worker of the frame, which ends it when it takes too long. */

import type { ArchiveList } from './archive-kind.ts';
import { listArchive } from './archive-list.ts';

export interface ArchiveWork {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly wasm: ArrayBuffer;
}

addEventListener('message', ({ data: { bytes, wasm } }: MessageEvent<ArchiveWork>) => {
  // The library can only fetch what it is compiled to, and there is no way out of here.
  const headers = { 'Content-Type': 'application/wasm' };
  Object.assign(globalThis, { fetch: async () => new Response(wasm, { headers }) });
  listArchive(bytes).then(
    (list) => postMessage(list),
    () => postMessage({ kind: 'failed', problem: 'damaged' } satisfies ArchiveList),
  );
});
