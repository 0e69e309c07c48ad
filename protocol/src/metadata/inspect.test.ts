import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks } from '../../../tools/debian.ts';
import { fuzzTarget, processorMs } from '../../../tools/fuzz/run.ts';
import { concat, utf8ToBytes } from '../bytes/encode.ts';
import { makeDocx, makePdf, makePictures, makeRecordings, type RealFile } from '../testing/metadata-files.ts';
import { exiftool, mat2 } from '../testing/metadata-tools.ts';
import { makeOdfs, makePptx, makeXlsx } from '../testing/office-files.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { cleanMetadata, detectFormat, inspectMetadata } from './inspect.ts';
import { MetadataError } from './report.ts';
import { unzipEntry, writeZip, zipEntries } from './zip-file.ts';

const tools = ['libimage-exiftool-perl', 'mat2', 'imagemagick', 'ffmpeg'] as const;
/** Which side of a picture is up, and how a film is built: numbers that a player needs. */
const harmless =
  /^(ExifByteOrder|Orientation|AverageBitrate|BufferSize|CompatibleBrands|CompressorID|GraphicsMode|HandlerType|MajorBrand|MaxBitrate|MediaDataOffset|MediaDataSize|MediaHeaderVersion|MinorVersion|MovieHeaderVersion|NextTrackID|PixelAspectRatio|PreferredRate|Rotation|TimeScale|TrackHeaderVersion|TrackID|TrackLayer): /;
let folder = '';
let files: readonly RealFile[] = [];
const fileOf = (name: string): RealFile => files.find((file) => file.name === name)!;
const shown = async (bytes: Uint8Array): Promise<string> =>
  (await inspectMetadata(bytes)).findings.map(({ kind, field, value }) => `${kind} ${field} ${value}`).join('\n');

function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

/** Names and contents of all that is in an archive. */
async function unpacked(bytes: Uint8Array): Promise<string> {
  const { entries } = zipEntries(bytes);
  const parts = await Promise.all(entries.map(async (entry) => `${entry.name} ${latin(await unzipEntry(entry))}`));
  return parts.join('\n');
}

function pixels(path: string): string {
  const raw = ['-v', 'error', '-i', path, '-f', 'framemd5', '-'];
  return execFileSync('ffmpeg', raw, { encoding: 'utf8' }).replaceAll(/^#.*\n/gm, '');
}

describe.skipIf(lacks(...tools))('metadata of real files', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'postern-metadata-'));
    const pictures = makePictures(folder);
    const photo = pictures[0]!.bytes;
    files = [
      ...pictures,
      ...makeRecordings(folder),
      await makeDocx(photo),
      await makeXlsx(photo),
      await makePptx(photo),
      ...(await makeOdfs(photo, pictures[1]!.bytes)),
      makePdf(),
    ];
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const office = ['a.docx', 'a.xlsx', 'a.pptx', 'a.odt', 'a.ods', 'a.odp'];
  const cleanable = ['a.jpg', 'a.png', 'a.webp', 'a.mp3', 'a.mp4', 'a.mov', ...office];

  it.each([...cleanable, 'a.pdf'])('finds each planted value in %s', async (name) => {
    const { bytes, markers } = fileOf(name);
    const found = await shown(bytes);
    for (const marker of markers) expect(found).toContain(marker);
  });

  it.each(cleanable)('leaves in a cleaned %s nothing that it, exiftool or mat2 can find', async (name) => {
    const { bytes, markers } = fileOf(name);
    const cleaned = await cleanMetadata(bytes);
    const path = write(`clean-${name}`, cleaned);
    expect(await shown(cleaned)).toBe('');
    // The control: the same look sees it in the original.
    const before = exiftool(write(`before-${name}`, bytes)) + mat2(join(folder, `before-${name}`));
    expect(markers.filter((marker) => before.includes(marker)).length).toBeGreaterThan(0);
    // Without when the file was written here, which is no date of its contents.
    const found = exiftool(path, '-x', 'System:all') + mat2(path);
    const after = found + (office.includes(name) ? await unpacked(cleaned) : latin(cleaned));
    expect(after).not.toMatch(/Marker|2026[:-]03|39[.]9|116[.]4/);
    const left = [...mat2(path).matchAll(/^\s+(\w+): (.*)$/gm)].map(([, field, value]) => `${field}: ${value}`);
    expect(left.filter((line) => !harmless.test(line))).toEqual([]);
  });

  it.each(['a.jpg', 'a.png', 'a.webp', 'a.mp3', 'a.mp4', 'a.mov'])('keeps sound and pictures of %s', async (name) => {
    const { bytes } = fileOf(name);
    const cleaned = write(`same-${name}`, await cleanMetadata(bytes));
    expect(pixels(cleaned)).toBe(pixels(write(`former-${name}`, bytes)));
  });

  it.each(['free', 'skip', 'wide'])('finds and cleans what stands in the spare room of a film, %s', async (box) => {
    const clean = await cleanMetadata(fileOf('a.mp4').bytes);
    const spare = (text: string): Uint8Array => concat(clean, utf8ToBytes(`\0\0\0\x12${box}${text}`));
    expect((await inspectMetadata(spare('\0'.repeat(10)))).findings).toEqual([]);
    const left = spare('MarkerRoom');
    expect((await inspectMetadata(left)).findings).toMatchObject([{ kind: 'hidden', value: 'MarkerRoom' }]);
    expect(await cleanMetadata(left)).toEqual(spare('\0'.repeat(10)));
  });

  it('keeps which side of a picture is up', async () => {
    const path = write('up.jpg', await cleanMetadata(fileOf('a.jpg').bytes));
    expect(execFileSync('exiftool', ['-n', '-s3', '-Orientation', path], { encoding: 'utf8' }).trim()).toBe('6');
  });

  it('keeps the text of documents, accepts insertions, and takes away what was deleted', async () => {
    const textOfPart = async (name: string, part: string): Promise<string> => {
      const { entries } = zipEntries(await cleanMetadata(fileOf(name).bytes));
      return Buffer.from(await unzipEntry(entries.find((entry) => entry.name === part)!)).toString();
    };
    const letter = await textOfPart('a.docx', 'word/document.xml');
    expect(letter).toContain('Kept text');
    expect(letter).toContain(', inserted');
    expect(letter).not.toContain('MarkerDeleted');
    const odt = await textOfPart('a.odt', 'content.xml');
    expect(odt).toContain('Kept text');
    expect(odt).not.toContain('MarkerDeleted');
  });

  it.each([
    ['a.docx', ['word/document.xml', 'word/media/image1.jpeg'], 'Kept text'],
    ['a.xlsx', ['xl/worksheets/sheet1.xml', 'xl/charts/chart1.xml', 'xl/media/image1.jpeg'], 'Kept cell'],
    ['a.pptx', ['ppt/slides/slide1.xml', 'ppt/slideMasters/slideMaster1.xml', 'ppt/media/image1.jpeg'], 'Kept title'],
    ['a.odt', ['content.xml', 'Pictures/a.jpg'], 'Kept text'],
    ['a.ods', ['content.xml', 'Pictures/a.jpg'], 'Kept cell'],
    ['a.odp', ['content.xml', 'Pictures/a.jpg'], 'Kept title'],
  ])('keeps of %s what shows it, and leads to nothing that is gone', async (name, parts, words) => {
    const cleaned = await cleanMetadata(fileOf(name).bytes);
    const names = zipEntries(cleaned).entries.map((entry) => entry.name);
    expect(names).toEqual(expect.arrayContaining(parts));
    const text = await unpacked(cleaned);
    expect(text).toContain(words);
    const [targets, listed] = [
      / Target="(?!elsewhere")(?:[^"]*\/)?([^"]+)"/g,
      /(?:PartName="|full-path="(?=\w))([^"]+)"/g,
    ];
    for (const [, target] of text.matchAll(targets)) expect(names.join('\n')).toContain(target);
    for (const [, part] of text.matchAll(listed)) expect(names).toContain(part!.replace(/^\//, ''));
  });

  it('makes no copy of a damaged PDF, and says what lies in it', async () => {
    const { bytes } = fileOf('a.pdf');
    const report = await inspectMetadata(bytes);
    expect(report.cleaning).toBe('impossible');
    expect(report.findings.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['person', 'edits', 'active', 'serial']),
    );
    await expect(cleanMetadata(bytes)).rejects.toThrow(MetadataError);
  });

  it('gives findings or its own error for any damage', async () => {
    const random = seededRandom('damaged files');
    for (const { name, bytes } of files) {
      const target = { name, seeds: [bytes], read: inspectMetadata, ownErrors: [MetadataError], baseMs: 500 };
      expect(await fuzzTarget(target, random, 60, processorMs), name).toEqual([]);
      const cleaning = { ...target, read: (input: Uint8Array) => cleanMetadata(input) };
      if (name !== 'a.pdf') expect(await fuzzTarget(cleaning, random, 60, processorMs), name).toEqual([]);
    }
  });
});

describe('files that it cannot look into', () => {
  it('are called unknown, not clean', async () => {
    const report = await inspectMetadata(Uint8Array.of(1, 2, 3, 0, 255));
    expect(report).toEqual({ format: 'unknown', findings: [], cleaning: 'impossible' });
  });

  it('text is text, whatever its language', () => {
    expect(detectFormat(utf8ToBytes('合同 العقد contract\n'))).toBe('text');
  });

  it('stops at a bomb and at archives within archives', async () => {
    const zeros = await writeZip([{ name: 'zeros', bytes: new Uint8Array(64 * 1024 * 1024) }]);
    const bomb = await writeZip(Array.from({ length: 6 }, (_, index) => ({ name: `${index}.zip`, bytes: zeros })));
    await expect(inspectMetadata(bomb)).rejects.toMatchObject({ code: 'too-large' });
    let nested = await writeZip([{ name: 'end', bytes: Uint8Array.of(0) }]);
    for (let depth = 0; depth < 6; depth++)
      nested = await writeZip([{ name: 'in.zip', bytes: nested, isStored: true }]);
    await expect(inspectMetadata(nested)).rejects.toMatchObject({ code: 'too-large' });
  }, 180_000);
});
