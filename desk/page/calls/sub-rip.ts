/** Captions as editors of films save them, SubRip (`.srt`), as WebVTT; what is not understood stays, and is refused as captions. */

const timing = /^(\d{1,3}):(\d\d):(\d\d),(\d{3}) --> (\d{1,3}):(\d\d):(\d\d),(\d{3})(?: +[XY][12]:\d+)*[ \t]*$/;
const start = /^\s*\d+[ \t]*\n\d{1,3}:\d\d:\d\d,\d{3} --> /;

/** The text itself if it is no SubRip. */
export function webVttOf(text: string): string {
  const lines = text.replace(/^\ufeff/, '').replaceAll(/\r\n?/g, '\n');
  if (!start.test(lines)) return text;
  const blocks = lines.trim().split(/\n{2,}/);
  return `WEBVTT\n\n${blocks.map(cueOf).join('\n\n')}\n`;
}

/** Without its number, which WebVTT does not need. */
function cueOf(block: string): string {
  const [first = '', second = '', ...words] = block.split('\n');
  const found = timing.exec(second);
  if (!/^\d+[ \t]*$/.test(first) || found === null) return block;
  const [h = '', m, s, ms, toH = '', toM, toS, toMs] = found.slice(1);
  const times = `${h.padStart(2, '0')}:${m}:${s}.${ms} --> ${toH.padStart(2, '0')}:${toM}:${toS}.${toMs}`;
  return [times, ...words.map(wordsOf)].join('\n');
}

/** Italics and the like are the same in both; colours and places are not for WebVTT, and `<` begins an element there. */
function wordsOf(line: string): string {
  const plain = line.replaceAll(/<\/?font\b[^>]*>|\{\\an?\d+\}/g, '');
  return plain.replaceAll(/<(?!\/?[ibu]>)/g, '&lt;').replaceAll('-->', '→');
}
