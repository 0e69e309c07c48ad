/** Cleans files of an export, and looks into the copies of PDFs. */

import { cleanMetadata, detectFormat, inspectMetadata } from '@postern/protocol/metadata/inspect';
import { answerQuestions } from '../thread/answer-questions.ts';
import { cleanPdf } from './clean-pdf.ts';

answerQuestions(async (original: Uint8Array) => {
  if (detectFormat(original) !== 'pdf') return cleanMetadata(original);
  const cleaned = await cleanPdf(original);
  const { findings } = await inspectMetadata(cleaned);
  return findings.length === 0 ? cleaned : null;
});
