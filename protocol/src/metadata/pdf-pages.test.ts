// What of a PDF comes along into a cleaned copy, in each form in which files are built, and of which no copy is made.
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  everythingIn,
  fullParts,
  fullPdfs,
  type PdfParts,
  packedOf,
  streamOf,
  withTable,
} from '../testing/pdf-files.ts';
import { examine } from './examine.ts';
import { cleanMetadata, inspectMetadata } from './inspect.ts';
import { MetadataError } from './report.ts';

/** The smallest that a decoder of JPEG's segments takes: a comment, no picture. */
const photo = Uint8Array.of(
  0xff,
  0xd8,
  0xff,
  0xfe,
  0,
  13,
  ...Buffer.from('MarkerPhoto'),
  0xff,
  0xda,
  0,
  2,
  0,
  0xff,
  0xd9,
);
const planted = /Marker|marker|JavaScript|2026/;
const fileOf = (parts: PdfParts, more = ''): Uint8Array => new Uint8Array(withTable(parts, `/Root 1 0 R ${more}`));
const look = (bytes: Uint8Array) => examine({ inspectMetadata, cleanMetadata }, bytes);

const page = { 1: '<< /Type /Catalog /Pages 2 0 R >>', 2: '<< /Type /Pages /Kids [3 0 R] /Count 1 >>' };
const pageWith = (entries: string, more: PdfParts = {}): Uint8Array =>
  fileOf({ ...page, 3: `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] ${entries} >>`, ...more });

/** Five signs for four bytes (ISO 32000-1, 7.4.3). */
function base85(bytes: Buffer): string {
  const groups = Array.from({ length: Math.ceil(bytes.length / 4) }, (_, at) => bytes.subarray(4 * at, 4 * at + 4));
  const signs = groups.map((group) => {
    let value = Buffer.concat([group, Buffer.alloc(4 - group.length)]).readUInt32BE();
    const digits = [0, 0, 0, 0, 0].map(() => {
      const digit = String.fromCharCode(0x21 + (value % 85));
      value = Math.floor(value / 85);
      return digit;
    });
    return value === 0 && group.every((byte) => byte === 0) && group.length === 4
      ? 'z'
      : digits
          .reverse()
          .join('')
          .slice(0, group.length + 1);
  });
  return signs.join('');
}

describe('a cleaned PDF', () => {
  it.each(Object.entries(fullPdfs(photo)))(
    'has nothing of what was planted, its form was: %s',
    async (_form, bytes) => {
      // The control: the same look sees each of them in the original.
      const before = everythingIn(bytes);
      const names = new Set(JSON.stringify(Object.values(fullParts(photo))).match(/Marker[A-Z]?[a-z]+/g));
      expect([...names].filter((name) => !before.includes(name))).toEqual([]);
      const { state, left, cleaned } = await look(bytes);
      expect([state, left.map(({ kind }) => kind)]).toEqual(['cleanable', ['hidden']]);
      const after = everythingIn(cleaned!);
      expect(after).not.toMatch(planted);
      for (const kept of ['(Kept text)', '(Second page)', '/Helvetica', '0 1 0 rg', '1 1 0 rg', '0 1 1 rg', '/OFF'])
        expect(after).toContain(kept);
    },
  );

  it('is the same when it is cleaned again, and has nothing more to tell', async () => {
    const once = await cleanMetadata(pageWith('/Contents 4 0 R', { 4: packedOf('', '0 0 9 9 re f') }));
    expect(Buffer.from(await cleanMetadata(once)).equals(Buffer.from(once))).toBe(true);
    expect(await inspectMetadata(once)).toEqual({ format: 'pdf', findings: [], cleaning: 'nothing' });
  });

  it('is offered where nothing was found but that there is more than its pages', async () => {
    const bytes = pageWith('', { 4: '(nobody leads here)' });
    const { findings, cleaning } = await inspectMetadata(bytes);
    expect([findings.map(({ kind }) => kind), cleaning]).toEqual([['technical'], 'possible']);
    expect(everythingIn(await cleanMetadata(bytes))).not.toContain('nobody');
  });

  it('is offered where there is more than its pages in places that no table names', async () => {
    const original = pageWith('/Resources << /Properties << /L 5 0 R >> >> /Contents 4 0 R', {
      4: packedOf('', '0 0 9 9 re f'),
      5: '<< /Type /OCG /Name (MarkerLayer) >>',
    });
    const once = Buffer.from(await cleanMetadata(original)).toString('latin1');
    expect((await look(Buffer.from(once, 'latin1'))).state).toBe('nothing');
    const layer = once.replace(`<${Buffer.from('Layer').toString('hex')}>`, '<4d61726b65>');
    const behind = `${once}% MarkerBehind\n`;
    // The last object stands in front of the table, and so nothing else moves.
    const start = /startxref\n(\d+)/.exec(once)?.[1] ?? '';
    const before = once.replace('xref\n0', '% MarkerBefore\nxref\n0').replace(start, String(Number(start) + 15));
    for (const more of [layer, behind, before]) {
      expect(more).not.toBe(once);
      const { state, found, cleaned } = await look(Buffer.from(more, 'latin1'));
      expect([state, found.map(({ kind }) => kind)]).toEqual(['cleanable', ['technical']]);
      expect(Buffer.from(cleaned!).toString('latin1')).toBe(once);
    }
  });

  it('has nothing that lies behind packed content, and the same content', async () => {
    const drawing = '0 0 9 9 re f ';
    const rows = Buffer.from([2, 1, 2, 3, 2, 1, 1, 1]);
    const flate = deflateSync(drawing.repeat(20));
    const about = '/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 3 >>';
    const image = '/Type /XObject /Subtype /Image /Width 3 /Height 2 /BitsPerComponent 8 /ColorSpace /DeviceGray';
    const [line, marker] = [Buffer.from('\n'), Buffer.from(' Marker')];
    for (const content of [
      streamOf('/Filter /ASCIIHexDecode', `${Buffer.from(drawing).toString('hex')}> Marker`),
      streamOf('/Filter /ASCII85Decode', `${base85(Buffer.from(drawing))}~> Marker`),
      streamOf('/Filter [/ASCII85Decode /FlateDecode]', `${base85(flate)}~> Marker`),
      streamOf('/Filter /FlateDecode', Buffer.concat([flate, line])),
      // A sum that is wrong: two bytes of it can be anything.
      streamOf('/Filter /FlateDecode', Buffer.concat([flate.subarray(0, -4), Buffer.from('\0\0JD')])),
      streamOf('/Filter [/FlateDecode /FlateDecode]', Buffer.concat([deflateSync(flate), line])),
    ]) {
      const picture = streamOf(`${image} ${about}`, Buffer.concat([deflateSync(rows), line]));
      const bytes = pageWith('/Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >>', { 4: content, 5: picture });
      const cleaned = await cleanMetadata(bytes);
      const after = everythingIn(cleaned);
      expect(after).not.toMatch(/Marker|JD/);
      expect(after).toContain(drawing);
      expect(after).toContain('/Predictor 15');
      expect(after).toContain(rows.toString('latin1'));
      expect(Buffer.from(await cleanMetadata(cleaned)).equals(Buffer.from(cleaned))).toBe(true);
      expect((await look(cleaned)).state).toBe('nothing');
    }
    const marked = streamOf('/Filter /FlateDecode', Buffer.concat([flate, marker]));
    await expect(cleanMetadata(pageWith('/Contents 4 0 R', { 4: marked }))).rejects.toMatchObject({
      code: 'malformed',
    });
    const photoInside = pageWith('/Resources << /XObject << /I 4 0 R >> >>', {
      4: { about: `${image} /Filter [/LZWDecode /DCTDecode]`, content: Buffer.from(photo) },
    });
    await expect(cleanMetadata(photoInside)).rejects.toMatchObject({ code: 'malformed' });
  });

  it('is made although a table names something that is nowhere, if no page needs it', async () => {
    const bytes = Buffer.from(pageWith('/Contents 4 0 R', { 4: packedOf('', '0 0 9 9 re f'), 5: '(nobody)' }));
    // Its place now says that it is the object before it.
    const moved = bytes.toString('latin1').replace('5 0 obj', '4 0 obj');
    const { state, cleaned } = await look(Buffer.from(moved, 'latin1'));
    expect([state, everythingIn(cleaned!).includes('9 re f')]).toEqual(['cleanable', true]);
    expect(everythingIn(cleaned!)).not.toContain('nobody');
  });

  it('has photos and colours without what cameras and screens wrote into them, however they are packed', async () => {
    const profile = Buffer.alloc(200);
    profile.write('acsp', 36, 'latin1');
    profile.write('MarkerModel', 48, 'latin1');
    profile.writeUInt32BE(2, 128);
    for (const [at, name, from, length] of [
      [132, 'desc', 156, 20],
      [144, 'wtpt', 176, 20],
    ] as const) {
      profile.write(name, at, 'latin1');
      profile.writeUInt32BE(from, at + 4);
      profile.writeUInt32BE(length, at + 8);
    }
    profile.write('MarkerScreen', 160, 'latin1');
    const image = '/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace [/ICCBased 5 0 R]';
    const flate = deflateSync(photo);
    for (const [filters, content] of [
      ['', Buffer.from(photo)],
      ['/FlateDecode', flate],
      ['/ASCIIHexDecode', Buffer.from(`${Buffer.from(photo).toString('hex')} >`)],
      ['/ASCII85Decode /FlateDecode', Buffer.from(`${base85(flate)}~>`)],
    ] as const) {
      const about = `/Filter [${filters} /DCTDecode]`;
      const bytes = pageWith('/Resources << /XObject << /I 4 0 R >> >>', {
        4: { about: `${image} ${about}`, content },
        5: packedOf('/N 3', profile),
      });
      expect((await look(bytes)).found.flatMap(({ values }) => values)).toContain('MarkerPhoto');
      const after = everythingIn(await cleanMetadata(bytes));
      expect(after).not.toContain('Marker');
      expect(after).toContain('wtpt');
      expect(after).toContain(Buffer.from(photo.subarray(-6)).toString('latin1').replaceAll('\0', ''));
    }
  });
});

it('has colours that say nothing else as they were, in whatever form they are packed', async () => {
  const profile = Buffer.alloc(164);
  profile.writeUInt32BE(profile.length);
  profile.write('acsp', 36, 'latin1');
  profile.writeUInt32BE(1, 128);
  profile.write('wtpt', 132, 'latin1');
  profile.writeUInt32BE(144, 136);
  profile.writeUInt32BE(20, 140);
  profile.write('XYZ ', 144, 'latin1');
  for (const colors of [
    streamOf('/N 3', profile),
    packedOf('/N 3', profile),
    streamOf('/N 3 /Filter /ASCIIHexDecode', `${profile.toString('hex')}>`),
    streamOf('/N 3 /Filter /ASCII85Decode', `${base85(profile)}~>`),
    streamOf('/N 3 /Filter [/ASCIIHexDecode /FlateDecode]', `${deflateSync(profile).toString('hex')}>`),
  ]) {
    const bytes = pageWith('/Resources << /ColorSpace << /C [/ICCBased 4 0 R] >> >>', { 4: colors });
    const cleaned = await cleanMetadata(bytes);
    expect(everythingIn(cleaned)).toContain(profile.toString('latin1').replaceAll('\0', ''));
    expect((await look(cleaned)).state).toBe('nothing');
  }
});

it('has pictures in JPEG 2000 without what stands around and before them', async () => {
  const segment = (code: number, content: string): Buffer =>
    Buffer.concat([Buffer.from([0xff, code, 0, content.length + 2]), Buffer.from(content)]);
  const box = (name: string, content: Buffer, length = content.length + 8): Buffer => {
    const head = Buffer.from(`0000${name}`);
    head.writeUInt32BE(length);
    return Buffer.concat([head, content]);
  };
  const picture = [segment(0x51, 'size'), segment(0x64, 'MarkerEncoder'), segment(0x52, 'coding')];
  const stream = Buffer.concat([
    Buffer.from([0xff, 0x4f]),
    ...picture,
    segment(0x90, 'tiles and all'),
    Buffer.from('end'),
  ]);
  const around = [
    box('jP  ', Buffer.from('sign')),
    box('uuid', Buffer.from('MarkerExif')),
    box('xml ', Buffer.from('<MarkerXml/>')),
  ];
  // Of the last box the length may be left open.
  for (const content of [
    stream,
    Buffer.concat([...around, box('jp2c', stream)]),
    Buffer.concat([...around, box('jp2c', stream, 0)]),
  ]) {
    const bytes = pageWith('/Resources << /XObject << /I 4 0 R >> >>', {
      4: { about: '/Type /XObject /Subtype /Image /Filter /JPXDecode', content },
    });
    expect(everythingIn(bytes)).toContain('MarkerEncoder');
    const after = everythingIn(await cleanMetadata(bytes));
    expect(after).not.toContain('Marker');
    for (const kept of ['size', 'coding', 'tiles and allend']) expect(after).toContain(kept);
    expect((await inspectMetadata(await cleanMetadata(bytes))).findings).toEqual([]);
  }
});

const widget = '/Type /Annot /Subtype /Widget /Rect [0 0 9 9]';
const drawing = '/AP << /N 5 0 R >>';
const form = (asked: string, field: string, place = widget): Uint8Array =>
  fileOf({
    1: `<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] ${asked} >> >>`,
    2: page[2],
    3: '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Annots [4 0 R] >>',
    4: `<< ${place} ${field} >>`,
    5: packedOf('/Type /XObject /Subtype /Form /BBox [0 0 9 9]', '0 0 9 9 re f'),
  });

describe('a copy is made', () => {
  const unseen = '/Type /Annot /Subtype /Widget /Rect [0 0 0 0]';
  it.each([
    ['of one that is signed where nobody sees it', form('', '/FT /Sig /V << /Type /Sig >>', unseen), false],
    ['of one that is signed without a drawing', form('', '/FT /Sig /V << /Type /Sig >>'), false],
    ['of a form with a field that takes no room', form('/NeedAppearances true', '/FT /Tx /V (a)', unseen), false],
    ['of a form with a box that is not crossed', form('', '/FT /Btn /V /Off'), false],
    ['of a form that is drawn anew and not filled in', form('/NeedAppearances true', `${drawing} /FT /Tx`), true],
    ['of a form that is filled in and drawn', form('/NeedAppearances false', `${drawing} /FT /Tx /V (a)`), true],
  ])('%s', async (_what, bytes, isDrawn) => {
    expect(everythingIn(await cleanMetadata(bytes)).includes('0 0 9 9 re f')).toBe(isDrawn);
  });
});

describe('no copy is made', () => {
  it.each([
    [
      'of one that is locked',
      fileOf({ ...page, 3: '<< /Type /Page /Parent 2 0 R >>' }, '/Encrypt << /Filter /Standard >>'),
      /locked/,
    ],
    ['of one without a table', Buffer.from('%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n%%EOF'), /no table/],
    [
      'of one whose table is wrong',
      Buffer.from(
        Buffer.from(pageWith('')).toString('latin1').replace('<< /Type /Catalog', '   << /Type /Catalog'),
        'latin1',
      ),
      /not where it should be/,
    ],
    ['of one without pages', fileOf({ ...page, 2: '<< /Type /Pages /Kids [] /Count 0 >>' }), /no pages/],
    [
      'of one whose pages go round',
      fileOf({ ...page, 2: '<< /Type /Pages /Kids [2 0 R] /Count 1 >>' }),
      /not in a tree/,
    ],
    [
      'of one whose pages a script makes',
      fileOf({ ...page, 1: '<< /Type /Catalog /Pages 2 0 R /NeedsRendering true >>', 3: '<< /Type /Page >>' }),
      /by a script/,
    ],
    [
      'where a page’s drawing lies in another file',
      pageWith('/Contents 4 0 R', { 4: streamOf('/F (other.pdf)', '') }),
      /elsewhere/,
    ],
    [
      'where something is packed in a way nobody knows',
      pageWith('/Contents 4 0 R', { 4: streamOf('/Filter /Crypt', '') }),
      /packed/,
    ],
    [
      'where a stream is longer than it says',
      pageWith('/Contents 4 0 R', { 4: '<< /Length 3 >>\nstream\n0 0 9 9 re f\nendstream' }),
      /does not end/,
    ],
    ['where a value is of a kind that nobody expects', pageWith('/Rotate (MarkerTurn)'), /kind atoms/],
    ['where a dictionary says two things', pageWith('/Rotate 0 /Rotate 90'), /twice/],
    [
      'where a filled field is drawn by whoever shows it',
      pageWith(`/Annots [<< ${widget} /FT /Tx /V (MarkerValue) >>]`),
      /whoever/,
    ],
    [
      'where every viewer is asked to draw a filled field anew',
      form('/NeedAppearances true', `${drawing} /FT /Tx /V (MarkerValue)`),
      /whoever/,
    ],
    [
      'where so is asked, and the value is that of the field above',
      form('/NeedAppearances true', `${drawing} /Parent << /FT /Ch /V (MarkerValue) >>`),
      /whoever/,
    ],
    [
      'where a crossed box does not say which of its looks is the cross',
      form('', '/AP << /N << /On 5 0 R >> >> /FT /Btn /V /On'),
      /whoever/,
    ],
    [
      'where a photo is damaged',
      pageWith('/Resources << /XObject << /I 4 0 R >> >>', {
        4: streamOf('/Subtype /Image /Filter /DCTDecode', 'MarkerPhoto'),
      }),
      /JPEG/,
    ],
    [
      'where lengths go round',
      pageWith('/Contents 4 0 R', { 4: '<< /Length 4 0 R >>\nstream\n\nendstream' }),
      /go round/,
    ],
    ['where values are nested too deep', pageWith(`/CropBox ${'['.repeat(5_000)}`), /nested/],
  ])('%s', async (_what, bytes, reason) => {
    const error = await cleanMetadata(bytes).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MetadataError);
    expect((error as Error).message).toMatch(reason);
    expect(await look(bytes)).toMatchObject({ state: 'kept', cleaned: null });
  });
});

it('does not write colours many times that lie in one place', async () => {
  const names = ['A2B0', 'A2B1', 'A2B2', 'B2A0', 'B2A1', 'B2A2', 'gamt', 'wtpt'];
  const profileOf = (tags: readonly (readonly [string, number, number])[]): Uint8Array => {
    const profile = Buffer.alloc(100_000);
    profile.write('acsp', 36, 'latin1');
    profile.writeUInt32BE(tags.length, 128);
    for (const [index, [name, from, length]] of tags.entries()) {
      profile.write(name, 132 + 12 * index, 'latin1');
      profile.writeUInt32BE(from, 136 + 12 * index);
      profile.writeUInt32BE(length, 140 + 12 * index);
    }
    return pageWith('/Resources << /ColorSpace << /C [/ICCBased 4 0 R] >> >>', { 4: packedOf('/N 3', profile) });
  };
  const shifted = profileOf(names.map((name, at) => [name, 1_000 + at, 90_000]));
  const twice = profileOf([
    ['wtpt', 1_000, 20],
    ['wtpt', 2_000, 20],
  ]);
  for (const bytes of [shifted, twice]) await expect(cleanMetadata(bytes)).rejects.toMatchObject({ code: 'malformed' });
  const one = profileOf(names.map((name) => [name, 1_000, 90_000]));
  expect((await look(one)).state).toBe('cleanable');
});

it('stops where much comes out of little, or one thing is written again and again', async () => {
  const bomb = packedOf('/N 3', Buffer.alloc(80 * 1024 * 1024));
  const bytes = pageWith('/Resources << /ColorSpace << /C [/ICCBased 4 0 R] >> >>', { 4: bomb });
  await expect(cleanMetadata(bytes, 64 * 1024 * 1024)).rejects.toMatchObject({ code: 'too-large' });
  const many = Object.fromEntries(Array.from({ length: 400 }, (_, at) => [at + 10, '<< /Type /Page /Parent 2 0 R >>']));
  const kids = Object.keys(many)
    .map((number) => `${number} 0 R`)
    .join(' ');
  const state = `<< /ExtGState << /G << /D [${'0 '.repeat(10_000)}] >> >> >>`;
  const shared = `<< /Type /Pages /Kids [${kids}] /Count 400 /Resources ${state} >>`;
  const grown = cleanMetadata(fileOf({ ...page, 2: shared, ...many })).then(
    () => 'cleaned',
    ({ code }) => code,
  );
  expect(await grown).toBe('too-large');
  const [string, notes] = [`(${'a'.repeat(100_000)})`, `[${'4 0 R '.repeat(20_000)}]`];
  const spaces = `<< /ColorSpace << /C [/Indexed /DeviceGray 255 ${string}] >> >>`;
  const inMany: readonly PdfParts[] = [
    { 2: `<< /Type /Pages /Kids [${kids}] /Count 400 /Resources ${spaces} >>` },
    {
      2: `<< /Type /Pages /Kids [${kids}] /Count 400 /Resources ${spaces.replaceAll(string, `/${'a'.repeat(900)} `.repeat(100))} >>`,
    },
    {
      ...Object.fromEntries(Object.keys(many).map((at) => [at, '<< /Type /Page /Parent 2 0 R /Annots 5 0 R >>'])),
      4: '<< /Type /Annot /Subtype /Link >>',
      5: notes,
      2: `<< /Type /Pages /Kids [${kids}] /Count 400 >>`,
    },
  ];
  for (const parts of inMany)
    await expect(cleanMetadata(fileOf({ ...page, ...many, ...parts }))).rejects.toMatchObject({ code: 'too-large' });
  // Strings without an end, each of which goes through the rest of the file.
  const count = 20_000;
  const heads = Array.from({ length: count }, (_, at) => `${String(at + 10_000)} 0 obj (`);
  const rows = heads.map((_, at) => `${String(9 + 13 * at).padStart(10, '0')} 00000 n \n`).join('');
  const body = `%PDF-1.7\n${heads.join('')}`;
  const table = `xref\n10000 ${count}\n${rows}trailer\n<< /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`;
  const parts = withTable(
    { ...page, 3: '<< /Type /Page /Parent 2 0 R >>' },
    `/Root 1 0 R /Prev ${body.length}`,
    Buffer.from(body + table),
  );
  await expect(cleanMetadata(new Uint8Array(parts))).rejects.toMatchObject({ code: 'too-large' });
});

function withPages(count: number, page: string): Uint8Array {
  let text = '%PDF-1.7\n';
  const rows: string[] = [];
  const kids = Array.from({ length: count }, (_, at) => `${at + 3} 0 R`).join(' ');
  const tree = `<< /Type /Pages /Kids [${kids}] /Count ${count} >>`;
  const pages = Array.from({ length: count }, () => page);
  for (const [index, object] of ['<< /Type /Catalog /Pages 2 0 R >>', tree, ...pages].entries()) {
    rows.push(`${String(text.length).padStart(10, '0')} 00000 n \n`);
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
  }
  const table = `xref\n1 ${rows.length}\n${rows.join('')}trailer\n<< /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`;
  return new Uint8Array(Buffer.from(text + table));
}

it('takes as many objects and pages as documents have', async () => {
  const count = 130_000;
  const cleaned = await cleanMetadata(withPages(count, '<< /Type /Page /Parent 2 0 R >>'));
  expect(
    Buffer.from(cleaned)
      .toString('latin1')
      .match(/Type .Page /g),
  ).toHaveLength(count);
});

it('says of one with more pages that it is too large', async () => {
  await expect(cleanMetadata(withPages(200_001, '<<>>'))).rejects.toMatchObject({
    code: 'too-large',
    message: expect.stringMatching(/pages/),
  });
});
