// What a PDF says of itself, in each of the forms in which programs write it, as exiftool reads it too.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { lacks } from '../../../tools/debian.ts';
import { exiftool } from '../testing/metadata-tools.ts';
import { inspectMetadata } from './inspect.ts';

/** Objects from number 1 on: a catalogue, an empty page tree, then these. */
function pdfOf(...objects: readonly (string | Buffer)[]): Uint8Array {
  const all = ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [] /Count 0 >>', ...objects];
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')];
  const length = (): number => parts.reduce((sum, part) => sum + part.length, 0);
  const places = all.map((object, at) => {
    const place = length();
    parts.push(Buffer.from(`${at + 1} 0 obj\n`), Buffer.from(object), Buffer.from('\nendobj\n'));
    return `${String(place).padStart(10, '0')} 00000 n \n`;
  });
  const table = `xref\n0 ${all.length + 1}\n0000000000 65535 f \n${places.join('')}`;
  const end = `trailer\n<< /Size ${all.length + 1} /Root 1 0 R /Info 3 0 R >>\nstartxref\n${length()}\n%%EOF\n`;
  return new Uint8Array(Buffer.concat([...parts, Buffer.from(table + end)]));
}

/** An object that holds others, compressed. */
function stream(dictionary: string, content: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`<< ${dictionary} /Length ${content.length} >>\nstream\n`),
    content,
    Buffer.from('\nendstream'),
  ]);
}

async function found(bytes: Uint8Array): Promise<string[]> {
  const { findings } = await inspectMetadata(bytes);
  return findings.map(({ kind, field, value }) => `${kind} ${field} ${value}`.trim());
}

const forms = [
  ['in parentheses', ['<< /Author (Wang Fang) >>'], 'Wang Fang'],
  ['with parentheses in it', ['<< /Author (Wang (Office 3 (East)) Fang) >>'], 'Wang (Office 3 (East)) Fang'],
  ['with a parenthesis that stands alone', ['<< /Author (Wang \\) Fang) >>'], 'Wang ) Fang'],
  ['with signs by number', ['<< /Author (Wang\\040\\106ang) >>'], 'Wang Fang'],
  ['in digits', ['<< /Author <57616E672046616E67> >>'], 'Wang Fang'],
  ['in UTF-16', ['<< /Author <FEFF738B82B3> >>'], '王芳'],
  ['under a name with signs by number', ['<< /A#75th#6Fr (Wang Fang) >>'], 'Wang Fang'],
  ['behind a comment', ['<< /Author % of this file\n (Wang Fang) >>'], 'Wang Fang'],
  ['as an object of its own', ['<< /Author 4 0 R >>', '(Wang Fang)'], 'Wang Fang'],
] as const;

it.skipIf(lacks('libimage-exiftool-perl')).each(forms)('finds an author %s', async (_form, objects, author) => {
  const bytes = pdfOf(...objects);
  expect(await found(bytes)).toContain(`person PDF Author ${author}`);
  const folder = mkdtempSync(join(tmpdir(), 'postern-pdf-'));
  try {
    const path = join(folder, 'a.pdf');
    writeFileSync(path, bytes);
    expect(exiftool(path)).toContain(author);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('finds an author in a compressed stream, whatever stands in its dictionary beside', async () => {
  const objects = deflateSync(Buffer.from('9 0 << /Author (Wang Fang) >>'));
  for (const beside of ['', '/DecodeParms << /Predictor 1 >> ', '/Extends 7 0 R ']) {
    const packed = stream(`/Type /ObjStm /N 1 /First 4 ${beside}/Filter /FlateDecode`, objects);
    expect(await found(pdfOf('<< >>', packed))).toContain('person PDF Author Wang Fang');
  }
});

it('says of a stream that it cannot look into that there is one', async () => {
  const objects = deflateSync(Buffer.from('9 0 << /Author (Wang Fang) >>'));
  const cases = [
    stream('/Type /ObjStm /N 1 /First 4 /Filter /LZWDecode', objects),
    stream('/Type /ObjStm /N 1 /First 4 /Filter [/ASCII85Decode /FlateDecode]', objects),
    stream('/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /DecodeParms << /Predictor 12 >>', objects),
    stream('/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode', Buffer.from('encrypted, or damaged')),
    stream('/Type /ObjStm /N 1 /First 4 /Filter 5 0 R', objects),
    stream('/Type /ObjStm /N 1 /First 4 /F#69lter 5 0 R', objects),
    stream('/Type /Obj#53tm /N 1 /First 4 /Filter /FlateDecode', objects),
    stream('/Type /Metadata /Subtype /XML /Filter /LZWDecode', objects),
  ];
  for (const packed of cases) {
    expect(await found(pdfOf('<< >>', packed))).toContainEqual(expect.stringMatching(/^hidden PDF (ObjStm|Metadata)$/));
  }
  expect(await found(pdfOf('<< >>'))).toEqual([]);
});

const mebibyte = 1024 * 1024;

it('reads a stream once, however often its dictionary names its type', async () => {
  const objects = Buffer.concat([Buffer.from('9 0 << /Author (Wang Fang) >>'), Buffer.alloc(5 * mebibyte)]);
  const packed = stream(`${'/Type /ObjStm '.repeat(20)}/Filter /FlateDecode`, deflateSync(objects));
  expect(await found(pdfOf('<< >>', packed))).toContain('person PDF Author Wang Fang');
});

it('counts what comes out of damaged streams, too', async () => {
  const whole = deflateSync(Buffer.alloc(15 * mebibyte));
  const damaged = stream('/Type /ObjStm /Filter /FlateDecode', whole.subarray(0, -100));
  expect(await found(pdfOf('<< >>', damaged))).toContain('hidden PDF ObjStm');
  await expect(found(pdfOf('<< >>', ...Array(6).fill(damaged)))).rejects.toMatchObject({ code: 'too-large' });
});

it('does not look for the ends of strings for longer than a file may take, and tells it', async () => {
  // A kilobyte or two that unpack to ten thousand beginnings of each.
  const names = ['Title', 'Subject', 'Keywords', 'Creator', 'Producer'];
  const hostile = names.map((name) => `/${name}(`.repeat(10_000)).join('');
  const packed = stream('/Type /ObjStm /Filter /FlateDecode', deflateSync(Buffer.from(hostile)));
  expect(packed.length).toBeLessThan(2_000);
  expect(await found(pdfOf('<< >>', packed))).toContain('hidden PDF strings');
  // Many true ones are all read.
  const lines = Array.from({ length: 900 }, (_, at) => `<< /Title (Chapter ${at}) >>`).join('\n');
  const long = stream('/Type /ObjStm /Filter /FlateDecode', deflateSync(Buffer.from(lines)));
  const author = stream('/Type /ObjStm /Filter /FlateDecode', deflateSync(Buffer.from('<< /Author (Wang Fang) >>')));
  const all = await found(pdfOf('<< >>', author, ...Array(20).fill(long)));
  expect(all).toContain('person PDF Author Wang Fang');
  expect(all).not.toContain('hidden PDF strings');
});
