// PDFs that are cleaned where they are chosen, by the source or for a reply: the pages are the same, and none of the tools that
// people use finds what was planted.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { examine } from '@postern/protocol/metadata/examine';
import { cleanMetadata, inspectMetadata } from '@postern/protocol/metadata/inspect';
import { makePictures } from '@postern/protocol/testing/metadata-files';
import { exiftool, mat2 } from '@postern/protocol/testing/metadata-tools';
import { everythingIn, fullPdfs } from '@postern/protocol/testing/pdf-files';
import * as mupdf from 'mupdf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../../../tools/browsers/launch.ts';
import { lacks } from '../../../tools/debian.ts';

const planted = /Marker|JavaScript|2026[:-]?03[:-]?04|39\.9/;
let folder: string;
let files: Readonly<Record<string, Uint8Array>>;

/** Each page, drawn. */
function pagesOf(bytes: Uint8Array): readonly Buffer[] {
  const document = mupdf.Document.openDocument(bytes, 'application/pdf');
  return Array.from({ length: document.countPages() }, (_, at) => {
    const pixmap = document.loadPage(at).toPixmap(mupdf.Matrix.identity, mupdf.ColorSpace.DeviceRGB, false, true);
    return Buffer.from(pixmap.getPixels());
  });
}

async function printed(html: string): Promise<Uint8Array> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.setContent(html);
    return new Uint8Array(await page.pdf({ outline: true }));
  } finally {
    await browser.close();
  }
}

/** As another program writes it. */
function saved(bytes: Uint8Array, how: string): Uint8Array {
  const document = mupdf.Document.openDocument(bytes, 'application/pdf').asPDF();
  return document!.saveToBuffer(how).asUint8Array().slice();
}

function toldOf(bytes: Uint8Array): string {
  const path = join(folder, 'looked-at.pdf');
  writeFileSync(path, bytes);
  return [exiftool(path, '-x', 'File:all', '-x', 'System:all'), mat2(path), everythingIn(bytes)].join('\n');
}

describe.skipIf(lacks('chromium', 'libimage-exiftool-perl', 'mat2', 'imagemagick'))('a PDF of', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'postern-pdf-'));
    const photo = makePictures(folder)[0]!.bytes;
    const data = `data:image/jpeg;base64,${Buffer.from(photo).toString('base64')}`;
    const print = await printed(
      `<title>MarkerTitle</title><h1>合同 العقد</h1><a href="https://marker.example/?Marker">words</a>
      <img src="${data}"><input value="seen"><p style="break-before: page; opacity: 0.5; background: linear-gradient(red, blue)">End</p>`,
    );
    const { table, ...built } = fullPdfs(photo);
    const told = join(folder, 'told.pdf');
    writeFileSync(told, print);
    execFileSync('exiftool', ['-q', '-overwrite_original', '-Author=MarkerAuthor', '-XMP-dc:Creator=MarkerXmp', told]);
    files = {
      Chromium: print,
      'a program that packs objects': saved(print, 'objstms,compress'),
      'a program that writes text': saved(print, 'ascii'),
      'one that was told its author': new Uint8Array(readFileSync(told)),
      table,
      ...built,
    };
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ...['Chromium', 'a program that packs objects', 'a program that writes text', 'one that was told its author'],
    ...['table', 'packed', 'saved again', 'hybrid'],
  ])('%s has the same pages when it is cleaned, and nothing of what was planted', async (name) => {
    const original = files[name]!;
    expect(toldOf(original)).toMatch(planted);
    const { state, cleaned } = await examine({ inspectMetadata, cleanMetadata }, original);
    expect(state).toBe('cleanable');
    expect(toldOf(cleaned!)).not.toMatch(planted);
    const [before, after] = [pagesOf(original), pagesOf(cleaned!)];
    expect(before.length).toBe(2);
    // Something is drawn, and each page differs from the other.
    expect(before[0]!.equals(before[1]!)).toBe(false);
    expect(after.map((page, at) => page.equals(before[at]!))).toEqual([true, true]);
  });
});
