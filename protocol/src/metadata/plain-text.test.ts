// Formats in letters are not taken for text that holds nothing beside its words.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks } from '../../../tools/debian.ts';
import { exiftool, mat2 } from '../testing/metadata-tools.ts';
import { examine } from './examine.ts';
import * as examiner from './inspect.ts';

const svg = `<svg xmlns="http://www.w3.org/2000/svg"><metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:creator="MarkerAuthor"/></rdf:RDF></metadata></svg>`;
const markedUp: readonly (readonly [name: string, text: string])[] = [
  ['a.rtf', '{\\rtf1\\ansi{\\info{\\author MarkerAuthor}}Words.}'],
  [
    'a.html',
    '<!doctype html><html><head><meta name="author" content="MarkerAuthor" /><title>x</title></head><body>Words</body></html>',
  ],
  ['a.svg', svg],
  ['a.gpx', '<gpx version="1.1" creator="MarkerAuthor"><trk><trkpt lat="39.9" lon="116.4"/></trk></gpx>'],
  ['a.kml', '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>MarkerAuthor</name></Document></kml>'],
  ['a.vcf', 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:MarkerAuthor\r\nEND:VCARD\r\n'],
  ['a.ics', 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:MarkerAuthor\r\nEND:VCALENDAR\r\n'],
  ['a.ps', '%!PS-Adobe-3.0\n%%For: MarkerAuthor\n%%EndComments\nshowpage\n'],
];
const letters: readonly (readonly [name: string, text: string])[] = [
  ['received first', 'Return-Path: <a@example.org>\r\nReceived: from laptop (10.0.0.5)\r\n\r\nWords'],
  ['a long head', `Date: Wed, 4 Mar 2026\n${'ARC-Seal: i=1;\n\tb=abc\n'.repeat(40)}From: a@example.org\n\nWords`],
  ['a mailbox', 'From a@example.org Wed Mar  4 05:06:07 2026\nSubject: x\n\nWords'],
];
const texts: readonly (readonly [name: string, text: string])[] = [
  ['words', '合同 العقد contract\n'],
  ['words that begin as heads do', 'Date: the third of March\nPlace: the harbour\n\nFrom: nobody\n'],
  ['a sentence', 'From what I saw on Wed it was worse.\n'],
  ['signs in between', 'a < b, and <b> is no tag here'],
];
const stateOf = async (text: string): Promise<string> =>
  (await examine(examiner, new TextEncoder().encode(text))).state;

describe.skipIf(lacks('libimage-exiftool-perl', 'mat2'))('what other programs find in formats in letters', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'postern-letters-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is never passed by as if there was nothing', async () => {
    const seen: string[] = [];
    for (const [name, text] of markedUp) {
      const path = join(folder, name);
      writeFileSync(path, text);
      const found = exiftool(path) + (/html|svg/.test(name) ? mat2(path) : '');
      if (found.includes('MarkerAuthor')) seen.push(name);
      expect([name, await stateOf(text)]).toEqual([name, 'blind']);
    }
    expect(seen).toEqual(expect.arrayContaining(['a.rtf', 'a.html', 'a.svg', 'a.vcf', 'a.ps']));
  });
});

describe('text', () => {
  it.each(letters)('that is a letter with its head is no plain text: %s', async (_name, text) => {
    expect(await stateOf(text)).toBe('blind');
  });

  it.each(markedUp)(
    'that is marked up is no plain text behind a mark of its order and white space: %s',
    async (_, text) => {
      expect(await stateOf(`\ufeff\n  ${text}`)).toBe('blind');
    },
  );

  it.each(texts)('is plain otherwise: %s', async (_name, text) => {
    expect(await stateOf(text)).toBe('nothing');
  });
});
