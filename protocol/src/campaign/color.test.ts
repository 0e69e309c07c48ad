import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Color, colorText, contrast, readColor, requireReadable, schemeOf } from './color.ts';

const part = fc.integer({ min: 0, max: 255 });
const colors = fc.tuple(part, part, part);
const of = (text: string): Color => readColor(text) as Color;

describe('the colour of a campaign', () => {
  it('has the contrasts that WCAG gives as examples', () => {
    expect(contrast(of('#ffffff'), of('#000000'))).toBeCloseTo(21, 5);
    // The lightest grey that is enough on white.
    expect(contrast(of('#767676'), of('#ffffff'))).toBeCloseTo(4.54, 2);
    expect(contrast(of('#777777'), of('#ffffff'))).toBeCloseTo(4.48, 2);
  });

  it.each(['#ffd200', '#ffffff', '#3aa0ff', '#767676'])('is refused where it could not be read: %s [CAM-9]', (text) => {
    expect(() => requireReadable(of(text))).toThrow(/contrast of its colour is [\d.]+ to 1, wanted 4.5 or more/);
  });

  it('is readable in light and in dark wherever it is accepted [CAM-9]', () => {
    fc.assert(
      fc.property(colors, (color) => {
        try {
          requireReadable(color);
        } catch {
          return;
        }
        const { light, dark } = schemeOf(color);
        expect(contrast(light.color, light.ground)).toBeGreaterThanOrEqual(4.5);
        // Of the page, whose grounds lie between the tinted one and white; buttons have white letters.
        expect(contrast(light.color, of('#f7f6f3'))).toBeGreaterThanOrEqual(4.5);
        expect(contrast(light.color, of('#ffffff'))).toBeGreaterThanOrEqual(4.5);
        for (const ground of [dark.ground, of('#14181b'), of('#1c2226')]) {
          expect(contrast(dark.color, ground)).toBeGreaterThanOrEqual(4.5);
        }
        expect(contrast(dark.color, of('#0c1d24'))).toBeGreaterThanOrEqual(4.5);
      }),
      { numRuns: 2_000 },
    );
  });

  it('comes back as it was', () => {
    fc.assert(fc.property(colors, (color) => void expect(readColor(colorText(color))).toEqual(color)));
    for (const text of ['', 'red', '#fff', '#12345', '#1234567', 'url(x)']) expect(readColor(text)).toBe(null);
  });
});
