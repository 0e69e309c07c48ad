import { expect, it } from 'vitest';
import { utcDay, utcTime } from './view.ts';

it('says days and times in the words of the language, or in numbers that stay in one line where there are none', () => {
  expect(utcDay(20_786, 'ru')).toBe('29 ноября 2026 г.');
  // No browser knows it, as Chromium does not know Tibetan.
  expect(utcDay(20_786, 'qq')).toBe('2026\u201111\u201129');
  expect(utcTime(20_786 * 86_400 + 47_105, 'qq')).toBe('2026\u201111\u201129\u00a013:05');
});
