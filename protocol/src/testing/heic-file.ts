/** Assembles HEIC files with what phones put beside the picture that is shown; boxes as in ISO/IEC 14496-12 and 23008-12. */

import { concatAll, u16be, u32be, utf8ToBytes } from '../bytes/encode.ts';
import { phonePictures } from './phone-pictures.ts';

export interface HeicPart {
  readonly type: string;
  /** Empty: the small picture of {@link phonePictures}. */
  readonly content?: string;
  /** What kind of reference to which parts, by their number from 1. */
  readonly refers?: readonly [kind: string, ...to: number[]];
  /** The URN of an auxiliary picture. */
  readonly purpose?: string;
  /** Whether its bytes lie in `idat`. */
  readonly isInside?: boolean;
}

const box = (name: string, ...content: readonly Uint8Array[]): Uint8Array =>
  concatAll([u32be(8 + content.reduce((sum, { length }) => sum + length, 0)), utf8ToBytes(name), ...content]);
const full = (name: string, version: number, ...content: readonly Uint8Array[]): Uint8Array =>
  box(name, u32be(version * 0x100_0000), ...content);

const real = new Uint8Array(Buffer.from(phonePictures.heic, 'base64'));
/** The box of this name in a file that libheif wrote. */
function realBox(name: string): Uint8Array {
  const at = Buffer.from(real).indexOf(name) - 4;
  return real.slice(at, at + new DataView(real.buffer).getUint32(at));
}
/** One tile of 64 by 64. */
const tile = realBox('mdat').slice(8, 8 + 0x61);

/** The first part is the one that is shown. @param group of parts that stand for one another */
export function makeHeic(parts: readonly HeicPart[], group: readonly number[]): Uint8Array {
  const contents = parts.map(({ content }) => (content === undefined ? tile : utf8ToBytes(content)));
  const inside = contents.filter((_, at) => parts[at]?.isInside === true);
  const outside = contents.filter((_, at) => parts[at]?.isInside !== true);
  const head = box('ftyp', utf8ToBytes('heic'), u32be(0), utf8ToBytes('mif1heic'));
  const write = (begin: number): Uint8Array => {
    const next = [begin, 0];
    const places = parts.map(({ isInside }, at) => {
      const method = isInside === true ? 1 : 0;
      const length = contents[at]?.length ?? 0;
      const from = next[method] ?? 0;
      next[method] = from + length;
      return concatAll([u16be(at + 1), u16be(method), u16be(0), u16be(1), u32be(from), u32be(length)]);
    });
    const infos = parts.map(({ type }, at) => {
      const names = utf8ToBytes(type === 'mime' ? '\0application/rdf+xml\0' : '\0');
      return full('infe', 2, u16be(at + 1), u16be(0), utf8ToBytes(type), names);
    });
    const links = parts.flatMap(({ refers }, at) => {
      if (refers === undefined) return [];
      const [kind, ...to] = refers;
      return [box(kind, u16be(at + 1), u16be(to.length), ...to.map(u16be))];
    });
    const purposes = parts.map(({ purpose }) =>
      purpose === undefined ? box('free') : full('auxC', 0, utf8ToBytes(`${purpose}\0`)),
    );
    const pictures = parts.flatMap(({ type }, at) => (type === 'mime' ? [] : [at]));
    const numbers = pictures.map((at) => concatAll([u16be(at + 1), Uint8Array.of(3, 0x81, 2, 3 + at)]));
    const size = full('ispe', 0, u32be(64), u32be(64));
    return full(
      'meta',
      0,
      full('hdlr', 0, u32be(0), utf8ToBytes('pict'), new Uint8Array(13)),
      full('pitm', 0, u16be(1)),
      full('iloc', 1, Uint8Array.of(0x44, 0), u16be(parts.length), ...places),
      full('iinf', 0, u16be(parts.length), ...infos),
      full('iref', 0, ...links),
      box('iprp', box('ipco', realBox('hvcC'), size, ...purposes), full('ipma', 0, u32be(pictures.length), ...numbers)),
      box('grpl', full('altr', 0, u32be(99), u32be(group.length), ...group.map(u32be))),
      box('idat', ...inside),
    );
  };
  const begin = head.length + write(0).length + 8;
  return concatAll([head, write(begin), box('mdat', ...outside)]);
}
