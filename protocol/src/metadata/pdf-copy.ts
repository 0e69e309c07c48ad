/** Copies what of a PDF's objects is needed, and what those lead to, as objects of a new file. */

import { equal } from '../bytes/equal.ts';
import { deflate } from '../primitives/deflate.ts';
import { cleanJpeg } from './jpeg.ts';
import { cleanJpeg2000 } from './jpeg2000.ts';
import type { PdfBudget, PdfFile, PdfObject } from './pdf-file.ts';
import { isWholeStream } from './pdf-filters.ts';
import { type PdfKindName, pdfKinds } from './pdf-kinds.ts';
import { cleanProfile } from './pdf-profile.ts';
import type { PdfEntries, PdfValue } from './pdf-values.ts';
import { arrayOf, atom, dictionaryOf, heldBy, malformedPdf, named, reference } from './pdf-values.ts';
import { MetadataError } from './report.ts';

/** One of the new file; `content` of a stream. */
export interface CopiedObject {
  readonly value: PdfValue;
  readonly content?: Uint8Array;
}

interface Waiting {
  readonly from: number;
  readonly kind: PdfKindName;
  readonly to: number;
}

const filters = new Set([
  ...['FlateDecode', 'LZWDecode', 'ASCII85Decode', 'ASCIIHexDecode', 'RunLengthDecode'],
  ...['CCITTFaxDecode', 'JBIG2Decode', 'DCTDecode', 'JPXDecode'],
]);
/** Those that can be undone here. */
const undone = new Set(['FlateDecode', 'ASCII85Decode', 'ASCIIHexDecode']);
/** For each byte of the file: things may be written more than once, where they are used in several ways or by many pages. */
const copiedFactorMax = 2;

export class PdfCopy {
  readonly #file: PdfFile;
  readonly #budget: PdfBudget;
  readonly #onPhoto: (jpeg: Uint8Array) => void;
  readonly #objects: (CopiedObject | undefined)[] = [];
  readonly #numbers = new Map<string, number>();
  #waiting: Waiting[] = [];
  /** Bytes of streams, and other values, that may still be copied. */
  #left: number;

  /** @param bytes of the file @param onPhoto told of each JPEG as it lay in the file */
  constructor(file: PdfFile, bytes: number, budget: PdfBudget, onPhoto: (jpeg: Uint8Array) => void) {
    this.#file = file;
    this.#budget = budget;
    this.#onPhoto = onPhoto;
    this.#left = copiedFactorMax * bytes + 1_000_000;
  }

  /** The number of a new object, which is given later if it is not given now. */
  add(object?: CopiedObject): number {
    return this.#objects.push(object);
  }

  give(number: number, object: CopiedObject): void {
    this.#objects[number - 1] = object;
  }

  /** @throws MetadataError where more is copied than a file of this size needs */
  spend(bytes: number): void {
    this.#left -= bytes;
    if (this.#left < 0) throw new MetadataError('too-large', 'clean PDF: the copy grows too large');
  }

  /** All objects, by their numbers from 1 on, once whatever they lead to has been copied. */
  async end(): Promise<readonly CopiedObject[]> {
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) {
      const object = this.#file.object(next.from);
      if (object === undefined) throw malformedPdf('an object is gone');
      this.give(next.to, await this.#copied(object, next.kind));
    }
    return this.#objects.map((object) => object ?? { value: atom('null') });
  }

  /** @returns undefined for null @throws MetadataError for what is not of this kind */
  value(value: PdfValue, kindName: PdfKindName): PdfValue | undefined {
    const kind = pdfKinds[kindName];
    this.spend(1 + (value.kind === 'string' ? value.text.length : value.kind === 'name' ? value.name.length : 0));
    this.#file.keep(heldBy(value));
    if (value.kind === 'reference') return this.#reference(value.number, kindName);
    if (value.kind === 'atom' && value.text === 'null') return undefined;
    if (value.kind === 'dictionary') return dictionaryOf(this.entries(value.entries, kindName));
    if (value.kind === 'array' && kind.items !== undefined) {
      const { items } = kind;
      return arrayOf(value.items.map((item) => this.value(item, items) ?? atom('null')));
    }
    const isKept = value.kind === 'string' ? kind.hasStrings : value.kind !== 'array' && kind.hasAtoms;
    if (isKept !== true) throw malformedPdf(`a value of the kind ${kindName} is not understood`);
    return value;
  }

  /** What is kept of a dictionary. */
  entries(entries: PdfEntries, kindName: PdfKindName): PdfEntries {
    const kept = new Map<string, PdfValue>();
    const type = kindName === 'layer' ? this.#file.name(entries.get('Type')) : undefined;
    for (const [key, value] of entries) {
      this.spend(key.length);
      const kind = this.#kindOf(kindName, key, type);
      const copied = kind === undefined ? undefined : this.value(value, kind);
      if (copied !== undefined) kept.set(key, copied);
    }
    if (type === 'OCG') kept.set('Name', { kind: 'string', text: 'Layer' });
    return kept;
  }

  /** Of a stream that must stand here. */
  stream(value: PdfValue | undefined, kind: PdfKindName): PdfValue | undefined {
    let at = value;
    for (let steps = 0; at?.kind === 'reference' && steps < 20; steps++) {
      const object = this.#file.object(at.number);
      if (object?.content !== undefined) return this.value(at, kind);
      at = object?.value;
    }
    return undefined;
  }

  #kindOf(kindName: PdfKindName, key: string, layerType: string | undefined): PdfKindName | undefined {
    // Of what a page's text is marked with, layers alone change what is seen.
    if (kindName === 'layer' && layerType !== 'OCG' && layerType !== 'OCMD') return undefined;
    const { keys = {}, each } = pdfKinds[kindName];
    return Object.hasOwn(keys, key) ? keys[key] : each;
  }

  #reference(number: number, kind: PdfKindName): PdfValue | undefined {
    const key = `${number} ${kind}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return reference(known);
    if (this.#file.resolved(reference(number)) === undefined) return undefined;
    this.#file.keep(6);
    const to = this.add();
    this.#numbers.set(key, to);
    this.#waiting.push({ from: number, kind, to });
    return reference(to);
  }

  async #copied(object: PdfObject, kind: PdfKindName): Promise<CopiedObject> {
    const { value, content } = object;
    if (content === undefined) return { value: this.value(value, kind) ?? atom('null') };
    if (pdfKinds[kind].isStream !== true || value.kind !== 'dictionary')
      throw malformedPdf(`a stream of the kind ${kind} is not understood`);
    const { entries } = value;
    if (['F', 'FFilter', 'FDecodeParms'].some((key) => entries.has(key))) throw malformedPdf('a stream lies elsewhere');
    const packed = await this.#packed(object, kind);
    this.spend(packed.content.length);
    return {
      value: dictionaryOf([...this.entries(entries, kind), ...packed.about, ['Length', atom(packed.content.length)]]),
      content: packed.content,
    };
  }

  /** The same packed content, with nothing behind what Flate, digits and base 85 pack, but pictures and colour profiles without what they say. */
  async #packed(object: PdfObject, kind: PdfKindName): Promise<PackedContent> {
    const file = this.#file;
    const { content = new Uint8Array(0) } = object;
    const entries = file.entries(object.value);
    const names = file.items(entries?.get('Filter')).map((filter) => file.name(filter) ?? '');
    if (!names.every((name) => filters.has(name)))
      throw malformedPdf('a stream is packed in a way that is not understood');
    const isProfile = kind === 'colors' && entries?.has('N') === true && !entries.has('FunctionType');
    if (isProfile) {
      const profile = await file.unpack(object);
      const cleaned = cleanProfile(profile);
      if (!equal(cleaned, profile)) return packedAnew(cleaned);
    }
    const parameters = file.items(entries?.get('DecodeParms')).map((one) => {
      const resolved = file.resolved(one);
      return (resolved && this.value(resolved, 'parameters')) ?? atom('null');
    });
    const last = names.at(-1);
    if (last === undefined || content.length === 0) return { content, about: aboutOf(names, parameters) };
    const own = names.findIndex((name) => !undone.has(name));
    const kept = own >= 0 ? names.length - own : last === 'FlateDecode' ? 1 : 0;
    if (kept < names.length && parameters.length > 0 && parameters.length !== names.length)
      throw malformedPdf('a stream is packed in a way that is not understood');
    const unpacked = kept === names.length ? content : await file.unpack(object, kept);
    const rest = parameters.slice(names.length - kept);
    if (kept === 0) return packedAnew(unpacked);
    if (last === 'FlateDecode' && kept === 1) return this.#packedWhole(unpacked, rest);
    const isPhoto = names.includes('DCTDecode') || names.includes('JPXDecode');
    if (!isPhoto) return { content: unpacked, about: aboutOf(names.slice(-kept), rest) };
    if (kept > 1) throw malformedPdf('a photo is packed in a way that is not understood');
    if (last === 'DCTDecode') this.#onPhoto(unpacked);
    const cleaned = last === 'DCTDecode' ? cleanJpeg(unpacked) : cleanJpeg2000(unpacked);
    return { content: cleaned, about: aboutOf([last], rest) };
  }

  /** As it is where that is all, so that a copy is the same whichever engine makes it; otherwise packed anew. */
  async #packedWhole(packed: Uint8Array, parameters: readonly PdfValue[]): Promise<PackedContent> {
    const about = aboutOf(['FlateDecode'], parameters);
    const came = (length: number): void => {
      this.#budget.looked -= length;
    };
    // Between its sum and `endstream` there may be a line's end.
    for (const tail of [0, 1, 2]) {
      const content = packed.subarray(0, Math.max(0, packed.length - tail));
      if (await isWholeStream(content, this.#budget.looked, came)) return { content, about };
    }
    const { content } = await packedAnew(await this.#file.inflate(packed));
    return { content, about };
  }
}

async function packedAnew(content: Uint8Array): Promise<PackedContent> {
  return { content: await deflate(content, 'deflate'), about: aboutOf(['FlateDecode'], []) };
}

interface PackedContent {
  readonly content: Uint8Array;
  readonly about: readonly (readonly [string, PdfValue])[];
}

function aboutOf(names: readonly string[], parameters: readonly PdfValue[]): PackedContent['about'] {
  const own = parameters.some((one) => one.kind === 'dictionary')
    ? ([['DecodeParms', arrayOf(parameters)]] as const)
    : [];
  return names.length === 0 ? [] : [['Filter', arrayOf(names.map(named))], ...own];
}
