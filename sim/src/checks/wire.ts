/** What the network and the operator's process see of visits of the same length is the same, whatever they did (THR-4, THR-5, REQ-1, REQ-2). */

import { type Attempt, type Exchange, shadowOf } from '../network.ts';
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

/**
 * Each visit against the one of somebody who only looked at the same time, and whose requests met the same faults: both
 * send the same at the same moments, are answered alike, and leave as many envelopes (THR-3, THR-4). Where one found a
 * server that the other missed by a moment, or was in the middle of when it was killed, what comes after is not compared.
 */
export function checkShadows(attempts: readonly Attempt[]): { readonly breaches: Breach[]; readonly compared: number } {
  const own = Map.groupBy(attempts, ({ circuit }) => circuit);
  const breaches: Breach[] = [];
  let compared = 0;
  for (const [circuit, sent] of own) {
    const other = own.get(shadowOf(circuit));
    if (other === undefined) continue;
    const length = Math.max(sent.length, other.length);
    for (let at = 0; at < length; at++) {
      const [a, b] = [sent[at], other[at]];
      const [asked, asWell] = [a, b].map((one) => one && `${one.at} ${one.method} ${one.path} ${one.bytesUp}`);
      if (asked !== asWell) breaches.push({ id: 'THR-4', what: `${circuit} sends "${asked}", a visitor "${asWell}"` });
      if (a === undefined || b === undefined || asked !== asWell) break;
      if (a.outcome !== b.outcome) {
        const isAway = [a, b].some(({ outcome }) => outcome === 'no server' || outcome === 'server killed');
        if (!isAway) breaches.push({ id: 'THR-4', what: `${circuit} gets "${a.outcome}", a visitor "${b.outcome}"` });
        break;
      }
      compared += 1;
      const [left, too] = [a, b].map(({ written }) => written.join(' | '));
      if (left !== too) breaches.push({ id: 'THR-3', what: `${circuit} leaves "${left}", a visitor "${too}"` });
    }
  }
  return { breaches, compared };
}

function linesOf(exchanges: readonly Exchange[], visit: string, view: View): string[] {
  const own = exchanges.filter(({ circuit }) => circuit === visit);
  return own.map((exchange) => view(exchange, own[0]?.at ?? 0));
}
