import { expect, it } from 'vitest';
import { inLanguage } from './in-language.ts';

it.each([
  ['zh-Hant', ['en', 'zh-Hans', 'zh-Hant'], 'zh-Hant'],
  ['zh-Hant', ['ru', 'en', 'zh-Hans'], 'zh-Hans'],
  ['fa', ['ru', 'en', 'zh-Hans'], 'en'],
  ['fa', ['ru', 'en-GB'], 'en-GB'],
  ['fa', ['ru', 'zh-Hans'], 'ru'],
  ['fa', [], undefined],
])('who reads %s is shown, of %j, %s', (language, has, shown) => {
  expect(
    inLanguage(
      has.map((one) => ({ language: one })),
      language,
    )?.language,
  ).toBe(shown);
});
