/** Recognises the text in pictures of pages, inside a worker of the frame, which ends it when it takes too long. */

import { createOCREngine } from 'tesseract-wasm';
import type { Recognition } from './viewer-messages.ts';

export type RecogniseWork =
  | ({ readonly kind: 'begin' } & Pick<Recognition, 'wasm' | 'data'>)
  | { readonly kind: 'read'; readonly picture: ImageData };
export type RecogniseAnswer =
  /** Of the picture at work, in percent. */
  { readonly kind: 'progress'; readonly percent: number } | { readonly kind: 'text'; readonly text: string };

let engine: ReturnType<typeof createOCREngine> | null = null;

addEventListener('message', ({ data: work }: MessageEvent<RecogniseWork>) => {
  answer(work).catch((error: unknown) => {
    // An error that nobody has caught is one that the frame hears of.
    setTimeout(() => {
      throw error;
    });
  });
});

async function answer(work: RecogniseWork): Promise<void> {
  if (work.kind === 'begin') {
    engine = createOCREngine({ wasmBinary: work.wasm }).then((made) => {
      made.loadModel(work.data);
      return made;
    });
    await engine;
    return;
  }
  const reader = await engine;
  if (reader === null) throw new Error('recognise a text: no data of its language came before');
  reader.loadImage(work.picture);
  const text = reader.getText((percent) => tell({ kind: 'progress', percent }));
  reader.clearImage();
  tell({ kind: 'text', text });
}

function tell(answered: RecogniseAnswer): void {
  postMessage(answered);
}
