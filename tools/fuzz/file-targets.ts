// Readers and cleaners of foreign files, each with files that it takes; real ones where the programs that make them are.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanMetadata, inspectMetadata } from '@postern/protocol/metadata/inspect';
import { movieShape } from '@postern/protocol/metadata/movie-shape';
import { MetadataError } from '@postern/protocol/metadata/report';
import { longArray, nestedStreams, rowsAtRemark, taggedPdf } from '@postern/protocol/testing/large-pdfs';
import {
  makeDocx,
  makePdf,
  makePictures,
  makeRecordings,
  type RealFile,
} from '@postern/protocol/testing/metadata-files';
import { makeOdfs, makePptx, makeXlsx } from '@postern/protocol/testing/office-files';
import { fullPdfs, smallestPhoto } from '@postern/protocol/testing/pdf-files';
import { lacks } from '../debian.ts';
import type { FuzzTarget } from './run.ts';

const ownErrors = [MetadataError];
/** Inflating, and reading XML. */
const baseMs = 500;

const paragraphBytes = 100;
const slowPdfs = [
  rowsAtRemark,
  nestedStreams,
  (bytes: number) => longArray(bytes),
  (bytes: number) => taggedPdf(Math.ceil(bytes / paragraphBytes)),
];

export async function fileTargets(): Promise<readonly FuzzTarget[]> {
  const none = new Uint8Array(0);
  const pdfs = Object.entries(fullPdfs(smallestPhoto)).map(([name, bytes]) => ({ name: `PDF, ${name}`, bytes }));
  const office = [await makeDocx(none), await makeXlsx(none), await makePptx(none), ...(await makeOdfs(none, none))];
  const files = [...realFiles(), ...office, makePdf(), ...pdfs];
  return files.flatMap(({ name, bytes }) => {
    const slow = name === 'PDF, table' ? slowPdfs : [];
    const same = { seeds: [bytes], ownErrors, baseMs, slow };
    const looks = { ...same, name: `look into ${name}`, read: inspectMetadata };
    const cleans = { ...same, name: `clean ${name}`, read: cleanMetadata };
    // No cleaner takes one without a table.
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
