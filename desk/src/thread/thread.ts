/** Work in a thread of its own, so that the process goes on answering the page: one question after the other. */

import { type Transferable, Worker } from 'node:worker_threads';

/** Also when it was closed before it could answer. */
class ThreadEnded extends Error {
  override readonly name = 'ThreadEnded';

  constructor(reason: string) {
    super(`ask a thread: it ${reason}`);
  }
}

export class Thread<Question, Answer> {
  readonly #worker: Worker;
  #end: ThreadEnded | null = null;
  #fail: (reason: ThreadEnded) => void = () => undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @param module that answers by `answerQuestions` */
  constructor(module: URL) {
    // What a library has to say of a damaged file goes nowhere.
    this.#worker = new Worker(module, { stdout: true, stderr: true });
    this.#worker.once('error', () => this.#ended('failed'));
    this.#worker.once('exit', () => this.#ended('was closed'));
  }

  /**
   * Its turn comes when those before it were answered. @param given goes to the thread and is empty here afterwards
   * @throws ThreadEnded, here and for every later question, once one of them has failed
   */
  ask(question: Question, given: readonly Transferable[] = []): Promise<Answer> {
    const answer = this.#last.then(() => this.#ask(question, given));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  /** Ends whatever it is at. */
  close(): void {
    this.#ended('was closed');
    void this.#worker.terminate();
  }

  #ask(question: Question, given: readonly Transferable[]): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#end !== null) return reject(this.#end);
      this.#fail = reject;
      this.#worker.once('message', resolve);
      this.#worker.postMessage(question, given);
    });
  }

  #ended(reason: string): void {
    this.#end ??= new ThreadEnded(reason);
    this.#fail(this.#end);
  }
}
