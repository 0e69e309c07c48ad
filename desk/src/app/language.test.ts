import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { detectLanguage, writtenLanguage } from './language.ts';

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

  // Long enough that a name, or a word that is quoted, is not what it is written in.
  const long = {
    ru: 'Я работаю в отделе закупок больницы уже шесть лет, и за это время видела много странного. Прошлой весной начальник попросил меня переписать условия конкурса, хотя срок подачи заявок давно прошёл, и сказал, что так решили наверху.',
    es: 'Trabajo en la oficina de compras del hospital desde hace seis años, y en ese tiempo he visto muchas cosas extrañas. La primavera pasada mi jefe me pidió que cambiara las condiciones del concurso, aunque el plazo ya había terminado.',
    uk: 'Я працюю у відділі закупівель лікарні вже шість років, і за цей час бачила багато дивного. Минулої весни начальник попросив мене переписати умови конкурсу, хоча строк подання заявок давно минув, і сказав, що так вирішили нагорі.',
  };
  it.each([
    ['ru', 'Вы можете закрыть эту страницу: ответ придёт позже.'],
    ['ru', 'Никому не показывайте эти слова, запишите их на бумаге.'],
    ['bg', 'Видях договора преди подписването му и казах на директора.'],
    ['bg', 'Страхувам се за семейството си, моля не пишете името ми.'],
    ['pt', 'Tenho medo pela minha família, por favor não escrevam o meu nome.'],
    ['es', 'Tengo miedo por mi familia, ¿pueden no escribir mi nombre, por favor?'],
    ['ru', `${long.ru} Киев там пишут «Київ», а подпись: «Підпис».`],
    ['es', `${long.es} Después me mandaron a São Paulo.`],
    ['uk', `${long.uk} Він сказав: «ты понял».`],
    ['it', 'Lavoro al ministero da tre anni e ho dei documenti.'],
  ])('is told from that of a neighbour: %s', (tag, text) => {
    expect(detectLanguage(text)).toBe(tag);
  });

  it('is that of most texts of the pages for sources, in Russian and in Spanish', async () => {
    const wrong = async (tag: string): Promise<number> => {
      const file = await readFile(new URL(`../../../source/src/languages/${tag}.json`, import.meta.url), 'utf8');
      const entries = Object.entries<unknown>(JSON.parse(file)).filter(([key]) => !key.startsWith('@'));
      const texts = entries.flatMap(([, text]) => (typeof text === 'string' && text.length > 40 ? [text] : []));
      const told = texts.map(detectLanguage).filter((one) => one !== '' && one !== tag);
      return told.length / texts.length;
    };
    expect(await wrong('ru')).toBeLessThan(0.06);
    expect(await wrong('es')).toBeLessThan(0.06);
  });

  it('is that of the text, not of the page that it was written in, unless it is too short to tell', () => {
    const text = 'Мы видели этот документ до подписания договора';
    expect(writtenLanguage({ text, language: 'en' })).toBe('ru');
    expect(writtenLanguage({ text: 'ok', language: 'en' })).toBe('en');
    expect(writtenLanguage({ text: '合同在开标之前就已经定好了价格', language: 'zh-Hans' })).toBe('zh-Hans');
  });

  it('is not guessed from nothing', () => {
    expect([detectLanguage(''), detectLanguage('ok'), detectLanguage('12345 67890 11')]).toEqual(['', '', '']);
  });
});
