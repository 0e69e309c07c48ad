/** What the network and the operator's process see of visits of the same length is the same, whatever they did (THR-4, THR-5, REQ-1, REQ-2). */

import type { Exchange } from '../network.ts';
import type { Breach } from './breach.ts';

/** What somebody sees of one visit, one line for each request. */
export type View = (exchange: Exchange, openedAt: number) => string;

/** Sizes, times, order: all that a network observer has, and more, since paths are hidden from him. */
export const networkView: View = ({ at, method, path, bytesUp, status, bytesDown }, openedAt) =>
  `${at - openedAt} ${method} ${path} ${bytesUp} ${status} ${bytesDown}`;

/** What the process did with its storage for each request. */
export const operatorView: View = (exchange, openedAt) => {
  return `${networkView(exchange, openedAt)} ${exchange.inside.join(' | ')}`;
};

/** @param visits circuits that must look alike, each as it is seen from its page load on */
export function checkVisits(
  id: 'THR-4' | 'THR-5',
  exchanges: readonly Exchange[],
  visits: readonly string[],
  view: View,
): Breach[] {
  const [first = '', ...others] = visits;
  const expected = linesOf(exchanges, first, view);
  if (expected.length === 0) return [{ id, what: `${first}: nothing was seen` }];
  return others.flatMap((visit) => {
    const lines = linesOf(exchanges, visit, view);
    const at = lines.findIndex((line, place) => line !== expected[place]);
    if (at === -1 && lines.length === expected.length) return [];
    const place = at === -1 ? expected.length : at;
    return [{ id, what: `${visit} differs from ${first}: "${lines[place]}" and "${expected[place]}"` }];
  });
}

function linesOf(exchanges: readonly Exchange[], visit: string, view: View): string[] {
  const own = exchanges.filter(({ circuit }) => circuit === visit);
  return own.map((exchange) => view(exchange, own[0]?.at ?? 0));
}
