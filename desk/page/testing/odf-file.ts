/** An OpenDocument file as office programs write it: its kind first and not packed, then its parts. */

import { utf8ToBytes } from '@postern/protocol/bytes/encode';
import { writeZip } from '@postern/protocol/metadata/zip-file';

/** @param body what stands in the element of this kind */
export function odfFile(
  kind: 'text' | 'spreadsheet' | 'presentation',
  body: string,
  parts: Readonly<Record<string, Uint8Array>> = {},
): Promise<Uint8Array> {
  const content = `<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content><office:automatic-styles/><office:body><office:${kind}>${body}</office:${kind}></office:body></office:document-content>`;
  const files = {
    'META-INF/manifest.xml': utf8ToBytes('<manifest:manifest/>'),
    'content.xml': utf8ToBytes(content),
    ...parts,
  };
  return writeZip([
    { name: 'mimetype', bytes: utf8ToBytes(`application/vnd.oasis.opendocument.${kind}`), isStored: true },
    ...Object.entries(files).map(([name, bytes]) => ({ name, bytes })),
  ]);
}
