/** MP3: ID3v2 before the sound, ID3v1, APE and Lyrics3 after it. */

import { FileView, latinOf, textOf } from './file-view.ts';
import { type FindingKind, type FindingSink, MetadataError } from './report.ts';
import { readSlice, type SlicedFile, type SplicedFile, splice } from './sliced-file.ts';

interface Parts {
  /** Where each tag before the sound begins. */
  readonly tags: readonly number[];
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

/** More than any file has on one of its ends. */
const tagsMax = 1_000;
/** The foot of the longest tag that is known by its foot. */
const footBytes = 227;

/** @throws MetadataError */
export async function readMp3(file: SlicedFile, findings: FindingSink): Promise<void> {
  const { tags, soundFrom, soundTo } = await partsOf(file);
  for (const [index, from] of tags.entries())
    readId3(new FileView(await readSlice(file, from, tags[index + 1] ?? soundFrom)), findings);
  if (soundTo < file.size) readTail(new FileView(await readSlice(file, soundTo, file.size)), findings);
}

/** The sound alone. @throws MetadataError */
export async function cleanMp3(file: SlicedFile): Promise<SplicedFile> {
  const { soundFrom, soundTo } = await partsOf(file);
  return splice(file, soundTo > soundFrom ? [{ from: soundFrom, to: soundTo }] : []);
}

export function isMp3(bytes: Uint8Array): boolean {
  const [first = 0, second = 0, third = 0] = bytes;
  const isFrame = first === 0xff && (second & 0xe6) === 0xe2 && third >> 4 !== 15 && ((third >> 2) & 3) !== 3;
  return latinOf(bytes.subarray(0, 3)) === 'ID3' || isFrame;
}

async function partsOf(file: SlicedFile): Promise<Parts> {
  const tags: number[] = [];
  let soundFrom = 0;
  for (;;) {
    const head = new FileView(await readSlice(file, soundFrom, Math.min(soundFrom + 10, file.size)));
    if (!head.startsWith('ID3')) {
      if (isMp3(head.bytes(0))) break;
      throw new MetadataError('malformed', 'read MP3: no sound after its tags');
    }
    if (tags.push(soundFrom) > tagsMax) throw new MetadataError('malformed', 'read MP3: too many tags');
    soundFrom += id3Length(head);
  }
  return { tags, soundFrom, soundTo: await endOfSound(file, soundFrom) };
}

/** Tags behind the sound, from the last to the first. */
async function endOfSound(file: SlicedFile, soundFrom: number): Promise<number> {
  let end = file.size;
  for (let count = 0; count <= tagsMax; count++) {
    const foot = new FileView(await readSlice(file, Math.max(soundFrom, end - footBytes), end));
    const length = tagLength(foot);
    if (length === 0) return end;
    end -= length;
    if (end < soundFrom) throw new MetadataError('malformed', 'read MP3: a tag larger than the file');
  }
  throw new MetadataError('malformed', 'read MP3: too many tags');
}

/** Of the tag that ends with the view; 0 where none does. */
function tagLength(foot: FileView): number {
  const end = foot.length;
  if (foot.startsWith('TAG', end - 128)) return 128;
  if (foot.startsWith('TAG+', end - 227)) return 227;
  if (foot.startsWith('APETAGEX', end - 32)) return apeLength(foot, end);
  if (foot.startsWith('3DI', end - 10)) return 20 + syncsafe(foot, end - 4);
  if (end >= 15 && foot.startsWith('LYRICS200', end - 9))
    return 15 + (Number.parseInt(foot.latin(end - 15, end - 9), 10) || 0);
  return 0;
}

function apeLength(view: FileView, end: number): number {
  const footer = view.part(end - 32, end, 'little');
  const hasHeader = footer.u32(20) >= 0x8000_0000;
  return footer.u32(12) + (hasHeader ? 32 : 0);
}

function syncsafe(view: FileView, at: number): number {
  return (view.u8(at) << 21) | (view.u8(at + 1) << 14) | (view.u8(at + 2) << 7) | view.u8(at + 3);
}

function id3Length(head: FileView): number {
  return 10 + syncsafe(head, 6) + ((head.u8(5) & 0x10) === 0 ? 0 : 10);
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
