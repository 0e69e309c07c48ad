/** What an address refuses, in the words of section 4 of spec/http.md. */

import type { ProblemName } from './problem.ts';

/** A refusal that the listener turns into its problem. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly problem: ProblemName;
  readonly allow: string | undefined;

  constructor(name: ProblemName, allow?: string) {
    super(`answer a request: ${name}`);
    this.problem = name;
    this.allow = allow;
  }
}
