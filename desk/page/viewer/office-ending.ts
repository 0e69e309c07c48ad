/** What an office file is, by what it holds: its name is a stranger's. */

import { latinOf } from '@postern/protocol/metadata/file-view';
import { zipEntries } from '@postern/protocol/metadata/zip-file';

const endings = [
  ['word/document.xml', 'docx'],
  ['xl/workbook.xml', 'xlsx'],
  ['ppt/presentation.xml', 'pptx'],
] as const;

/** As the library that draws knows it, or `odf`; null for what neither it nor we can draw. @throws MetadataError */
export function officeEnding(bytes: Uint8Array): 'docx' | 'xlsx' | 'pptx' | 'hwpx' | 'odf' | null {
  const { entries } = zipEntries(bytes);
  // By its standard it is not packed.
  const type = latinOf((entries.find(({ name }) => name === 'mimetype')?.packed ?? new Uint8Array()).subarray(0, 80));
  if (type.startsWith('application/vnd.oasis.opendocument.')) return 'odf';
  if (type.startsWith('application/hwp+zip')) return 'hwpx';
  const names = new Set(entries.map(({ name }) => name));
  return endings.find(([part]) => names.has(part))?.[1] ?? null;
}
