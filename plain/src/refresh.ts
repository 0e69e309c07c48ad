/** After how many seconds a page on which something is awaited loads itself again. */
import { isWaiting, type State } from '@postern/source/state';

/** After a moment, for the server's answer to have come. */
const afterMomentSeconds = 3;

export class Refresh {
  readonly #everShown = new Set<string>();

  /** Zero for never. */
  secondsTo({ screen, session, times, trouble, organisation }: State): number {
    // Not where somebody is typing: a page that loads itself anew is empty again.
    const isTyped = organisation !== undefined && screen !== 'sent' && screen !== 'answers';
    if (trouble !== undefined) return isTyped ? 0 : 30;
    const isSent = screen === 'sent' && isWaiting(session);
    const { looked, answers, unreadable } = session;
    const isLooking = looked === 'not-yet' || looked === 'fetching' || unreadable > 0;
    const shows = screen === 'answers' && (isLooking || !this.#isAllShown(answers));
    if (times === undefined || !(isSent || shows)) return 0;
    const at = isSent ? times.envelope : looked === 'not-yet' ? times.index : times.request;
    return Math.ceil(Math.max(0, at - times.now)) + afterMomentSeconds;
  }

  /** Answers of this page that have not been on an earlier one ask for one more look, which tells that they have come. */
  #isAllShown(answers: State['session']['answers']): boolean {
    const isSame = answers.every(({ id }) => this.#everShown.has(id));
    for (const { id, text } of answers) if (text !== null) this.#everShown.add(id);
    return isSame;
  }
}
