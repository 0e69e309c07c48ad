/** Sets transcripts. */

import { answerQuestions } from '../thread/answer-questions.ts';
import { transcriptPdf } from './transcript-pdf.ts';

answerQuestions((html: string) => transcriptPdf(html));
