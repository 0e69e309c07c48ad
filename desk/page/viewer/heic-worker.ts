/** Decodes pictures of phones (HEIC), inside a worker of the frame, which ends it when it takes too long. */

import libheif from 'libheif-js/libheif-wasm/libheif.js';
import { picturePixelsMax } from './picture-size.ts';

export interface HeicWork {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly wasm: ArrayBuffer;
}

addEventListener('message', ({ data }: MessageEvent<HeicWork>) => {
  decode(data).then(
    (picture) => (picture === null ? postMessage(null) : postMessage(picture, { transfer: [picture.data.buffer] })),
    () => postMessage(null),
  );
});

/** The first of those in it that are for people to see, turned as its file says. Null: it cannot be decoded, or is larger than its boxes say. */
async function decode({ bytes, wasm }: HeicWork): Promise<ImageData | null> {
  const library = await new Promise<ReturnType<typeof libheif>>((resolve) => {
    const started = libheif({ wasmBinary: wasm, onRuntimeInitialized: () => queueMicrotask(() => resolve(started)) });
  });
  const pictures = new library.HeifDecoder().decode(bytes);
  const picture = pictures.find((one) => one.is_primary()) ?? pictures[0];
  if (picture === undefined) return null;
  const [width, height] = [picture.get_width(), picture.get_height()];
  if (width * height < 1 || width * height > picturePixelsMax) return null;
  return new Promise((resolve) => picture.display(new ImageData(width, height), resolve));
}
