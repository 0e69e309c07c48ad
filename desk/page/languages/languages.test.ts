import { describe, expect, it } from 'vitest';
import { canonicalTag, chooseLanguage, wordsOf } from './languages.ts';

const english = wordsOf(chooseLanguage('en', []));
const chinese = wordsOf(chooseLanguage('zh-Hans', []));

describe('choice of language', () => {
  it('is the person’s, else the browser’s, else English', () => {
    expect(chooseLanguage('zh-Hans', ['en-GB']).tag).toBe('zh-Hans');
    expect(chooseLanguage('', ['fr', 'zh-CN', 'en']).tag).toBe('zh-Hans');
    expect(chooseLanguage('', ['fr']).tag).toBe('en');
    expect(chooseLanguage('xx', []).tag).toBe('en');
  });
});

describe('words', () => {
  it('name near days, and write others without a time', () => {
    // 20,800 days after 1970-01-01 is 2026-12-13.
    expect(english.day(20_800, 20_800)).toBe('Today');
    expect(chinese.day(20_799, 20_800)).toBe('昨天');
    expect(english.day(20_790, 20_800)).toBe('Dec 3');
    expect(chinese.day(20_790, 20_800)).toBe('12月3日');
    expect(english.day(20_400, 20_800)).toBe('Nov 8, 2025');
  });

  it('take the form of number that the language has', () => {
    expect(english.count('case.messages', 1)).toBe('1 message');
    expect(english.count('case.messages', 1_200)).toBe('1,200 messages');
    expect(chinese.count('case.messages', 1)).toBe('1 条消息');
  });

  it('fill in values as they are', () => {
    expect(english.say('write.label', { name: '{name} $& <b>' })).toBe('Reply to {name} $& <b>');
  });

  it('name a language, and nothing that is none', () => {
    expect(english.languageName('zh-Hans')).toBe('Simplified Chinese');
    expect(chinese.languageName('ar')).toBe('阿拉伯语');
    for (const tag of ['', 'x', '"><script>', 'a'.repeat(40)]) expect(english.languageName(tag)).toBe('');
    expect(canonicalTag('zh-hans')).toBe('zh-Hans');
    expect(canonicalTag('not a tag')).toBe(null);
  });
});
