import { expect, it } from 'vitest';
import { utcDay, utcTime } from './view.ts';

it('says days and times in the words of the language, or in numbers where there are none', () => {
  expect(utcDay(20_786, 'ru')).toBe('29 ноября 2026 г.');
  // No browser knows it, as Chromium does not know Tibetan.
  expect(utcDay(20_786, 'qq')).toBe('2026-11-29');
  expect(utcTime(20_786 * 86_400 + 47_105, 'qq')).toBe('2026-11-29 13:05');
});
