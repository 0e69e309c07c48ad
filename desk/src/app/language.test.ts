import { describe, expect, it } from 'vitest';
import { detectLanguage } from './language.ts';

describe('the language of a text', () => {
  it.each([
    ['bo', 'ང་ཚོས་ཡིག་ཆ་འདི་མཐོང་བ་ཡིན། དེ་ནས་འགོ་ཁྲིད་ལ་བཤད།'],
    ['ug', 'بىز بۇ ھۆججەتنى كۆردۇق، ئاندىن باشلىققا ئېيتتۇق. بۇ ئىش ناھايىتى مۇھىم.'],
    ['zh', '合同在开标之前就已经定好了价格'],
    ['ar', 'رأينا الوثيقة قبل توقيع العقد بيومين في مكتب المدير'],
    ['fa', 'ما این سند را پیش از امضا دیدیم و به مدیر گفتیم'],
    ['en', 'The contract was signed before the tender was opened, and everybody knew'],
    ['kk', 'Біз бұл құжатты көрдік және басшыға айттық'],
    ['ru', 'Мы видели этот документ до подписания договора'],
    ['ja', '契約は入札前に決まっていたそうです'],
    ['ko', '계약은 입찰 전에 결정되었다'],
  ])('is told: %s', (tag, text) => {
    expect(detectLanguage(text)).toBe(tag);
  });

  it.each(['buy cheap watches', 'quiero hablar con ustedes', 'I can send the minutes'])(
    'is not told wrongly where a few words fit several: %s',
    (text) => {
      expect(detectLanguage(text)).toBe('');
    },
  );

  it('is not guessed from nothing', () => {
    expect([detectLanguage(''), detectLanguage('ok'), detectLanguage('12345 67890 11')]).toEqual(['', '', '']);
  });
});
