/** IPTC-IIM as news agencies use it, inside Photoshop's resource blocks. */

import { FileView, textOf } from './file-view.ts';
import { type FindingKind, type FindingSink, MetadataError } from './report.ts';

const named: Readonly<Record<number, readonly [FindingKind, string]>> = {
  5: ['description', 'ObjectName'],
  25: ['description', 'Keywords'],
  26: ['place', 'ContentLocationCode'],
  27: ['place', 'ContentLocationName'],
  40: ['description', 'SpecialInstructions'],
  55: ['time', 'DateCreated'],
  60: ['time', 'TimeCreated'],
  62: ['time', 'DigitalCreationDate'],
  63: ['time', 'DigitalCreationTime'],
  65: ['software', 'OriginatingProgram'],
  80: ['person', 'By-line'],
  85: ['person', 'By-lineTitle'],
  90: ['place', 'City'],
  92: ['place', 'Sub-location'],
  95: ['place', 'Province-State'],
  100: ['place', 'Country-Code'],
  101: ['place', 'Country'],
  105: ['description', 'Headline'],
  110: ['person', 'Credit'],
  115: ['person', 'Source'],
  116: ['person', 'Copyright'],
  118: ['person', 'Contact'],
  120: ['description', 'Caption'],
  122: ['person', 'Writer-Editor'],
};

const resource = { iptc: 0x0404, thumbnails: [0x0409, 0x040c], xmp: 0x0424, exif: [0x0422, 0x0423] };

/** @param bytes after `Photoshop 3.0\0`: blocks of `8BIM`, id, name, size, content */
export function readPhotoshop(bytes: Uint8Array, findings: FindingSink): void {
  findings.add('technical', 'Photoshop');
  const view = new FileView(bytes);
  let at = 0;
  while (at + 12 <= view.length && view.startsWith('8BIM', at)) {
    const id = view.u16(at + 4);
    const nameBytes = view.u8(at + 6) + 1;
    const start = at + 6 + nameBytes + (nameBytes % 2);
    const size = view.u32(start);
    const content = view.part(start + 4, start + 4 + size);
    if (id === resource.iptc) readIptc(content, findings);
    if (resource.thumbnails.includes(id)) findings.add('thumbnail', 'Photoshop thumbnail');
    at = start + 4 + size + (size % 2);
  }
}

function readIptc(view: FileView, findings: FindingSink): void {
  let at = 0;
  while (at + 5 <= view.length) {
    if (view.u8(at) !== 0x1c) return;
    const [record, dataset, size] = [view.u8(at + 1), view.u8(at + 2), view.u16(at + 3)];
    if (size >= 0x8000) throw new MetadataError('malformed', 'read IPTC: a length in more than two bytes');
    const value = view.bytes(at + 5, at + 5 + size);
    const [kind, name] = (record === 2 ? named[dataset] : undefined) ?? (['technical', String(dataset)] as const);
    findings.add(kind, `IPTC ${name}`, textOf(value));
    at += 5 + size;
  }
}
