/** The colour that an organisation gives to a campaign, and what is made of it (spec/protocol.md section 2.7, CAM-9; WCAG 2.2, 1.4.3). */

import { WireError } from '../bytes/wire-error.ts';

/** Red, green and blue, 0 to 255. */
export type Color = readonly [number, number, number];

/** One colour, and the ground that is tinted with it, for light pages and for dark ones. */
export interface ColorScheme {
  readonly light: { readonly color: Color; readonly ground: Color };
  readonly dark: { readonly color: Color; readonly ground: Color };
}

const white: Color = [255, 255, 255];
const darkSheet: Color = [28, 34, 38];
/** Of text that is no heading. */
export const contrastMin = 4.5;
const [lightTint, darkTint] = [0.1, 0.2];
const lighterSteps = 20;

/** @throws WireError bad-value for a colour whose text nobody could read on its ground [CAM-9] */
export function requireReadable(color: Color): Color {
  const ratio = ownContrast(color);
  if (ratio < contrastMin) {
    const wanted = `wanted ${contrastMin} or more: choose a darker one`;
    throw new WireError(
      'bad-value',
      `read a campaign: the contrast of its colour is ${ratio.toFixed(1)} to 1, ${wanted}`,
    );
  }
  return color;
}

/** Of a colour with the ground that is tinted with it. */
export function ownContrast(color: Color): number {
  return contrast(color, mix(white, color, lightTint));
}

/** The dark one is the same colour, as much lighter as it takes. */
export function schemeOf(color: Color): ColorScheme {
  const light = { color, ground: mix(white, color, lightTint) };
  for (let step = 0; ; step++) {
    const lighter = mix(color, white, step / lighterSteps);
    const ground = mix(darkSheet, lighter, darkTint);
    if (step === lighterSteps || contrast(lighter, ground) >= contrastMin) {
      return { light, dark: { color: lighter, ground } };
    }
  }
}

/** From 1 to 21. */
export function contrast(one: Color, other: Color): number {
  const [dark = 0, bright = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dark + 0.05);
}

/** `#rrggbb` */
export function colorText(color: Color): string {
  return `#${color.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** @returns null for what is not `#rrggbb` */
export function readColor(text: string): Color | null {
  const [, red, green, blue] = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text) ?? [];
  if (red === undefined || green === undefined || blue === undefined) return null;
  return [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)];
}

function luminance(color: Color): number {
  const [red = 0, green = 0, blue = 0] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function mix([r, g, b]: Color, [tr, tg, tb]: Color, share: number): Color {
  const between = (from: number, to: number): number => Math.round(from + (to - from) * share);
  return [between(r, tr), between(g, tg), between(b, tb)];
}
