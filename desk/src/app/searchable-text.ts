/** What of a text that lies beside a file is searched: its words, not the lines that say how they came about. */

/** The text of a file, and what that file is called. */
export interface FileText {
  readonly name: string;
  readonly text: string;
}

/** Scripts without spaces: the end of a line stands in the middle of a word there. */
const insideWord =
  /(?<=[\p{scx=Han}\p{scx=Hira}\p{scx=Thai}\p{scx=Mymr}\p{scx=Khmr}])\n(?=[\p{scx=Han}\p{scx=Hira}\p{scx=Thai}\p{scx=Mymr}\p{scx=Khmr}])/gu;
/** As the page writes them, in its languages (`text.mark` and `text.unread`). */
const marks = new RegExp(
  [
    /\[Page \p{Nd}{1,4}: (?:recognised by machine from the picture, may be wrong|the text in the picture could not be recognised)\]/u,
    /［第 \p{Nd}{1,4} 页：(?:由机器从图片中识别，可能有误|图片中的文字无法识别)］/u,
    /\[Страница \p{Nd}{1,4}: (?:распознано машиной с картинки, возможны ошибки|текст на картинке распознать не удалось)\]/u,
    /\[Página \p{Nd}{1,4}: (?:reconocida por máquina a partir de la imagen, puede tener errores|no se pudo reconocer el texto de la imagen)\]/u,
  ]
    .map(({ source }) => `^${source}$`)
    .join('|'),
  'gmu',
);

/** What stands together on two lines stands together for the search. */
export function searchableText(text: string): string {
  return text.replace(marks, '').replace(insideWord, '').replaceAll(/\s+/g, ' ');
}
