/** Looks into a file inside a worker of the frame: a page that shares its thread with the frame does not stand still. */

import { concat } from '@postern/protocol/bytes/encode';
import { examine } from '@postern/protocol/metadata/examine';
import { cleanMetadata, inspectMetadata } from '@postern/protocol/metadata/inspect';
import type { ExaminedFile } from './viewer-messages.ts';

export interface ExamineWork {
  /** Of the file, in order. */
  readonly pieces: readonly Uint8Array<ArrayBuffer>[];
  readonly isCleaned: boolean;
}

addEventListener('message', ({ data: { pieces, isCleaned } }: MessageEvent<ExamineWork>) => {
  const clean = isCleaned ? cleanMetadata : () => Promise.reject(new Error('clean a file: nobody asked'));
  void examine({ inspectMetadata, cleanMetadata: clean }, concat(...pieces)).then(({ cleaned, ...seen }) => {
    // By reference, so that the page has nothing to copy.
    const copy = cleaned === null ? null : new Blob([cleaned as Uint8Array<ArrayBuffer>]);
    postMessage({ ...seen, cleaned: copy } satisfies ExaminedFile);
  });
});
