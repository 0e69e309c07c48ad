/** MP3: ID3v2 before the sound, ID3v1, APE and Lyrics3 after it. */

import { FileView, latinOf, textOf } from './file-view.ts';
import { type FindingKind, type FindingSink, MetadataError } from './report.ts';

interface Parts {
  readonly soundFrom: number;
  readonly soundTo: number;
}

const kinds: readonly (readonly [FindingKind, RegExp])[] = [
  ['thumbnail', /^(APIC|PIC)$/],
  [
    'person',
    /^(TPE|TCO[MP]|TEXT|TOLY|TOPE|TOWN|TRSO|TRSN|TPUB|TCOP|TP[1-4]|TCM|TXT|TCR|WOAR|artist|author|copyright)/i,
  ],
  ['software', /^(TSSE|TENC|TSS|TEN|encoder|tool)/i],
  ['time', /^(TDRC|TDTG|TDEN|TYER|TDAT|TIME|TRDA|TORY|TDRL|TYE|TDA|year|record date)/i],
  ['serial', /^(UFID|MCDI|PRIV|UFI)/],
  ['embedded', /^(GEOB|GEO)/],
];

export function readMp3(bytes: Uint8Array, findings: FindingSink): void {
  const view = new FileView(bytes);
  const { soundFrom, soundTo } = partsOf(view);
  for (let at = 0; at < soundFrom; at += id3Length(view, at))
    readId3(view.part(at, at + id3Length(view, at)), findings);
  if (soundTo === view.length) return;
  readTail(view.part(soundTo), findings);
}

/** The sound alone. */
export function cleanMp3(bytes: Uint8Array): Uint8Array {
  const view = new FileView(bytes);
  const { soundFrom, soundTo } = partsOf(view);
  return view.bytes(soundFrom, soundTo).slice();
}

export function isMp3(bytes: Uint8Array): boolean {
  const [first = 0, second = 0, third = 0] = bytes;
  const isFrame = first === 0xff && (second & 0xe6) === 0xe2 && third >> 4 !== 15 && ((third >> 2) & 3) !== 3;
  return latinOf(bytes.subarray(0, 3)) === 'ID3' || isFrame;
}

function partsOf(view: FileView): Parts {
  let soundFrom = 0;
  while (view.startsWith('ID3', soundFrom)) soundFrom += id3Length(view, soundFrom);
  if (soundFrom > view.length || !isMp3(view.bytes(soundFrom)))
    throw new MetadataError('malformed', 'read MP3: no sound after its tags');
  return { soundFrom, soundTo: endOfSound(view, soundFrom) };
}

/** Tags behind the sound, from the last to the first. */
function endOfSound(view: FileView, soundFrom: number): number {
  let end = view.length;
  for (;;) {
    const before = end;
    if (end - 128 >= soundFrom && view.startsWith('TAG', end - 128)) end -= 128;
    if (end - 227 >= soundFrom && view.startsWith('TAG+', end - 227)) end -= 227;
    if (end - 32 >= soundFrom && view.startsWith('APETAGEX', end - 32)) end -= apeLength(view, end);
    if (end - 10 >= soundFrom && view.startsWith('3DI', end - 10)) end -= 20 + syncsafe(view, end - 4);
    if (end - 15 >= soundFrom && view.startsWith('LYRICS200', end - 9))
      end -= 15 + (Number.parseInt(view.latin(end - 15, end - 9), 10) || 0);
    if (end < soundFrom) throw new MetadataError('malformed', 'read MP3: a tag larger than the file');
    if (end === before) return end;
  }
}

function apeLength(view: FileView, end: number): number {
  const footer = view.part(end - 32, end, 'little');
  const hasHeader = footer.u32(20) >= 0x8000_0000;
  return footer.u32(12) + (hasHeader ? 32 : 0);
}

function syncsafe(view: FileView, at: number): number {
  return (view.u8(at) << 21) | (view.u8(at + 1) << 14) | (view.u8(at + 2) << 7) | view.u8(at + 3);
}

function id3Length(view: FileView, at: number): number {
  const length = 10 + syncsafe(view, at + 6) + ((view.u8(at + 5) & 0x10) === 0 ? 0 : 10);
  view.bytes(at, at + length);
  return length;
}

function readId3(view: FileView, findings: FindingSink): void {
  findings.add('technical', 'ID3v2');
  const version = view.u8(3);
  const [idBytes, headBytes] = version === 2 ? [3, 6] : [4, 10];
  let at = 10 + ((view.u8(5) & 0x40) === 0 ? 0 : extendedLength(view, version));
  while (at + headBytes <= view.length) {
    const id = view.latin(at, at + idBytes);
    if (!/^[A-Z0-9]{3,4}$/.test(id)) return;
    const size = version === 2 ? view.u24(at + 3) : version === 3 ? view.u32(at + 4) : syncsafe(view, at + 4);
    if (at + headBytes + size > view.length) {
      findings.add('hidden', 'ID3v2');
      return;
    }
    addFrame(id, view.bytes(at + headBytes, at + headBytes + size), findings);
    at += headBytes + size;
  }
}

function extendedLength(view: FileView, version: number): number {
  return version === 3 ? 4 + view.u32(10) : syncsafe(view, 10);
}

function addFrame(id: string, content: Uint8Array, findings: FindingSink): void {
  const kind = kinds.find(([, pattern]) => pattern.test(id))?.[0] ?? 'description';
  const isText = /^(T|W|COM|USLT|PRIV|UFID)/.test(id);
  findings.add(kind, `ID3 ${id}`, isText ? frameText(id, content.subarray(0, 2000)) : '');
}

function frameText(id: string, content: Uint8Array): string {
  const encoding = /^(T|COM|USLT)/.test(id) ? content[0] : undefined;
  const text = content.subarray(encoding === undefined ? 0 : 1);
  if (encoding === 1 || encoding === 2) {
    const isBig = encoding === 2 || text[0] === 0xfe;
    return new TextDecoder(isBig ? 'utf-16be' : 'utf-16le').decode(text);
  }
  return textOf(text);
}

function readTail(view: FileView, findings: FindingSink): void {
  findings.add('technical', 'MP3 tail', `${view.length} B`);
  const v1 = view.length - 128;
  if (v1 >= 0 && view.startsWith('TAG', v1)) {
    const field = (from: number, to: number): string =>
      textOf(view.bytes(v1 + from, v1 + to))
        .replaceAll('\0', ' ')
        .trim();
    for (const [kind, name, from, to] of [
      ['description', 'Title', 3, 33],
      ['person', 'Artist', 33, 63],
      ['description', 'Album', 63, 93],
      ['time', 'Year', 93, 97],
      ['description', 'Comment', 97, 127],
    ] as const) {
      if (field(from, to) !== '') findings.add(kind, `ID3v1 ${name}`, field(from, to));
    }
  }
  const ape = view.find('APETAGEX');
  if (ape >= 0 && ape + 32 <= view.length) readApe(view.part(ape, view.length, 'little'), findings);
}

function readApe(view: FileView, findings: FindingSink): void {
  let at = 32;
  for (let items = Math.min(view.u32(16), 1000); items > 0 && at + 9 <= view.length; items--) {
    const size = view.u32(at);
    const end = view.find('\0', at + 8);
    if (end < 0 || end + 1 + size > view.length) return;
    const name = view.latin(at + 8, end);
    const kind = kinds.find(([, pattern]) => pattern.test(name))?.[0] ?? 'description';
    findings.add(kind, `APE ${name}`, textOf(view.bytes(end + 1, end + 1 + Math.min(size, 2000))));
    at = end + 1 + size;
  }
}
