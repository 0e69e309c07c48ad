/** What stands in a new call until somebody writes it, in the languages of the desk's page; machine-made but for English. */

export type FirstWords = {
  readonly title: string;
  /** One sentence. */
  readonly summary: string;
  readonly body: readonly string[];
  readonly who: readonly string[];
  readonly wanted: readonly string[];
  /** For little danger, for one's work, for one's freedom. */
  readonly safe: readonly [string, string, string];
  readonly never: readonly string[];
  readonly after: readonly string[];
  readonly questions: {
    readonly role: { readonly label: string; readonly hint: string; readonly options: Readonly<Record<Role, string>> };
    readonly since: { readonly label: string; readonly hint: string };
    readonly papers: { readonly label: string; readonly hint: string };
  };
};
type Role = 'inside' | 'outside';

const english: FirstWords = {
  title: 'What the call is about',
  summary: 'One sentence that stands in captions and previews.',
  body: ['What has happened, and what is at stake.'],
  who: ['Who should answer.'],
  wanted: ['What you want to know.'],
  safe: [
    'If little can happen to you: read the page “Before you write” first.',
    'If you could lose your work: write away from home and work, on a device of your own.',
    'If you could lose your freedom: leave your phone elsewhere, write on paper first, and tell nobody.',
  ],
  never: ['- Ask for money.', '- Write to you first.', '- Ask you to install something.'],
  after: ['Come back in two or three days with your twelve words.'],
  questions: {
    role: { label: 'How do you know?', hint: '', options: { inside: 'I work there', outside: 'From outside' } },
    since: { label: 'Since when?', hint: 'Month and year are enough.' },
    papers: { label: 'Which papers have you seen?', hint: 'Do not take any along for us.' },
  },
};

const chinese: FirstWords = {
  title: '这次征集的主题',
  summary: '用于说明文字和预览的一句话。',
  body: ['发生了什么，为什么重要。'],
  who: ['谁应该来信。'],
  wanted: ['你们想知道什么。'],
  safe: [
    '如果您不太会有危险：请先读“动笔之前”一节。',
    '如果您可能丢掉工作：不要在家里或单位写，请用自己的设备。',
    '如果您可能失去自由：把手机留在别处，先写在纸上，不要告诉任何人。',
  ],
  never: ['- 向您要钱。', '- 先给您写信。', '- 要您安装任何东西。'],
  after: ['两三天后带着您的十二个词回来看。'],
  questions: {
    role: { label: '您是怎么知道的？', hint: '', options: { inside: '我在那里工作', outside: '从外部得知' } },
    since: { label: '从什么时候开始的？', hint: '写年份和月份就够了。' },
    papers: { label: '您见过哪些文件？', hint: '不要为我们带走任何文件。' },
  },
};

const russian: FirstWords = {
  title: 'О чём этот призыв',
  summary: 'Одно предложение для подписей и предпросмотра.',
  body: ['Что произошло и что поставлено на карту.'],
  who: ['Кому стоит написать.'],
  wanted: ['Что вы хотите узнать.'],
  safe: [
    'Если вам почти ничего не грозит: сначала прочтите раздел «Прежде чем писать».',
    'Если вы можете потерять работу: пишите не из дома и не с работы, на своём устройстве.',
    'Если вы можете потерять свободу: оставьте телефон в другом месте, напишите сначала на бумаге и никому не говорите.',
  ],
  never: ['- Не попросим у вас денег.', '- Не напишем вам первыми.', '- Не попросим вас что-нибудь установить.'],
  after: ['Вернитесь через два-три дня со своими двенадцатью словами.'],
  questions: {
    role: { label: 'Откуда вы это знаете?', hint: '', options: { inside: 'Я там работаю', outside: 'Со стороны' } },
    since: { label: 'С какого времени?', hint: 'Достаточно месяца и года.' },
    papers: { label: 'Какие бумаги вы видели?', hint: 'Ничего не уносите для нас.' },
  },
};

const spanish: FirstWords = {
  title: 'De qué trata la convocatoria',
  summary: 'Una frase para textos breves y vistas previas.',
  body: ['Qué ha pasado y qué está en juego.'],
  who: ['Quién debería responder.'],
  wanted: ['Qué quieren saber.'],
  safe: [
    'Si corre poco peligro: lea primero la sección «Antes de escribir».',
    'Si podría perder el trabajo: no escriba desde casa ni desde el trabajo, y use un dispositivo propio.',
    'Si podría perder la libertad: deje el teléfono en otro lugar, escriba primero en papel y no se lo cuente a nadie.',
  ],
  never: ['- Pedirle dinero.', '- Escribirle primero.', '- Pedirle que instale algo.'],
  after: ['Vuelva en dos o tres días con sus doce palabras.'],
  questions: {
    role: { label: '¿Cómo lo sabe?', hint: '', options: { inside: 'Trabajo allí', outside: 'Desde fuera' } },
    since: { label: '¿Desde cuándo?', hint: 'Bastan el mes y el año.' },
    papers: { label: '¿Qué documentos ha visto?', hint: 'No se lleve ninguno para nosotros.' },
  },
};

/** By language, BCP 47. */
export const firstWordsBy: ReadonlyMap<string, FirstWords> = new Map([
  ['en', english],
  ['zh-Hans', chinese],
  ['ru', russian],
  ['es', spanish],
]);

/** English where there are none. @param language BCP 47 */
export function firstWords(language: string): FirstWords {
  return firstWordsBy.get(language) ?? english;
}
