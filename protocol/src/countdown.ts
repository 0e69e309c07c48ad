/** A length of time as pages show it, in every language alike. */

/** Minutes and seconds until then, `0:42`; never negative. */
export function countdown(until: number, now: number): string {
  const seconds = Math.max(0, Math.ceil(until - now));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
