/** What one check of `postern doctor` found. */

export interface Finding {
  /** Stable, for scripts. */
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'failed';
  /** One sentence, with what to do if there is something to do. */
  readonly text: string;
}

export function ok(check: string, text: string): Finding {
  return { check, state: 'ok', text };
}

export function warning(check: string, text: string): Finding {
  return { check, state: 'warning', text };
}

export function failed(check: string, text: string): Finding {
  return { check, state: 'failed', text };
}
