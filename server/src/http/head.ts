/** The head of an answer as one list of names and values: Node writes it as it is, where headers set one by one cost more. */

import { type Answer, isShared } from './answer.ts';
import { headersFor } from './headers.ts';

type Head = readonly (string | number)[];

const kept = new WeakMap<Answer, Head>();

/** @param hasLength whether the answer may have a body */
export function headOf(answer: Answer, hasLength: boolean): (string | number)[] {
  const head = kept.get(answer) ?? makeHead(answer, hasLength);
  if (isShared(answer)) kept.set(answer, head);
  // Node's types want a list that may be changed, which it does not do.
  return head as (string | number)[];
}

function makeHead({ type, body, stream, headers: own = [], isStill }: Answer, hasLength: boolean): Head {
  const head: (string | number)[] = [];
  // Two policies would both hold: one of the answer's own takes the place of the common one.
  for (const [name, value] of headersFor(type, isStill))
    if (!own.some(([known]) => known === name)) head.push(name, value);
  for (const [name, value] of own) head.push(name, value);
  if (type !== undefined) head.push('Content-Type', type);
  if (hasLength) head.push('Content-Length', stream?.bytes ?? body.length);
  return head;
}
