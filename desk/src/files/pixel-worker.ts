/** Makes one PDF of pixels, and hands it over piece by piece; its memory goes with the thread. */

import { answerQuestions } from '../thread/answer-questions.ts';
import { PixelPdf } from './pixel-pdf.ts';

/** Answered by the bytes of all pictures so far; by those of the whole PDF; by bytes of it. */
export type PixelQuestion =
  | { readonly kind: 'page'; readonly width: number; readonly height: number; readonly rgba: Uint8Array }
  | { readonly kind: 'end' }
  | { readonly kind: 'read'; readonly from: number; readonly bytes: number };

const pdf = new PixelPdf();

answerQuestions(async (question: PixelQuestion) => {
  if (question.kind === 'read') return pdf.read(question.from, question.bytes);
  if (question.kind === 'end') return pdf.end();
  pdf.addPage(question.width, question.height, question.rgba);
  return pdf.bytes;
});
