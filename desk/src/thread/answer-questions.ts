/** The other end of a `Thread`. */

import { parentPort } from 'node:worker_threads';

/** @param answer if it is bytes, they are handed over, so that nothing is copied; where it throws, the thread ends */
export function answerQuestions<Question>(answer: (question: Question) => Promise<unknown>): void {
  parentPort?.on('message', (question: Question) => {
    void answer(question).then((given) => {
      parentPort?.postMessage(given, given instanceof Uint8Array ? [given.buffer as ArrayBuffer] : []);
    });
  });
}
