/** The time, and when to look at it again: arguments of everything in the server, so that tests and the simulator drive it. */

export interface Clock {
  /** Unix seconds. */
  now(): number;
}

export interface Timer {
  /** Runs the task once, after this many seconds, unless cancelled first. */
  after(seconds: number, task: () => void): { cancel(): void };
}
