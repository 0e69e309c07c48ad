// Shapes that no reader of a script would take for right if they were missing, and what no font has.
import { describe, expect, it } from 'vitest';
import { FontSlices } from './font-slices.ts';
import { Typesetter } from './typesetter.ts';

const samples = [
  ['ru', 'Кому заплатили за больницы?'],
  ['uk', 'Ґрунт, їжа'],
  ['be', 'бальніцы Ўў'],
  ['tr', 'ışık, ağaç, İzmir'],
  ['vi', 'bệnh viện mới'],
  ['ko', '새 병원 대금'],
  ['hi', 'अस्पतालों क्षत्रिय'],
  ['fa', 'می‌خواهم ۱۴۰۵'],
  ['ar', 'افتحه في متصفح Tor الآن.'],
  ['ug', 'يېڭى دوختۇرخانا'],
  ['zh-Hans', '请用浏览器打开'],
  ['zh-Hant', '請用瀏覽器打開'],
  ['my', 'ဆေးရုံအသစ်များ'],
  ['bo', 'སྨན་ཁང་གསར་པ།'],
] as const;

const setterOf = async (language: string, text: string): Promise<Typesetter> =>
  new Typesetter(await FontSlices.load([{ language, text }]));
const style = (language: string, direction: 'ltr' | 'rtl' = 'ltr') => ({ size: 100, direction, language });

/** The leftmost point of a line's outline for a part of it. */
const leftOf = (outline: string): number =>
  Math.min(...[...outline.matchAll(/[MLQC](-?[\d.]+)/g)].map(([, x]) => Number(x)));

describe('text in a kit', () => {
  it.each(samples)('has every sign in %s, and bold letters that differ', async (language, text) => {
    const slices = await FontSlices.load([{ language, text }]);
    expect(slices.lacking(text)).toEqual([]);
    const setter = new Typesetter(slices);
    const [regular, bold] = [false, true].map((isBold) => setter.set(text, { ...style(language), isBold }));
    expect(regular?.width).toBeGreaterThan(100);
    expect(bold?.outline(0, 0)).not.toBe(regular?.outline(0, 0));
  });

  it('names what no font has', async () => {
    const text = 'call \u{1f4e3} \u{13000}';
    const slices = await FontSlices.load([{ language: 'en', text }]);
    expect(slices.lacking(text)).toContain('\u{13000}');
  });

  it.each([
    ['zh-Hans', '请用 Tor，', 'ltr'],
    ['ko', '열기 「Tor」', 'ltr'],
    ['fa', 'باز کنید Tor،', 'rtl'],
    ['ar', 'افتح Tor،', 'rtl'],
  ] as const)('keeps the stop of %s behind a Latin word', async (language, text, direction) => {
    const setter = await setterOf(language, text);
    const widths = [text.slice(0, -1), text].map((part) => setter.set(part, style(language, direction)).width);
    expect(widths[1]).toBeGreaterThan(widths[0] ?? 0);
  });

  it('joins Devanagari consonants, keeps a vowel beside its letter, and joins Arabic letters but across a non-joiner', async () => {
    const hindi = await setterOf('hi', 'क्षषता ा त');
    const width = (text: string): number => hindi.set(text, style('hi')).width;
    expect(width('क्ष')).toBeLessThan(width('क') + width('ष'));
    // The letter and the vowel stand side by side, none upon the other.
    expect(width('ता')).toBeGreaterThan(width('त') * 1.2);
    const persian = await setterOf('fa', 'می‌خ');
    const outline = (text: string): string => persian.set(text, style('fa', 'rtl')).outline(0, 0);
    expect(outline('می‌خ')).not.toBe(outline('میخ'));
  });

  it('puts what is first in an Arabic line to the right, a Latin word in its middle, and the stop at the left', async () => {
    const setter = await setterOf('ar', 'افتح Tor الآن.');
    const parts = ['افتح', 'افتح Tor', 'افتح Tor الآن', 'افتح Tor الآن.'].map((text) =>
      setter.set(text, style('ar', 'rtl')),
    );
    const widths = parts.map(({ width }) => width);
    expect([...widths].sort((a, b) => a - b)).toEqual(widths);
    // The same whole line, with its beginning at the right edge: what is added goes to the left of what was there.
    const [first, , , whole] = parts;
    const right = 1000;
    const firstOutline = first?.outline(right - (first?.width ?? 0), 0) ?? '';
    const wholeOutline = whole?.outline(right - (whole?.width ?? 0), 0) ?? '';
    expect(leftOf(wholeOutline)).toBeLessThan(leftOf(firstOutline));
    expect(wholeOutline.endsWith(firstOutline.slice(-200))).toBe(true);
  });
});
