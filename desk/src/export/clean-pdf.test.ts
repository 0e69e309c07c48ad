// A cleaned PDF shows the same pages, and none of the tools that people use finds in it what was planted.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { makePdf, makePictures } from '@postern/protocol/testing/metadata-files';
import { exiftool, mat2 } from '@postern/protocol/testing/metadata-tools';
import * as mupdf from 'mupdf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks } from '../../../tools/debian.ts';
import { cleanApart } from './file-cleaner.ts';

const planted = /Marker|JavaScript|2026[:-]?03[:-]?04/;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'postern-pdf-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** One page with a photo, a note, a text that is seen, a file inside, and what exiftool writes. */
function makeFullPdf(): Uint8Array {
  const document = new mupdf.PDFDocument();
  const photo = makePictures(folder)[0]!.bytes;
  const image = document.addImage(new mupdf.Image(photo));
  const drawing = '200 0 0 100 20 50 cm /I Do';
  document.insertPage(-1, document.addPage([0, 0, 300, 200], 0, { XObject: { I: image } }, drawing));
  const page = document.loadPage(0);
  for (const [kind, text] of [
    ['Text', 'MarkerComment'],
    ['FreeText', 'Seen on the page'],
  ] as const) {
    const note = page.createAnnotation(kind);
    note.setRect(kind === 'Text' ? [10, 10, 30, 30] : [100, 10, 280, 40]);
    note.setContents(text);
    note.setAuthor('MarkerWriter');
  }
  page.update();
  const inside = document.addEmbeddedFile('MarkerFile.txt', 'text/plain', 'MarkerInside', new Date(0), new Date(0));
  document.insertEmbeddedFile('MarkerFile.txt', inside);
  const path = join(folder, 'full.pdf');
  writeFileSync(path, document.saveToBuffer('').asUint8Array());
  execFileSync('exiftool', ['-q', '-overwrite_original', '-Author=MarkerAuthor', '-XMP-dc:Creator=MarkerXmp', path]);
  return readFileSync(path);
}

/** One page with a text in a font whose letter is a drawing, and an action wherever one can hang. */
function makeActivePdf(): Uint8Array {
  const document = new mupdf.PDFDocument();
  const glyph = document.addStream('900 0 0 0 900 900 d1 0 0 900 900 re f', {});
  const glyphs = document.addObject({ A: glyph });
  const font = document.addObject({
    ...{ Type: 'Font', Subtype: 'Type3', FontBBox: [0, 0, 900, 900], FontMatrix: [0.001, 0, 0, 0.001, 0, 0] },
    ...{ CharProcs: glyphs, Encoding: { Type: 'Encoding', Differences: [65, 'A'] }, Resources: {} },
    ...{ FirstChar: 65, LastChar: 65, Widths: [900] },
  });
  const fonts = document.addObject({ A: font });
  document.insertPage(-1, document.addPage([0, 0, 300, 200], 0, { Font: fonts }, 'BT /A 90 Tf 50 50 Td (A) Tj ET'));
  const run = (what: string): mupdf.PDFObject =>
    document.addObject({ S: 'JavaScript', JS: document.newString(`app.alert("Marker${what}")`) });
  const page = document.findPage(0);
  const link = { Type: 'Annot', Subtype: 'Link', Rect: [10, 10, 30, 30], Border: [0, 0, 0], A: run('Link') };
  page.put('Annots', document.newArray());
  page.get('Annots').push(document.addObject(link));
  page.put('AA', document.newDictionary());
  page.get('AA').put('O', run('Page'));
  const root = document.getTrailer().get('Root');
  root.put('OpenAction', run('Open'));
  const outlines = document.addObject({ Type: 'Outlines', Count: 1 });
  const item = document.addObject({ Title: document.newString('Chapter'), Parent: outlines, A: run('Outline') });
  for (const end of ['First', 'Last']) outlines.put(end, item);
  root.put('Outlines', outlines);
  return document.saveToBuffer('').asUint8Array().slice();
}

/** One page with a field whose look is older than its value, and two stamps that are not seen; or as it is to be seen. */
function makeFormPdf({ isSeen }: { readonly isSeen: boolean }): Uint8Array {
  const document = new mupdf.PDFDocument();
  const font = document.addObject({ Type: 'Font', Subtype: 'Type1', BaseFont: 'Helvetica' });
  document.insertPage(-1, document.addPage([0, 0, 300, 200], 0, { Font: { F: font } }, ''));
  const looks = { Type: 'XObject', Subtype: 'Form', BBox: [0, 0, 200, 30], Resources: { Font: { F: font } } };
  const look = document.addStream('BT /F 20 Tf 2 5 Td (Earlier) Tj ET', looks);
  const draw = document.newString('/F 20 Tf 0 g');
  const field = document.addObject({
    ...{ Type: 'Annot', Subtype: 'Widget', FT: 'Tx', F: 4, Rect: [40, 20, 240, 50], DA: draw },
    ...{ T: document.newString('name'), V: document.newString('Now'), ...(isSeen ? {} : { AP: { N: look } }) },
  });
  const notes = document.findPage(0).put('Annots', document.newArray());
  notes.push(field);
  for (const F of isSeen ? [] : [2, 32]) {
    const stamp = { Type: 'Annot', Subtype: 'Stamp', F, Rect: [40, 100, 240, 130], AP: { N: look } };
    notes.push(document.addObject(stamp));
  }
  const form = { Fields: [field], NeedAppearances: true, DR: { Font: { F: font } }, DA: draw };
  document.getTrailer().get('Root').put('AcroForm', form);
  return document.saveToBuffer('').asUint8Array().slice();
}

/** One page with a photo that is packed by these filters, the innermost first. */
function makePhotoPdf(filters: readonly ('DCTDecode' | 'FlateDecode')[]): Uint8Array {
  const document = new mupdf.PDFDocument();
  const photo = makePictures(folder)[0]!.bytes;
  const packed = filters.includes('FlateDecode') ? deflateSync(photo) : photo;
  const Filter = filters.toReversed();
  const fields = { Type: 'XObject', Subtype: 'Image', Width: 64, Height: 48, ColorSpace: 'DeviceRGB' };
  const image = document.addRawStream(packed, { ...fields, BitsPerComponent: 8, Filter });
  const drawing = '200 0 0 100 20 50 cm /I Do';
  document.insertPage(-1, document.addPage([0, 0, 300, 200], 0, { XObject: { I: image } }, drawing));
  return document.saveToBuffer('').asUint8Array().slice();
}

/** What exiftool and mat2 say of it, and everything in it, unpacked. */
function foundIn(bytes: Uint8Array): string {
  const path = join(folder, 'looked-at.pdf');
  writeFileSync(path, bytes);
  const told = [exiftool(path, '-x', 'File:all'), mat2(path)];
  const unpacked = mupdf.PDFDocument.openDocument(bytes, 'application/pdf').asPDF()?.saveToBuffer('decompress');
  const all = [bytes, unpacked?.asUint8Array() ?? new Uint8Array(0)].map((one) => Buffer.from(one).toString('latin1'));
  return [...told, ...all].join('\n');
}

/** Of the first page, right of the sign of its note: that is drawn a little smaller where it is part of the page. */
function pixelsOf(bytes: Uint8Array): Buffer {
  const page = mupdf.Document.openDocument(bytes, 'application/pdf').loadPage(0);
  const pixmap = page.toPixmap(mupdf.Matrix.identity, mupdf.ColorSpace.DeviceRGB, false, true);
  const [pixels, width] = [Buffer.from(pixmap.getPixels()), 3 * pixmap.getWidth()];
  const rows = Array.from({ length: pixmap.getHeight() }, (_, row) => pixels.subarray(row * width, (row + 1) * width));
  return Buffer.concat(rows.map((row) => row.subarray(3 * 32)));
}

/** What was given is empty afterwards. */
const cleaned = (original: Uint8Array): Promise<Uint8Array | null> => cleanApart(new Uint8Array(original));

describe.skipIf(lacks('libimage-exiftool-perl', 'mat2', 'imagemagick'))('a cleaned PDF', () => {
  it('has the same page and nothing of what was planted', async () => {
    for (const original of [makeFullPdf(), makePdf().bytes]) {
      expect(foundIn(original)).toMatch(planted);
      const copy = (await cleaned(original)) as Uint8Array;
      expect(foundIn(copy)).not.toMatch(planted);
      expect(pixelsOf(copy).equals(pixelsOf(original))).toBe(true);
    }
  });

  it('keeps letters and resources whatever they are called, and no action', async () => {
    const original = makeActivePdf();
    for (const where of ['Link', 'Page', 'Open', 'Outline']) expect(foundIn(original)).toContain(`Marker${where}`);
    const copy = (await cleaned(original)) as Uint8Array;
    expect(foundIn(copy)).not.toMatch(planted);
    expect(pixelsOf(original).some((value) => value < 128)).toBe(true);
    expect(pixelsOf(copy).equals(pixelsOf(original))).toBe(true);
  });

  it('has a photo as it was, without what its camera wrote, also from inside another filter', async () => {
    expect(foundIn(makePhotoPdf(['DCTDecode']))).toMatch(planted);
    for (const filters of [['DCTDecode'], ['DCTDecode', 'FlateDecode']] as const) {
      const original = makePhotoPdf(filters);
      const copy = (await cleaned(original)) as Uint8Array;
      expect(foundIn(copy)).not.toMatch(planted);
      expect(pixelsOf(copy).equals(pixelsOf(original))).toBe(true);
    }
  });

  it('has fields as they are filled in, and no note that is not seen', async () => {
    const [original, seen] = [makeFormPdf({ isSeen: false }), makeFormPdf({ isSeen: true })];
    const copy = (await cleaned(original)) as Uint8Array;
    expect(pixelsOf(seen).some((value) => value < 128)).toBe(true);
    expect(pixelsOf(original).equals(pixelsOf(seen))).toBe(true);
    expect(pixelsOf(copy).equals(pixelsOf(seen))).toBe(true);
  });

  it('is not made of one that is damaged or no PDF', async () => {
    expect(await cleaned(new TextEncoder().encode('%PDF-1.7 nothing'))).toBe(null);
    expect(await cleaned(new Uint8Array(0))).toBe(null);
  });
});
