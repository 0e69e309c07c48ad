/** What a check found: a broken promise, or a loss that the run's own mishaps explain. */

export interface Breach {
  /** Id of the promise in the specification. */
  readonly id: string;
  readonly what: string;
}

export interface Findings {
  readonly breaches: readonly Breach[];
  /** Counted and listed, not held against anybody. */
  readonly explained: readonly string[];
}
