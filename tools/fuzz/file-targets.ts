// Readers and cleaners of foreign files, each with files that it takes; real ones where the programs that make them are.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanMetadata, inspectMetadata } from '@postern/protocol/metadata/inspect';
import { movieShape } from '@postern/protocol/metadata/movie-shape';
import { MetadataError } from '@postern/protocol/metadata/report';
import {
  makeDocx,
  makeOdt,
  makePdf,
  makePictures,
  makeRecordings,
  type RealFile,
} from '@postern/protocol/testing/metadata-files';
import { lacks } from '../debian.ts';
import type { FuzzTarget } from './run.ts';

const ownErrors = [MetadataError];
/** Inflating, and reading XML. */
const baseMs = 500;

export async function fileTargets(): Promise<readonly FuzzTarget[]> {
  const none = new Uint8Array(0);
  const files = [...realFiles(), await makeDocx(none), await makeOdt(none, none), makePdf()];
  return files.flatMap(({ name, bytes }) => {
    const same = { seeds: [bytes], ownErrors, baseMs };
    const looks = { ...same, name: `look into ${name}`, read: inspectMetadata };
    const cleans = { ...same, name: `clean ${name}`, read: cleanMetadata };
    // No cleaner takes a PDF.
    if (name.endsWith('.pdf')) return [looks];
    return name.endsWith('.mp4')
      ? [looks, cleans, { ...same, name: `measure ${name}`, read: movieShape }]
      : [looks, cleans];
  });
}

function realFiles(): readonly RealFile[] {
  if (lacks('libimage-exiftool-perl', 'imagemagick', 'ffmpeg')) return [];
  const folder = mkdtempSync(join(tmpdir(), 'postern-fuzz-'));
  try {
    return [...makePictures(folder), ...makeRecordings(folder)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
