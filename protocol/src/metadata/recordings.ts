/** Films and sounds of any size: looked into and cleaned in parts, of which none is their sound or pictures (decision 0139). */

import { detectFormat, headBytesMax } from './inspect.ts';
import { cleanMovie, readMovie } from './movie.ts';
import { cleanMp3, readMp3 } from './mp3.ts';
import { Findings, MetadataError, type MetadataReport, reportOf } from './report.ts';
import { readSlice, type SlicedFile, type SplicedFile } from './sliced-file.ts';

type RecordingFormat = 'mp3' | 'mp4';

/** Whether it is one of a known kind. @throws what its reading throws */
export async function isRecording(file: SlicedFile): Promise<boolean> {
  return (await formatOf(file)) !== null;
}

/** As `inspectMetadata` does of bytes. @throws MetadataError, and what its reading throws */
export async function inspectRecording(file: SlicedFile): Promise<MetadataReport> {
  const findings = new Findings();
  const format = await wantedFormatOf(file);
  await (format === 'mp4' ? readMovie(file, findings) : readMp3(file, findings));
  return reportOf(format, findings.list(), true);
}

/** As `cleanMetadata` does of bytes: a copy that is made where it is read. @throws like {@link inspectRecording} */
export async function cleanRecording(file: SlicedFile): Promise<SplicedFile> {
  return (await wantedFormatOf(file)) === 'mp4' ? cleanMovie(file) : cleanMp3(file);
}

async function formatOf(file: SlicedFile): Promise<RecordingFormat | null> {
  const format = detectFormat(await readSlice(file, 0, Math.min(headBytesMax, file.size)));
  return format === 'mp3' || format === 'mp4' ? format : null;
}

async function wantedFormatOf(file: SlicedFile): Promise<RecordingFormat> {
  const format = await formatOf(file);
  if (format === null) throw new MetadataError('malformed', 'look into a recording: it is none that is known');
  return format;
}
