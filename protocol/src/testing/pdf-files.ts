// PDFs with something planted in each place where programs leave it, in each form in which files are built; made by hand, so
// that every byte of them is known.
import { deflateSync, inflateSync } from 'node:zlib';

/** A dictionary or another value as it is written; with content, a stream. */
export type PdfPart = string | { readonly about: string; readonly content: Buffer };

export const streamOf = (about: string, content: string | Buffer): PdfPart => ({
  about,
  content: Buffer.from(content),
});
export const packedOf = (about: string, content: string | Buffer): PdfPart =>
  streamOf(`${about} /Filter /FlateDecode`, deflateSync(content));

/** By its number. */
export type PdfParts = Readonly<Record<number, PdfPart>>;

function written(number: number, part: PdfPart): Buffer {
  if (typeof part === 'string') return Buffer.from(`${number} 0 obj\n${part}\nendobj\n`);
  const head = `${number} 0 obj\n<< ${part.about} /Length ${part.content.length} >>\nstream\n`;
  return Buffer.concat([Buffer.from(head), part.content, Buffer.from('\nendstream\nendobj\n')]);
}

const digits = (value: number, count: number): string => String(value).padStart(count, '0');

/** Where the last table begins. */
export const startOf = (bytes: Buffer): number =>
  Number(/startxref\n(\d+)\n%%EOF\n$/.exec(bytes.toString('latin1'))?.[1]);

/** Adds these objects, with a table in words, behind what there is. */
export function withTable(parts: PdfParts, trailer: string, before: Buffer = Buffer.from('%PDF-1.7\n')): Buffer {
  let bytes = before;
  const rows = Object.entries(parts).map(([number, part]) => {
    const at = bytes.length;
    bytes = Buffer.concat([bytes, written(Number(number), part)]);
    return `${number} 1\n${digits(at, 10)} 00000 n \n`;
  });
  const end = `trailer\n<< /Size 500 ${trailer} >>\nstartxref\n${bytes.length}\n%%EOF\n`;
  return Buffer.concat([bytes, Buffer.from(`xref\n0 1\n0000000000 65535 f \n${rows.join('')}${end}`)]);
}

/** Dictionaries packed in a stream, and a table in another one, whose rows say what changed against the row before. */
export function withPackedTable(parts: PdfParts, trailer: string, before: Buffer = Buffer.from('%PDF-1.7\n')): Buffer {
  const all = Object.entries(parts).map(([number, part]) => [Number(number), part] as const);
  const packed = all.flatMap(([number, part]) => (typeof part === 'string' ? [{ number, part }] : []));
  const offsets = packed.map((_, at) => packed.slice(0, at).reduce((sum, { part }) => sum + part.length + 1, 0));
  const head = packed.map(({ number }, at) => `${number} ${offsets[at]}`).join(' ');
  const body = Buffer.from(`${head}\n${packed.map(({ part }) => part).join('\n')}`);
  const container = packedOf(`/Type /ObjStm /N ${packed.length} /First ${head.length + 1}`, body);
  const rows: (readonly [number: number, row: number[]])[] = packed.map(({ number }, at) => [
    number,
    [2, 0, 400 >> 8, 400 & 255, at],
  ]);
  let bytes = before;
  for (const [number, part] of [...all.filter(([, one]) => typeof one !== 'string'), [400, container] as const]) {
    rows.push([number, [1, bytes.length >> 16, (bytes.length >> 8) & 255, bytes.length & 255, 0]]);
    bytes = Buffer.concat([bytes, written(number, part)]);
  }
  const index = rows.map(([number]) => `${number} 1`).join(' ');
  const filtered = rows.flatMap(([, row], at) => [
    2,
    ...row.map((byte, column) => (byte - (rows[at - 1]?.[1][column] ?? 0)) & 255),
  ]);
  const about = `/Type /XRef /W [1 3 1] /Index [${index}] /Size 500 /DecodeParms << /Predictor 12 /Columns 5 >> ${trailer}`;
  const table = packedOf(about, Buffer.from(filtered));
  return Buffer.concat([bytes, written(401, table), Buffer.from(`startxref\n${bytes.length}\n%%EOF\n`)]);
}

const xmp =
  '<?xpacket?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="r"><rdf:Description xmlns:dc="d"><dc:creator>MarkerXmp</dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>';
const runs = (what: string): string => `<< /S /JavaScript /JS (app.alert\\("Marker${what}"\\)) >>`;

/** Two pages with letters, a photo, a layer that is seen and one that is not, and notes; with traces in all that is around them. */
export function fullParts(photo: Uint8Array): PdfParts {
  const look = (drawing: string): PdfPart =>
    packedOf(
      '/Type /XObject /Subtype /Form /BBox [0 0 80 30] /Resources << >> /PieceInfo << /A << /Private (MarkerLook) >> >>',
      drawing,
    );
  return {
    1: `<< /Type /Catalog /Pages 2 0 R /Metadata 20 0 R /Lang (MarkerLanguage) /OpenAction ${runs('Open')} /AA << /WC ${runs('Close')} >> /Names << /EmbeddedFiles << /Names [(MarkerFile.txt) 21 0 R] >> /JavaScript << /Names [(MarkerScript) ${runs('Named')}] >> >> /AcroForm << /Fields [32 0 R] >> /OCProperties << /OCGs [40 0 R 41 0 R] /D << /Name (MarkerChoice) /Creator (MarkerChooser) /ON [40 0 R] /OFF [41 0 R] /Order [(MarkerOrder) 40 0 R] >> >> /StructTreeRoot 50 0 R /Outlines 51 0 R /PieceInfo << /A << /LastModified (D:20260304) /Private (MarkerPiece) >> >> /OutputIntents [<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (MarkerCondition) /Info (MarkerIntent) >>] /URI << /Base (https://marker.example/MarkerBase) >> /Perms << /DocMDP 52 0 R >> /DSS << /Certs [53 0 R] >> /Marker#56endor (MarkerUnknown) >>`,
    2: '<< /Type /Pages /Kids [3 0 R 9 0 R] /Count 2 /MediaBox [0 0 300 200] /Resources 8 0 R /MarkerTree (MarkerNode) >>',
    3: `<< /Type /Page /Parent 2 0 R /Contents [4 0 R] /Annots [30 0 R 31 0 R 32 0 R 33 0 R 34 0 R] /LastModified (D:20260304050607) /PieceInfo << /B << /Private (MarkerPagePiece) >> >> /Metadata 20 0 R /Thumb 22 0 R /AA << /O ${runs('Page')} >> /StructParents 0 /AF [21 0 R] >>`,
    4: packedOf(
      '',
      'q 100 0 0 75 20 100 cm /Photo Do Q BT /F1 20 Tf 20 40 Td (Kept text) Tj ET /Span /Words BDC EMC /OC /Seen BDC 1 0 0 rg 200 100 50 50 re f EMC /OC /Unseen BDC 0 0 1 rg 200 20 50 50 re f EMC /Blue cs 0.5 scn 150 20 20 20 re f',
    ),
    5: '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding /Name /MarkerFontName >>',
    6: {
      about: `/Type /XObject /Subtype /Image /Width 64 /Height 48 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode /Metadata 20 0 R /PTEX.FileName (/home/MarkerUser/photo.jpg) /OPI << /Main (MarkerOpi) >>`,
      content: Buffer.from(photo),
    },
    7: '<< /FunctionType 2 /Domain [0 1] /C0 [1 1 1] /C1 [0 0 1] /N 1 >>',
    8: '<< /Font << /F1 5 0 R >> /XObject << /Photo 6 0 R >> /ColorSpace << /Blue [/Separation /Blue /DeviceRGB 7 0 R] >> /Properties << /Seen 40 0 R /Unseen 41 0 R /Words << /Lang (MarkerSpan) /Who (MarkerTyped) >> >> /ProcSet [/PDF /Text] >>',
    9: '<< /Type /Page /Parent 2 0 R /Contents 10 0 R /Rotate 90 >>',
    10: streamOf('', 'BT /F1 20 Tf 20 40 Td (Second page) Tj ET'),
    20: streamOf('/Type /Metadata /Subtype /XML', xmp),
    21: '<< /Type /Filespec /F (MarkerFile.txt) /EF << /F 23 0 R >> /Desc (MarkerDescription) >>',
    22: packedOf('/Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8', 'MarkerThumbnail'),
    23: packedOf('/Type /EmbeddedFile /Params << /ModDate (D:20260304050607) >>', 'MarkerInside'),
    30: '<< /Type /Annot /Subtype /FreeText /Rect [20 10 100 40] /F 4 /Contents (MarkerContents) /T (MarkerWriter) /M (D:20260304050607) /CreationDate (D:20260304) /NM (MarkerUnique) /RC (MarkerRich) /AP << /N 35 0 R >> >>',
    31: '<< /Type /Annot /Subtype /Highlight /Rect [120 10 200 40] /QuadPoints [120 40 200 40 120 10 200 10] /T (MarkerMarker) /Contents (MarkerRemark) /Popup 34 0 R /AP << /N 36 0 R >> >>',
    32: `<< /Type /Annot /Subtype /Widget /FT /Btn /T (MarkerField) /V /On /Rect [210 10 290 40] /AS /On /AP << /N << /On 37 0 R /Off 38 0 R >> >> /A ${runs('Field')} /MK << /CA (MarkerCaption) >> >>`,
    33: '<< /Type /Annot /Subtype /Link /Rect [20 40 100 60] /Border [0 0 0] /A << /S /URI /URI (https://marker.example/?MarkerLink) >> >>',
    34: '<< /Type /Annot /Subtype /Popup /Rect [0 0 10 10] /Parent 31 0 R /T (MarkerPopup) >>',
    35: look('0 1 0 rg 0 0 80 30 re f'),
    36: look('1 1 0 rg 10 10 50 10 re f'),
    37: look('0 1 1 rg 0 0 30 30 re f'),
    38: look('(MarkerOff) pop 1 0 1 rg 0 0 30 30 re f'),
    40: '<< /Type /OCG /Name (MarkerLayer) /Usage << /CreatorInfo << /Creator (MarkerDrawer) /Subtype /Artwork >> >> >>',
    41: '<< /Type /OCG /Name (MarkerHiddenLayer) >>',
    50: '<< /Type /StructTreeRoot /K << /S /P /P 50 0 R /T (MarkerParagraph) /A << /O /UserProperties /P [<< /N (MarkerKey) /V (MarkerValue) >>] >> >> >>',
    51: `<< /Type /Outlines /First 54 0 R /Last 54 0 R /Count 1 >>`,
    52: '<< /Type /Sig /Filter /Adobe.PPKLite /Name (MarkerSigner) /Location (MarkerCity) /M (D:20260304050607) /Contents <4d61726b65724365727469666963617465> >>',
    53: packedOf('', 'MarkerCertificate'),
    54: `<< /Title (MarkerChapter) /Parent 51 0 R /A ${runs('Outline')} >>`,
    60: "<< /Author (MarkerAuthor) /Creator (MarkerCreator) /Producer (MarkerProducer) /Title <FEFF004D00610072006B00650072> /CreationDate (D:20260304050607+08'00') /Company (MarkerCompany) >>",
    61: packedOf('', 'MarkerUnreachable'),
  };
}

const trailer = '/Root 1 0 R /Info 60 0 R /ID [<4d61726b65724964> <4d61726b65724964>]';

/** The least that looks like a JPEG. */
export const smallestPhoto = Uint8Array.of(0xff, 0xd8, 0xff, 0xda, 0, 2, 0, 0xff, 0xd9);

/** The same document, as different programs write it. */
export function fullPdfs(
  photo: Uint8Array,
): Readonly<Record<'table' | 'packed' | 'saved again' | 'hybrid', Uint8Array>> {
  const parts = fullParts(photo);
  const table = withTable(parts, trailer);
  const earlier = withTable({ ...parts, 10: streamOf('', 'BT /F1 20 Tf 20 40 Td (MarkerEarlier) Tj ET') }, trailer);
  const again = withTable({ 10: parts[10] ?? '' }, `${trailer} /Prev ${startOf(earlier)}`, earlier);
  // What older programs need not see is told by a table in a stream beside theirs.
  const { 5: font = '', 7: shade = '', ...rest } = parts;
  const hidden = withPackedTable({ 5: font, 7: shade }, trailer);
  const hybrid = withTable(rest, `${trailer} /XRefStm ${startOf(hidden)}`, hidden);
  const files = { table, packed: withPackedTable(parts, trailer), 'saved again': again, hybrid };
  return Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => [name, new Uint8Array(bytes)]),
  ) as typeof files;
}

/** Its bytes, and those of everything that is packed in it, one character for each. */
export function everythingIn(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1');
  const packed = [...text.matchAll(/stream\r?\n/g)].map(({ index, 0: word }) => {
    try {
      return inflateSync(bytes.subarray(index + word.length), { finishFlush: 2 }).toString('latin1');
    } catch {
      return '';
    }
  });
  const all = [text, ...packed].join('\n');
  // Strings in digits, and in two bytes for each sign, as what they say.
  const strings = [...all.matchAll(/<([0-9A-Fa-f]{8,})>/g)].map(([, hex = '']) =>
    Buffer.from(hex, 'hex').toString('latin1'),
  );
  return [all, ...strings].join('\n').replaceAll('\0', '');
}
