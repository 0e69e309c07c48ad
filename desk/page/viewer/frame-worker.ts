/** Workers of the frame: their code comes from the page, since the frame has no way to load any. */

/** @param onError it failed, and says nothing more */
export function startWorker<Answer>(code: string, take: (answer: Answer) => void, onError: () => void): Worker {
  const started = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
  started.addEventListener('message', ({ data }: MessageEvent<Answer>) => take(data));
  started.addEventListener('error', onError);
  return started;
}
