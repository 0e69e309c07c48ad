/** Posters and cards. Sizes are pixels of the drawing; print sizes are those of the PDF. */

import { colorText } from '@postern/protocol/campaign/color';
import { Drawing } from './drawing.ts';
import type { KitText } from './kit-text.ts';
import type { TextStyle, Typesetter } from './typesetter.ts';

const colors = { ground: '#fbfaf6', ink: '#16202a', accent: '#14566b' } as const;

function accentOf({ color }: KitText): string {
  return color === null ? colors.accent : colorText(color);
}

/** Name of each picture, its drawing's size, and in millimetres how wide it is printed; null for a screen. */
export const posters = {
  'poster-a4': { width: 1240, height: 1754, millimetres: 210 },
  'poster-a3': { width: 1240, height: 1754, millimetres: 297 },
  'poster-square': { width: 1240, height: 1240, millimetres: 200 },
} as const;
export const cards = {
  '16x9': { width: 1920, height: 1080 },
  '1x1': { width: 1080, height: 1080 },
  '9x16': { width: 1080, height: 1920 },
} as const;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Title and call above, the way there below. */
export function poster(setter: Typesetter, text: KitText, { width, height }: Size): Drawing {
  const drawing = new Drawing(setter, width, height, colors.ground);
  const margin = Math.round(width * 0.06);
  const box = { x: margin, width: width - 2 * margin };
  const unit = Math.min(width, height) / 1240;
  const style = (size: number, isBold = false, color: string = colors.ink): TextStyle => ({
    size: Math.round(size * unit),
    isBold,
    color,
    direction: text.say.direction,
    language: text.language,
  });
  drawing.rectangle({ x: 0, y: 0, width }, Math.round(14 * unit), accentOf(text));
  const isTall = height > width;
  let y = margin;
  y = drawing.text(text.organisation, { ...box, y }, style(34, true, accentOf(text)));
  y = drawing.text(text.title, { ...box, y: y + 16 * unit }, style(isTall ? 84 : 58, true));
  y = drawing.text(text.summary, { ...box, y: y + 16 * unit }, style(isTall ? 40 : 32));
  if (text.isDraft) drawing.text(text.say.draft, { ...box, y: y + 8 * unit }, style(24, true, '#9a3412'));
  const lower = isTall ? height - margin - 640 * unit : height * 0.42;
  wayThere(drawing, text, { ...box, y: Math.max(y + 60 * unit, lower) }, unit, isTall);
  return drawing;
}

/** Code on the reading side, address beside it; words below, or beside too where there is no room. */
function wayThere(
  drawing: Drawing,
  text: KitText,
  box: { readonly x: number; readonly y: number; readonly width: number },
  unit: number,
  isTall: boolean,
): void {
  const { direction } = text.say;
  const bottom = drawing.height - box.x;
  const side = Math.min(box.width * (isTall ? 0.46 : 0.5), bottom - box.y);
  const gap = 36 * unit;
  const qrX = direction === 'rtl' ? box.x + box.width - side : box.x;
  drawing.qr(text.address, qrX, box.y, side);
  const besideX = direction === 'rtl' ? box.x : box.x + side + gap;
  const beside = { x: besideX, width: box.width - side - gap };
  const style = (size: number, isBold = false): TextStyle => ({
    size: Math.round(size * unit),
    isBold,
    color: colors.ink,
    direction,
    language: text.language,
  });
  const latin = (size: number): TextStyle => ({ ...style(size), direction: 'ltr' });
  let y = drawing.text(text.say.open, { ...beside, y: box.y }, style(32, true));
  for (const line of text.groups) y = drawing.text(line, { ...beside, y }, latin(32));
  y = drawing.text(text.say.compare, { ...beside, y: y + 20 * unit }, style(32, true));
  y = drawing.text(text.words.join(' '), { ...beside, y }, { ...latin(40), isBold: true });
  drawing.text(text.until, { ...beside, y: y + 20 * unit }, style(28));
}

/** What stands at the end of a film: the way there. */
export function endCard(setter: Typesetter, text: KitText, { width, height }: Size): Drawing {
  return poster(setter, { ...text, summary: '' }, { width, height });
}

/** What stands at its beginning: who asks, and what. */
export function titleCard(setter: Typesetter, text: KitText, { width, height }: Size): Drawing {
  const drawing = new Drawing(setter, width, height, accentOf(text));
  const margin = Math.round(width * 0.08);
  const box = { x: margin, width: width - 2 * margin };
  const style = (size: number, isBold: boolean): TextStyle => ({
    size: Math.round((size * Math.min(width, height)) / 1080),
    isBold,
    color: '#ffffff',
    direction: text.say.direction,
    language: text.language,
  });
  let y = drawing.text(text.organisation, { ...box, y: height * 0.2 }, style(36, true));
  y = drawing.text(text.title, { ...box, y: y + 24 }, style(76, true));
  y = drawing.text(text.summary, { ...box, y: y + 24 }, style(38, false));
  if (text.isDraft) drawing.text(text.say.draft, { ...box, y: y + 24 }, style(26, true));
  return drawing;
}
