/** Sets transcripts. */

import { answerQuestions } from '../thread/answer-questions.ts';
import { transcriptPdf } from './transcript-pdf.ts';

answerQuestions(async (html: string) => transcriptPdf(html));
