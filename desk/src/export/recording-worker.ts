/** Finds of what the copy of a recording is made, and looks into it. */

import { once } from 'node:events';
import { cleanRecording, inspectRecording } from '@postern/protocol/metadata/recordings';
import { answerQuestions } from '../thread/answer-questions.ts';
import type { RecordingCopy, RecordingWork, SliceAsked } from './recording-cleaner.ts';

answerQuestions(async ({ size, slices }: RecordingWork): Promise<RecordingCopy | null> => {
  const read = async (...asked: SliceAsked): Promise<Uint8Array> => {
    const answer = once(slices, 'message');
    slices.postMessage(asked);
    const [bytes] = (await answer) as [Uint8Array | null];
    if (bytes === null) throw new Error('read a part of a file: it cannot be read');
    return bytes;
  };
  const cleaned = await cleanRecording({ size, read });
  const { findings } = await inspectRecording(cleaned);
  return findings.length === 0 ? { size: cleaned.size, stretches: cleaned.stretches } : null;
});
