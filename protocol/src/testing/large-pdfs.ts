// PDFs made to cost whoever reads them far more than their size, each from a size in bytes.
import { deflateSync } from 'node:zlib';
import { type PdfParts, packedOf, startOf, withTable } from './pdf-files.ts';

const onePage: PdfParts = {
  1: '<< /Type /Catalog /Pages 2 0 R >>',
  2: '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
  3: '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>',
};

/** A table packed in a stream, of which so many rows say that an object stands at the same place. */
function withRows(count: number, at: number, before: Buffer, root: string): Buffer {
  const rows = Buffer.alloc(4 * count);
  for (let row = 0; row < count; row++) rows.writeUInt32BE(at, 4 * row);
  const packed = deflateSync(rows);
  const about = `/Type /XRef /W [0 4 0] /Index [1000 ${count}] /Size ${1000 + count} /Filter /FlateDecode`;
  const head = `999 0 obj\n<< ${about} ${root} /Length ${packed.length} >>\nstream\n`;
  const end = `\nendstream\nendobj\nstartxref\n${before.length}\n%%EOF\n`;
  return Buffer.concat([before, Buffer.from(head), packed, Buffer.from(end)]);
}

/** Many objects that a table puts before one long remark. */
export function rowsAtRemark(bytes: number): Uint8Array {
  const remark = Buffer.from(`%${' '.repeat(bytes / 2)}\n`);
  const before = withTable(onePage, '/Root 1 0 R', Buffer.concat([Buffer.from('%PDF-1.7\n'), remark]));
  return new Uint8Array(withRows(Math.floor(bytes / 2), 9, before, `/Root 1 0 R /Prev ${startOf(before)}`));
}

/** Streams that begin one in another and all end at the same place. */
export function nestedStreams(bytes: number): Uint8Array {
  const headBytes = 60;
  const count = Math.floor(bytes / (headBytes + 25));
  const heads = Array.from({ length: count }, (_, at) => {
    const about = `${10 + at} 0 obj<</Filter/Crypt/Length ${(count - at - 1) * headBytes}>>`;
    return `${about.padEnd(headBytes - 7)}stream\n`;
  });
  const body = `%PDF-1.7\n${heads.join('')}endstream\nendobj\n`;
  const rows = heads.map((_, at) => `${String(9 + headBytes * at).padStart(10, '0')} 00000 n \n`);
  const table = `xref\n10 ${count}\n${rows.join('')}trailer\n<</Size 9>>\nstartxref\n${body.length}\n%%EOF\n`;
  return new Uint8Array(withTable(onePage, `/Root 1 0 R /Prev ${body.length}`, Buffer.from(body + table)));
}

/** One packed object: an array of so many zeros, which a page needs. */
export function longArray(count: number): Uint8Array {
  const container = packedOf('/Type /ObjStm /N 1 /First 5', `50 0 [${'0 '.repeat(count)}]`);
  const parts = { ...onePage, 3: '<< /Type /Page /Parent 2 0 R /MediaBox 50 0 R >>', 60: container };
  const before = withTable(parts, '/Root 1 0 R');
  const about = `/Type /XRef /W [1 1 1] /Index [50 1] /Size 100 /Root 1 0 R /Prev ${startOf(before)} /Length 3`;
  const table = Buffer.concat([
    Buffer.from(`61 0 obj\n<< ${about} >>\nstream\n`),
    Buffer.of(2, 60, 0),
    Buffer.from(`\nendstream\nendobj\nstartxref\n${before.length}\n%%EOF\n`),
  ]);
  return new Uint8Array(Buffer.concat([before, table]));
}

/** A document whose paragraphs are described for screen readers, all in packed objects, as word processors write it. */
export function taggedPdf(paragraphs: number, rest = ''): Uint8Array {
  const perStream = 200;
  const numbers = Array.from({ length: paragraphs }, (_, at) => 1000 + at);
  const streams = Array.from({ length: Math.ceil(paragraphs / perStream) }, (_, at) => {
    const here = numbers.slice(at * perStream, (at + 1) * perStream);
    const objects = here.map(
      (number) => `<< /Type /StructElem /S /P /P 4 0 R /Pg 3 0 R /K [${number} ${number + 1}] ${rest}>>`,
    );
    let offset = 0;
    const head = here.map((number, index) => {
      const place = `${number} ${offset}`;
      offset += (objects[index] ?? '').length + 1;
      return place;
    });
    const first = head.join(' ').length + 1;
    return packedOf(`/Type /ObjStm /N ${here.length} /First ${first}`, `${head.join(' ')} ${objects.join(' ')}`);
  });
  const from = 1000 + paragraphs;
  const kids = numbers.map((number) => `${number} 0 R`).join(' ');
  const containers = Object.fromEntries(streams.map((stream, at) => [from + at, stream]));
  const parts = {
    ...onePage,
    1: '<< /Type /Catalog /Pages 2 0 R /StructTreeRoot 4 0 R >>',
    4: `<< /Type /StructTreeRoot /K [${kids}] >>`,
  };
  const before = withTable({ ...parts, ...containers }, '/Root 1 0 R');
  const rows = Buffer.concat(
    numbers.map((_, at) => {
      const container = from + Math.floor(at / perStream);
      return Buffer.of(2, container >> 16, (container >> 8) & 255, container & 255, at % perStream);
    }),
  );
  const packed = deflateSync(rows);
  const about = `/Type /XRef /W [1 3 1] /Index [1000 ${paragraphs}] /Size ${from + 999} /Filter /FlateDecode`;
  const head = `999 0 obj\n<< ${about} /Root 1 0 R /Prev ${startOf(before)} /Length ${packed.length} >>\nstream\n`;
  const end = `\nendstream\nendobj\nstartxref\n${before.length}\n%%EOF\n`;
  return new Uint8Array(Buffer.concat([before, Buffer.from(head), packed, Buffer.from(end)]));
}
