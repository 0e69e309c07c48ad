/** Days and epochs, the protocol's only units of time (spec/protocol.md section 1). The clock is always an argument. */

import { DAY_SECONDS } from './constants.ts';

/** A UTC day, counted from 1970-01-01. */
export type Day = number;
/** `floor(unix seconds / epoch seconds)`; the roster gives the length of an epoch. */
export type Epoch = number;

/** @param now unix time in seconds */
export function dayOf(now: number): Day {
  return Math.floor(now / DAY_SECONDS);
}

/** @param now unix time in seconds @param epochSeconds of the roster; a divisor of 86,400 */
export function epochOf(now: number, epochSeconds: number): Epoch {
  return Math.floor(now / epochSeconds);
}

/** The unix second in which an epoch begins. */
export function epochStart(epoch: Epoch, epochSeconds: number): number {
  return epoch * epochSeconds;
}
