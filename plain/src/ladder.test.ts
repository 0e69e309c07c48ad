/** [PLN-7] Sizes of pages. */
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { padPage, pageBytesMin, pageStep } from './ladder.ts';

describe('[PLN-7] a padded page', () => {
  it.each([true, false])('has a whole number of steps whatever it holds, and is the same page (gzip: %s)', (gzip) => {
    for (const length of [0, 1, 500, 4_000, 4_094, 4_095, 4_096, 4_097, 20_000, 70_000]) {
      const html = Array.from({ length }, (_, at) => String.fromCharCode(0x4e00 + ((at * 7_919) % 9_000))).join('');
      const padded = padPage(html, gzip);
      expect([length, (padded.length - pageBytesMin) % pageStep, padded.length > 0]).toEqual([length, 0, true]);
      const read = gzip ? gunzipSync(padded).toString() : Buffer.from(padded).toString().replace(/ +$/, '');
      expect(read === html).toBe(true);
    }
  });

  it('shows the length of a text by steps only', () => {
    const sizes = [0, 100, 1_000].map((length) => padPage(`<p>${'x1'.repeat(length)}</p>`, true).length);
    expect(new Set(sizes).size).toBe(1);
  });
});
