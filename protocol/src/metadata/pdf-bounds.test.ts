// Small PDFs that would cost whoever reads them much: each is refused, and ordinary ones are not.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { longArray, rowsAtRemark, taggedPdf } from '../testing/large-pdfs.ts';
import { packedOf, withTable } from '../testing/pdf-files.ts';
import { examine } from './examine.ts';
import { cleanMetadata, inspectMetadata } from './inspect.ts';
import { writeZip } from './zip-file.ts';

const look = (bytes: Uint8Array) => examine({ inspectMetadata, cleanMetadata }, bytes);
const mebibyte = 1024 * 1024;

it('does not pass one remark as often as a table leads to it', async () => {
  const few = rowsAtRemark(200);
  expect((await look(few)).state).toBe('cleanable');
  const many = rowsAtRemark(20_000);
  expect((await look(many)).state).toBe('large');
  await expect(cleanMetadata(many)).rejects.toMatchObject({ code: 'too-large' });
});

it('sees no words in a stream that goes on behind one inside it', async () => {
  const inner = '11 0 obj<</Filter/Crypt/Length 0>>stream\n\nendstream endobj';
  const rest = ' /JavaScript (by chance)';
  const outer = `10 0 obj<</Filter/Crypt/Length ${inner.length + rest.length}>>stream\n`;
  const body = `%PDF-1.7\n${outer}${inner}${rest}\nendstream endobj\n`;
  const row = (at: number): string => `${String(at).padStart(10, '0')} 00000 n \n`;
  const table = `xref\n10 2\n${row(9)}${row(9 + outer.length)}trailer\n<</Size 9>>\nstartxref\n${body.length}\n%%EOF\n`;
  const parts = {
    1: '<< /Type /Catalog /Pages 2 0 R >>',
    2: '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    3: '<< /Type /Page /Parent 2 0 R >>',
  };
  const bytes = withTable(parts, `/Root 1 0 R /Prev ${body.length}`, Buffer.from(body + table));
  const { findings } = await inspectMetadata(new Uint8Array(bytes));
  // That there is more than the page is told.
  expect(findings.map(({ kind }) => kind).toSorted()).toEqual(['edits', 'technical']);
});

it('counts what comes out of PDFs in an archive against what may come out of all of it', async () => {
  const bomb = packedOf('/N 3', Buffer.alloc(9 * mebibyte));
  const pdf = withTable(
    {
      1: '<< /Type /Catalog /Pages 2 0 R >>',
      2: '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
      3: '<< /Type /Page /Parent 2 0 R /Resources << /ColorSpace << /C [/ICCBased 4 0 R] >> >> >>',
      4: bomb,
    },
    '/Root 1 0 R',
  );
  const files = Array.from({ length: 4 }, (_, at) => ({
    name: `${at}.pdf`,
    bytes: new Uint8Array(pdf),
    isStored: false,
  }));
  const archive = await writeZip(files);
  await expect(inspectMetadata(archive, 8 * mebibyte)).rejects.toMatchObject({ code: 'too-large' });
  expect((await inspectMetadata(archive, 64 * mebibyte)).format).toBe('zip');
});

const blank = Buffer.alloc(1.5 * mebibyte);

it.each([
  ['drawings whose ends are looked for', '/Contents 4 0 R', packedOf('', blank)],
  ['objects that no table names', '', packedOf('/Type /ObjStm', blank)],
])('counts together what is looked through of PDFs in an archive: %s', async (_what, entries, stream) => {
  const pdf = withTable(
    {
      1: '<< /Type /Catalog /Pages 2 0 R >>',
      2: '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
      3: `<< /Type /Page /Parent 2 0 R ${entries} >>`,
      4: stream,
    },
    '/Root 1 0 R',
  );
  const archiveOf = (count: number) =>
    writeZip(Array.from({ length: count }, (_, at) => ({ name: `${at}.pdf`, bytes: new Uint8Array(pdf) })));
  expect((await inspectMetadata(await archiveOf(1), mebibyte)).format).toBe('zip');
  await expect(inspectMetadata(await archiveOf(3), mebibyte)).rejects.toMatchObject({ code: 'too-large' });
});

it('holds no more values at a time than there is memory for', async () => {
  expect((await inspectMetadata(longArray(1_000), 64 * mebibyte)).cleaning).toBe('possible');
  const zeros = longArray(1_000_000);
  expect(zeros.length).toBeLessThan(4_000);
  await expect(inspectMetadata(zeros, 64 * mebibyte)).rejects.toMatchObject({ code: 'too-large' });
});

it('cleans a long document with paragraphs for screen readers in as little memory as a visit without scripts has', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-pdf-'));
  const place = join(folder, 'long.pdf');
  const module = join(import.meta.dirname, 'inspect.ts');
  try {
    writeFileSync(place, taggedPdf(40_000, `/A [${'0 '.repeat(40)}]`));
    const code = `
      import { readFileSync } from 'node:fs';
      import { cleanMetadata } from ${JSON.stringify(module)};
      const cleaned = await cleanMetadata(new Uint8Array(readFileSync(${JSON.stringify(place)})), ${64 * mebibyte});
      console.log(Buffer.from(cleaned).toString('latin1').includes('/MediaBox [0 0 9 9]'));`;
    const memory = ['--max-old-space-size=96', '--max-semi-space-size=1', '--no-warnings'];
    const { stdout } = spawnSync(process.execPath, [...memory, '--input-type=module', '-e', code], {
      encoding: 'utf8',
    });
    expect(stdout.trim()).toBe('true');
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);
