/** The frame that shows files, in Chromium and Firefox, with hostile ones: nothing runs, nothing calls, nothing hangs. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { utf8ToBytes } from '@postern/protocol/bytes/encode';
import { writeZip } from '@postern/protocol/metadata/zip-file';
import { packOffice, relationsOf } from '@postern/protocol/testing/office-files';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, it as baseIt, beforeAll, describe, expect } from 'vitest';
import { screenshot } from '../../../tools/browsers/inspect.ts';
import { launchChromium, launchFirefox } from '../../../tools/browsers/launch.ts';
import { ensureBuilt } from '../../../tools/build.ts';
import { lacks } from '../../../tools/debian.ts';
import { LanguageData } from '../../src/app/language-data.ts';
import { type PageFile, readPageFiles } from '../../src/app/page-files.ts';
import { pageHeaders } from '../../src/app/page-headers.ts';
import { archiveFile, rar4File, rar5File } from '../testing/archive-files.ts';
import { odfFile } from '../testing/odf-file.ts';
import { oldOfficeFile } from '../testing/old-office-files.ts';
import { letterWith, paintedText, scanOf } from '../testing/painted-text.ts';
import { bitmapFile, phoneFile, wavFile } from '../testing/phone-files.ts';

const calls: string[] = [];
let trap: Server;
let host: Server;
let browser: Browser;
const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const trapUrl = (name: string): string => `http://127.0.0.1:${portOf(trap)}/${name}`;

interface Outcome {
  readonly kind: string;
  readonly problem?: string;
  readonly pages?: number;
  readonly encoding?: string | null;
  readonly isCut?: boolean;
  readonly isWordsOnly?: boolean;
  /** Of the pixels that were handed over. */
  readonly dark?: number;
  readonly text: string;
  readonly recognition?: string;
  readonly recognised?: string;
  readonly elements: readonly string[];
}

/** Shows a file as the desk's page does, or asks for its pixels, and says what came of it. */
async function show(
  page: Page,
  name: string,
  bytes: Uint8Array,
  kind = 'show',
  /** Of the text in pictures. */
  language: string | null = null,
): Promise<Outcome> {
  const message = await page.evaluate(
    async (file, encoded, kind, language) => {
      document.querySelector('iframe')?.remove();
      const frame = document.createElement('iframe');
      frame.setAttribute('sandbox', 'allow-scripts');
      frame.src = '/viewer/frame.html';
      const next = () =>
        new Promise<Record<string, unknown>>((resolve) => {
          const hear = ({ source, data }: MessageEvent): void => {
            if (source !== frame.contentWindow || data.kind === 'reading') return;
            removeEventListener('message', hear);
            resolve(data as Record<string, unknown>);
          };
          addEventListener('message', hear);
        });
      const ready = next();
      document.body.append(frame);
      await ready;
      const worker = await (await fetch('/viewer/document-worker.js')).text();
      const wasm = await (await fetch('/viewer/mupdf.wasm')).arrayBuffer();
      const scripts = ['Arabic', 'Devanagari', 'Latin', 'Myanmar', 'Tibetan'];
      const load = async (path: string): Promise<ArrayBuffer> => (await fetch(path)).arrayBuffer();
      const fonts = await Promise.all(
        scripts.map(async (script) => ({ script, bytes: await load(`/viewer/${script}.ttf`) })),
      );
      const heic = {
        worker: await (await fetch('/viewer/heic-worker.js')).text(),
        wasm: await load('/viewer/libheif.wasm'),
      };
      const archive = {
        worker: await (await fetch('/viewer/archive-worker.js')).text(),
        wasm: await load('/viewer/libarchive.wasm'),
      };
      const recogniser = async () => ({
        worker: await (await fetch(language === 'endless' ? '/data/endless' : '/viewer/recognise-worker.js')).text(),
        wasm: await load('/viewer/tesseract.wasm'),
        data: await load(`/data/${language}`),
      });
      const recognition = language === null ? null : await recogniser();
      const content = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
      const answer = next();
      const given = {
        kind,
        bytes: content,
        name: file,
        worker,
        wasm,
        fonts,
        heic,
        archive,
        scheme: 'light',
        recognition,
      };
      frame.contentWindow?.postMessage(given, '*');
      const { pixels, ...said } = await answer;
      return pixels instanceof Uint8ClampedArray
        ? { ...said, dark: pixels.filter((value) => value < 100).length }
        : said;
    },
    name,
    Buffer.from(bytes).toString('base64'),
    kind,
    language,
  );
  const inside = page.frames().at(-1) ?? page.mainFrame();
  const [text, elements] = await inside.evaluate(
    () =>
      [
        document.body.textContent ?? '',
        [...document.body.children].map(({ tagName }) => tagName.toLowerCase()),
      ] as const,
  );
  await new Promise((resolve) => setTimeout(resolve, 200));
  const said = 'text' in message ? { said: message.text } : {};
  return { text, elements, ...said, ...(message as { kind: string }) };
}

const attack = (name: string): string =>
  `<img src="${trapUrl(`${name}-image`)}"><link rel="stylesheet" href="${trapUrl(`${name}-style`)}"><script>fetch("${trapUrl(`${name}-script`)}")</script>`;
const drawing = (name: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" onload="fetch('${trapUrl(`${name}-load`)}')"><image href="${trapUrl(`${name}-image`)}"/><script>fetch('${trapUrl(`${name}-script`)}')</script></svg>`;

function pdf(pages = 1): Uint8Array {
  const kids = Array.from({ length: pages }, (_, page) => `${10 + page} 0 R`).join(' ');
  const each = Array.from(
    { length: pages },
    (_, page) =>
      `${10 + page} 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> /Annots [6 0 R] >> endobj`,
  ).join('\n');
  const content = 'BT /F 24 Tf 20 100 Td (Tender of spring) Tj ET';
  return utf8ToBytes(`%PDF-1.7
1 0 obj << /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.launchURL\\("${trapUrl('pdf-script')}"\\)) >> /AA << /WC << /S /URI /URI (${trapUrl('pdf-close')}) >> >> >> endobj
2 0 obj << /Type /Pages /Kids [${kids}] /Count ${pages} >> endobj
4 0 obj << /Length ${content.length} >> stream
${content}
endstream endobj
5 0 obj << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> endobj
6 0 obj << /Type /Annot /Subtype /Link /Rect [0 0 300 200] /A << /S /URI /URI (${trapUrl('pdf-link')}) >> /AA << /PV << /S /SubmitForm /F (${trapUrl('pdf-form')}) >> >> >> endobj
${each}
trailer << /Root 1 0 R >>
%%EOF
`);
}

const officeXml = 'http://schemas.openxmlformats.org/officeDocument/2006';

/** Links of a part: some to the trap, r1 to what belongs to it. */
function trappedRelations(name: string, ...own: readonly (readonly [type: string, target: string])[]): string {
  const out = ['image', 'attachedTemplate'].map((kind) => [kind, trapUrl(`${name}-${kind}`)] as const);
  return relationsOf(...own, ...out);
}

const spreadsheet = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const drawingMl = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"';
const slideMl = `xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" ${drawingMl}`;
const odfAttack = (): string =>
  `<text:p><text:a xlink:href="${trapUrl('odf-link')}">Letter of the office</text:a><draw:frame><draw:image xlink:href="${trapUrl('odf-image')}"/><draw:object xlink:href="${trapUrl('odf-object')}"/></draw:frame><text:script xlink:href="${trapUrl('odf-script')}"/></text:p>`;

/** Each says `Letter of the office`, and has places of the trap in it. */
async function officeFiles(): Promise<readonly (readonly [name: string, bytes: Uint8Array])[]> {
  const related = `xmlns:r="${officeXml}/relationships"`;
  const word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
  const row = `<table:table-row><table:table-cell>${odfAttack()}</table:table-cell></table:table-row>`;
  return [
    [
      'a.docx',
      await packOffice(
        { 'word/document.xml': 'wordprocessingml.document.main' },
        {
          '_rels/.rels': relationsOf(['officeDocument', 'word/document.xml']),
          'word/_rels/document.xml.rels': trappedRelations('docx'),
          'word/document.xml': `<w:document ${word}><w:body><w:p><w:r><w:t>Letter of the office</w:t></w:r></w:p></w:body></w:document>`,
        },
      ),
    ],
    [
      // What it is called is a stranger's word. Its words stand in the cell.
      'a.bin',
      await packOffice(
        { 'xl/workbook.xml': 'spreadsheetml.sheet.main' },
        {
          '_rels/.rels': relationsOf(['officeDocument', 'xl/workbook.xml']),
          'xl/_rels/workbook.xml.rels': trappedRelations('xlsx', ['worksheet', 'worksheets/sheet1.xml']),
          'xl/workbook.xml': `<workbook ${spreadsheet} ${related}><sheets><sheet name="Sheet" sheetId="1" r:id="r1"/></sheets></workbook>`,
          'xl/worksheets/sheet1.xml': `<worksheet ${spreadsheet}><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Letter of the office</t></is></c></row></sheetData></worksheet>`,
        },
      ),
    ],
    [
      'a.pptx',
      await packOffice(
        { 'ppt/presentation.xml': 'presentationml.presentation.main' },
        {
          '_rels/.rels': relationsOf(['officeDocument', 'ppt/presentation.xml']),
          'ppt/_rels/presentation.xml.rels': trappedRelations('pptx', ['slide', 'slides/slide1.xml']),
          'ppt/presentation.xml': `<p:presentation ${slideMl} ${related}><p:sldIdLst><p:sldId id="256" r:id="r1"/></p:sldIdLst></p:presentation>`,
          'ppt/slides/slide1.xml': `<p:sld ${slideMl}><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>Letter of the office</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>`,
        },
      ),
    ],
    ['a.odt', await odfFile('text', odfAttack())],
    ['a.ods', await odfFile('spreadsheet', `<table:table table:name="Sheet">${row}</table:table>`)],
    ['a.odp', await odfFile('presentation', `<draw:page draw:name="Slide">${odfAttack()}</draw:page>`)],
  ];
}

/** A picture that claims to be far larger than it is. */
function pixelBomb(): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set([
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0xff, 0xff, 0, 0, 0xff,
    0xff, 8, 6,
  ]);
  return bytes;
}

/** The recogniser's data of a language. `broken` is of none; `endless` a program that never comes back. */
async function dataAt(languages: LanguageData, path: string): Promise<Uint8Array | null> {
  const [, language] = /^\/data\/(.+)$/.exec(path) ?? [];
  if (language === undefined) return null;
  if (language === 'endless') return utf8ToBytes("addEventListener('message', () => { for (;;); })");
  return language === 'broken' ? utf8ToBytes('no data') : languages.read(language);
}

/** Without spaces, and in one form of those that a letter has. */
const plain = (text = ''): string => text.normalize('NFKC').replace(/[\s\p{Cf}]/gu, '');

const printed = [
  ['en', 'Nobody asked why 14 names were missing'],
  ['ru', 'Никто не спросил, почему нет 14 имён'],
  ['zh-Hans', '没有人问为什么少了十四个名字'],
  ['ar', 'وقع المفتش على القائمة يوم الثلاثاء'],
] as const;

const smallPng = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const browsers = [
  ['chromium', () => launchChromium()],
  ['firefox-esr', () => launchFirefox('standard')],
] as const;

describe.each(browsers)('frame that shows files, in %s', (binary, launch) => {
  const it = baseIt.skipIf(lacks(binary));
  let page: Page;
  beforeAll(async () => {
    await ensureBuilt();
    const files = await readPageFiles(join(import.meta.dirname, '..', '..', 'dist'));
    trap = createServer((request, response) => {
      calls.push(request.url ?? '');
      response.setHeader('Access-Control-Allow-Origin', '*').setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
      response.end();
    });
    const languages = new LanguageData('');
    host = createServer(async (request, response) => {
      const data = await dataAt(languages, request.url ?? '');
      const file = data === null ? files.get(request.url ?? '') : { type: 'application/octet-stream', bytes: data };
      for (const [name, value] of (file as PageFile)?.headers ?? pageHeaders) response.setHeader(name, value);
      response.setHeader('Content-Type', file?.type ?? 'text/html; charset=utf-8');
      response.end(request.url === '/host' ? '<!doctype html><title>Host</title><body></body>' : file?.bytes);
    });
    for (const server of [trap, host]) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await launch();
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${portOf(host)}/host`);
  });
  afterAll(async () => {
    await browser.close();
    for (const server of [trap, host]) server.close();
  });

  it('would see a call: the same attack, opened as a page, makes three', async () => {
    const open = await browser.newPage();
    await open.setContent(attack('control'));
    // The last of them may be on its way still when the page has loaded.
    const wanted = expect.arrayContaining(['/control-image', '/control-style', '/control-script']);
    await expect.poll(() => calls, { timeout: 20_000 }).toEqual(wanted);
    await open.close();
    calls.length = 0;
  });

  it('shows what a page or a drawing says as text, and runs nothing of it', async () => {
    for (const [name, text] of [
      ['a.html', attack('html')],
      ['a.svg', drawing('svg')],
      ['holiday.png', drawing('disguised')],
    ] as const) {
      const outcome = await show(page, name, utf8ToBytes(text));
      expect(outcome).toMatchObject({ kind: 'shown', elements: ['pre'] });
      expect(outcome.text).toContain('fetch(');
    }
    expect(calls).toEqual([]);
  });

  it('draws documents as pixels, with their text, and does nothing that they ask for', async () => {
    const drawn = await show(page, 'a.pdf', pdf(3));
    expect(drawn).toMatchObject({ kind: 'shown', pages: 3, elements: ['canvas'] });
    await screenshot(page, 'viewer-frame-pdf');
    const label = await page
      .frames()
      .at(-1)
      ?.evaluate(() => document.querySelector('canvas')?.getAttribute('aria-label'));
    expect(label).toContain('Tender of spring');
    const dark = await page
      .frames()
      .at(-1)
      ?.evaluate(() => {
        const canvas = document.querySelector('canvas');
        const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        return [...data].filter((value, index) => index % 4 === 0 && value < 100).length;
      });
    expect(dark).toBeGreaterThan(100);
    for (const [name, bytes] of await officeFiles()) {
      const letter = await show(page, name, bytes);
      expect(letter, name).toMatchObject({ kind: 'shown', elements: ['canvas'] });
      const text = await page
        .frames()
        .at(-1)
        ?.evaluate(() => document.querySelector('canvas')?.getAttribute('aria-label'));
      expect(text, name).toContain('Letter of the office');
    }
    expect(calls).toEqual([]);
  });

  it('says what stands in files of each kind, shows nothing, and does nothing that they ask for', async () => {
    for (const [name, bytes, text] of [
      ['a.pdf', pdf(3), /^(Tender of spring\s+){3}$/],
      ...(await officeFiles())
        .filter(([name]) => /docx|odt/.test(name))
        .map(([name, bytes]) => [name, bytes, /^\s*Letter of the office\s*$/] as const),
      ['a.doc', oldOfficeFile('doc'), /部长在五月签了名单/],
      ['a.svg', utf8ToBytes(drawing('read')), /fetch\(/],
      ['a.zip', await writeZip([{ name: 'pier/seven.dwg', bytes: new Uint8Array(9) }]), /^pier\/seven.dwg\n$/],
      ['a.png', new Uint8Array(Buffer.from(smallPng, 'base64')), /^$/],
    ] as const) {
      const read = await show(page, name, bytes, 'words');
      expect(read, name).toMatchObject({ kind: 'words', isCut: false, said: expect.stringMatching(text) });
      expect(read.elements).toEqual(['script']);
    }
    for (const [name, bytes, problem] of [
      ['a.docx', utf8ToBytes('PK\x03\x04[Content_Types].xml'), 'damaged'],
      ['a.exe', Uint8Array.of(0x4d, 0x5a, 0, 0, 1), 'unknown'],
    ] as const)
      expect(await show(page, name, bytes, 'words'), name).toMatchObject({ kind: 'failed', problem });
    expect(calls).toEqual([]);
  });

  it('hands over pixels for a copy, shows nothing, and does nothing that a document asks for', async () => {
    for (const [name, bytes, text] of [
      ['a.pdf', pdf(3), 'Tender of spring'],
      ...(await officeFiles()).map(([name, bytes]) => [name, bytes, 'Letter of the office'] as const),
      ['a.html', utf8ToBytes(attack('copied')), 'fetch('],
      ['a.svg', utf8ToBytes(drawing('copied')), 'fetch('],
    ] as const) {
      const drawn = await show(page, name, bytes, 'copy');
      expect(drawn).toMatchObject({ kind: 'drawn', pages: name === 'a.pdf' ? 3 : 1 });
      // Its own and nothing else.
      expect(drawn.elements).toEqual(['script']);
      expect(drawn.text).toContain(text);
      expect(drawn.dark).toBeGreaterThan(100);
    }
    const picture = new Uint8Array(Buffer.from(smallPng, 'base64'));
    const drawnOrNot = binary === 'chromium' ? { kind: 'drawn', pages: 1 } : { kind: 'failed', problem: 'browser' };
    expect(await show(page, 'a.png', picture, 'copy')).toMatchObject(drawnOrNot);
    for (const [name, bytes, problem] of [
      ['a.png', pixelBomb(), 'too-large'],
      ['a.pdf', utf8ToBytes('%PDF-1.7 nothing'), 'damaged'],
      ['a.zip', await writeZip([{ name: 'a', bytes: new Uint8Array(9) }]), 'unknown'],
      ['a.txt', new Uint8Array(2_000_000).fill(0x0a), 'too-large'],
    ] as const) {
      expect(await show(page, name, bytes, 'copy')).toMatchObject({ kind: 'failed', problem });
    }
    expect(calls).toEqual([]);
  });

  /** A scan with this line alone. */
  const readsScan = async ([language, line]: (typeof printed)[number]): Promise<void> => {
    const drawn = await show(page, 'scan.pdf', scanOf(await paintedText(line)), 'copy', language);
    expect(drawn).toMatchObject({ kind: 'drawn', pages: 1, text: '', recognition: 'done' });
    expect(plain(drawn.recognised)).toBe(plain(line));
    expect(drawn.dark).toBeGreaterThan(200);
  };

  it('recognises print in scans, and in a picture between letters, and calls nobody for it', async () => {
    await readsScan(printed[0]);
    // The page's own letters are not read again.
    const letter = letterWith(await paintedText(printed[0][1]), 'Tender of spring');
    const drawn = await show(page, 'letter.pdf', letter, 'copy', 'en');
    expect(drawn).toMatchObject({ recognition: 'done', text: expect.stringContaining('Tender of spring') });
    expect(plain(drawn.recognised)).toBe(plain(printed[0][1]));
    // A page of letters is not read, and nothing is unless somebody wants that.
    expect(await show(page, 'a.pdf', pdf(1), 'copy', 'en')).toMatchObject({ recognition: 'none', recognised: '' });
    const scan = scanOf(await paintedText(printed[0][1]));
    expect(await show(page, 'scan.pdf', scan, 'copy')).toMatchObject({ recognition: 'none', recognised: '' });
    expect(calls).toEqual([]);
  }, 60_000);

  if (binary === 'chromium')
    baseIt.skipIf(lacks(binary, 'tesseract-ocr-ara', 'tesseract-ocr-chi-sim', 'tesseract-ocr-rus'))(
      'recognises three more scripts, with data of the machine',
      async () => {
        for (const one of printed.slice(1)) await readsScan(one);
        expect(calls).toEqual([]);
      },
      60_000,
    );

  it('recognises print in a photo, unless the browser gives other pixels than there are', async () => {
    const [language, line] = printed[0];
    const drawn = await show(page, 'photo.png', await paintedText(line), 'copy', language);
    if (binary === 'chromium') expect(plain(drawn.recognised)).toBe(plain(line));
    else expect(drawn).toMatchObject({ kind: 'failed', problem: 'browser' });
  });

  it('says that a picture could not be read, and hands it over all the same', async () => {
    const scan = scanOf(await paintedText('Nobody asked'));
    const broken = await show(page, 'scan.pdf', scan, 'copy', 'broken');
    expect(broken).toMatchObject({ kind: 'drawn', recognition: 'failed', recognised: '' });
    expect(broken.dark).toBeGreaterThan(200);
    const dot = scanOf(new Uint8Array(Buffer.from(smallPng, 'base64')));
    expect(await show(page, 'dot.pdf', dot, 'copy', 'en')).toMatchObject({ kind: 'drawn', recognised: '' });
    for (const [name, bytes, problem] of [
      ['a.png', pixelBomb(), 'too-large'],
      ['a.pdf', utf8ToBytes('%PDF-1.7 nothing'), 'damaged'],
    ] as const) {
      expect(await show(page, name, bytes, 'copy', 'en')).toMatchObject({ kind: 'failed', problem });
    }
    expect(calls).toEqual([]);
  });

  it('ends a page that is read for longer than a minute, and hands it over all the same', async () => {
    // A clock in the frame that runs a hundred times as fast.
    const hurry = await page.evaluateOnNewDocument(() => {
      const wait = setTimeout;
      const quick = (action: () => void, ms = 0) => wait(action, ms > 30_000 ? ms / 100 : ms);
      Object.assign(globalThis, { setTimeout: quick });
    });
    const scan = scanOf(await paintedText('Nobody asked'));
    const ended = await show(page, 'scan.pdf', scan, 'copy', 'endless');
    expect(ended).toMatchObject({ kind: 'drawn', recognition: 'failed', recognised: '' });
    expect(ended.dark).toBeGreaterThan(200);
    await page.removeScriptToEvaluateOnNewDocument(hurry.identifier);
  });

  it('draws the letters of each language that a text may come in, and hands them over', async () => {
    // One that no font has is spelled, and is itself in the text: more is drawn than of a sign that nobody sees.
    expect(await show(page, 'blank.txt', utf8ToBytes('\u{2062}'), 'copy')).toMatchObject({ dark: 0 });
    const spelled = await show(page, 'cuneiform.txt', utf8ToBytes('\u{12000}'), 'copy');
    expect(spelled.dark).toBeGreaterThan(200);
    expect(spelled.text.trim()).toBe('\u{12000}');
    for (const text of ['تم توقيع القوائم', 'ئۇيغۇرچە', 'ဆိပ်ကမ်း', 'བོད་སྐད་', 'नमस्ते', 'ảểệự', 'Список ў', '港口 항구']) {
      const drawn = await show(page, 'a.txt', utf8ToBytes(text), 'copy');
      expect(drawn.dark, text).toBeGreaterThan(200);
      expect(drawn.text).toContain(text);
    }
  });

  it('shows a picture, and lists an archive without unpacking it', async () => {
    const picture = new Uint8Array(Buffer.from(smallPng, 'base64'));
    expect(await show(page, 'a.png', picture)).toMatchObject({ kind: 'shown', elements: ['img'] });
    const bomb = await writeZip([{ name: '../bomb', bytes: new Uint8Array(30 * 1024 * 1024) }]);
    const listed = await show(page, 'a.zip', bomb);
    expect(listed).toMatchObject({ kind: 'shown', elements: ['ul'] });
    expect(listed.text).toContain('../bomb');
  });

  it('lists archives of other kinds, says which it cannot list, and turns no name around', async () => {
    const names = ['资料/名单.txt', '../../etc/passwd', 'a\u202etxt.exe'];
    for (const [name, bytes] of [
      ['a.rar', rar5File(names)],
      ['b.rar', rar4File(names)],
    ] as const) {
      const listed = await show(page, name, bytes);
      expect(listed, name).toMatchObject({ kind: 'shown', elements: ['ul'] });
      expect(listed.text).toBe('资料/名单.txt 1 B../../etc/passwd 1 Ba\ufffdtxt.exe 1 B');
    }
    const bomb = await show(page, 'a.zip', archiveFile('7z'));
    expect(bomb).toMatchObject({ kind: 'shown', elements: ['ul'], isCut: false });
    expect(bomb.text).toContain('zeros.bin 3,000,000 B');
    await screenshot(page, 'viewer-frame-7z');
    expect(await show(page, 'a.txt', archiveFile('tar.xz'))).toMatchObject({ kind: 'shown', elements: ['ul'] });
    for (const [bytes, problem] of [
      [archiveFile('hidden'), 'locked'],
      [archiveFile('7z').subarray(0, 300), 'damaged'],
      [gzipSync('words'), 'unknown'],
    ] as const)
      expect(await show(page, 'a.7z', bytes)).toMatchObject({ kind: 'failed', problem, elements: [] });
    expect(await show(page, 'a.7z', archiveFile('7z'), 'copy')).toMatchObject({ kind: 'failed', problem: 'unknown' });
    expect(calls).toEqual([]);
  });

  it('says of a long text and of an archive of many files that there is more than it shows', async () => {
    const text = (characters: number) => show(page, 'a.txt', utf8ToBytes('word '.repeat(characters / 5)));
    expect([(await text(1_000_000)).isCut, (await text(1_100_000)).isCut]).toEqual([false, true]);
    const archive = async (files: number) => {
      const entries = Array.from({ length: files }, (_, at) => ({ name: `${at}.txt`, bytes: new Uint8Array(1) }));
      return show(page, 'a.zip', await writeZip(entries));
    };
    expect([(await archive(2_000)).isCut, (await archive(2_001)).isCut]).toEqual([false, true]);
  });

  it('shows the pictures of phones and older machines, and hands them over', async () => {
    for (const [name, bytes, element] of [
      ['a.heic', phoneFile('heic'), 'canvas'],
      ['a.avif', phoneFile('avif'), 'img'],
      ['a.bmp', bitmapFile(), 'img'],
      ['a.tiff', phoneFile('tiff'), 'canvas'],
    ] as const) {
      expect(await show(page, name, bytes), name).toMatchObject({ kind: 'shown', elements: [element] });
      const copied = await show(page, name, bytes, 'copy');
      if (binary === 'chromium' || name === 'a.tiff') expect(copied, name).toMatchObject({ kind: 'drawn', pages: 1 });
      else expect(copied, name).toMatchObject({ kind: 'failed', problem: 'browser' });
    }
    // Of the HEIC the left half is blue, the right red.
    await show(page, 'a.heic', phoneFile('heic'));
    const pixels = await page
      .frames()
      .at(-1)
      ?.evaluate(() => {
        const canvas = document.querySelector('canvas');
        const data = canvas?.getContext('2d')?.getImageData(0, 0, 64, 48).data ?? [];
        return [
          canvas?.width,
          canvas?.height,
          ...[8, 56].flatMap((x) => [...data].slice(4 * (64 * 24 + x)).slice(0, 3)),
        ];
      });
    if (binary === 'chromium')
      expect(pixels?.map((value = 0) => (value > 200 ? 255 : value < 30 ? 0 : value))).toEqual([
        64, 48, 0, 0, 255, 255, 0, 0,
      ]);
    expect(calls).toEqual([]);
  });

  it('says of pictures that claim too much, or end before their pixels, that they could not be shown', async () => {
    for (const kind of ['heic', 'avif'] as const) {
      const bomb = phoneFile(kind);
      new DataView(bomb.buffer).setUint32(Buffer.from(bomb).indexOf('ispe') + 8, 0x7fff_ffff);
      expect(await show(page, `a.${kind}`, bomb), kind).toMatchObject({ kind: 'failed', problem: 'too-large' });
    }
    const broken = phoneFile('heic');
    broken.fill(0xff, Buffer.from(broken).indexOf('mdat') + 4);
    for (const kind of ['show', 'copy'])
      expect(await show(page, 'a.heic', broken, kind)).toMatchObject({ kind: 'failed', problem: 'damaged' });
  });

  it('plays what messengers, recorders and browsers write, and calls nothing damaged that it has no player for', async () => {
    for (const [name, bytes, element] of [
      ['a.opus', phoneFile('opus'), 'audio'],
      ['a.flac', phoneFile('flac'), 'audio'],
      ['a.wav', wavFile(), 'audio'],
      ['a.webm', phoneFile('webm'), 'video'],
    ] as const) {
      expect(await show(page, name, bytes), name).toMatchObject({ kind: 'shown', elements: [element] });
      expect(await show(page, name, bytes, 'copy'), name).toMatchObject({ kind: 'failed', problem: 'unknown' });
    }
    const other = phoneFile('webm').fill(0x20, 40);
    expect(await show(page, 'a.webm', other)).toMatchObject({ kind: 'failed', problem: 'no-player' });
  });

  it('reads a text of a Chinese machine, and says that its encoding was told by what it holds', async () => {
    const words = '没有人问为什么少了的名字';
    // In GB18030.
    const bytes = Buffer.from('c3bbd3d0c8cbcecaceaacab2c3b4c9d9c1cbb5c4c3fbd7d6', 'hex');
    expect(await show(page, 'a.txt', bytes)).toMatchObject({ kind: 'shown', encoding: 'GB18030', text: words });
    const copied = await show(page, 'a.txt', bytes, 'copy');
    expect(copied).toMatchObject({ kind: 'drawn', text: expect.stringMatching(/^\[GB18030\]\s+没有人问/) });
    expect(copied.dark).toBeGreaterThan(200);
    expect(await show(page, 'b.txt', utf8ToBytes(words))).toMatchObject({ kind: 'shown', encoding: null, text: words });
  });

  it('draws the words of an old Word file, and says that they are not all of it', async () => {
    const doc = oldOfficeFile('doc');
    expect(await show(page, 'a.txt', doc)).toMatchObject({ kind: 'shown', isWordsOnly: true, elements: ['canvas'] });
    await screenshot(page, 'viewer-frame-doc');
    const copied = await show(page, 'a.doc', doc, 'copy');
    expect(copied).toMatchObject({ kind: 'drawn', pages: 1, text: expect.stringContaining('部长在五月签了名单') });
    expect(copied.dark).toBeGreaterThan(200);
    expect(await show(page, 'a.pdf', pdf(1))).toMatchObject({ isWordsOnly: false });
    expect(await show(page, 'a.doc', doc.subarray(0, 3_000))).toMatchObject({ kind: 'failed', problem: 'damaged' });
    expect(calls).toEqual([]);
  });

  it('says that bombs and damaged files could not be shown', async () => {
    expect(await show(page, 'a.png', pixelBomb())).toMatchObject({
      kind: 'failed',
      problem: 'too-large',
      elements: [],
    });
    expect(await show(page, 'a.pdf', utf8ToBytes('%PDF-1.7 nothing'))).toMatchObject({
      kind: 'failed',
      problem: 'damaged',
    });
    expect(await show(page, 'a.jpg', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16))).toMatchObject({ kind: 'failed' });
    expect(await show(page, 'a.exe', Uint8Array.of(0x4d, 0x5a, 0, 0, 1))).toMatchObject({
      kind: 'failed',
      problem: 'unknown',
    });
  });

  it('shows the page of a call in its frame, and runs nothing of it', async () => {
    await page.evaluate(
      async (html) => {
        document.querySelector('iframe')?.remove();
        const frame = document.createElement('iframe');
        frame.setAttribute('sandbox', 'allow-scripts');
        frame.src = '/viewer/call-frame.html';
        const ready = new Promise((resolve) => addEventListener('message', resolve, { once: true }));
        document.body.append(frame);
        await ready;
        frame.contentWindow?.postMessage({ kind: 'page', html, style: 'h1 { color: rgb(1, 2, 3) }' }, '*');
      },
      `<!doctype html><html lang="ru"><body><h1>Call</h1>${attack('call')}</body></html>`,
    );
    const inside = page.frames().at(-1);
    await inside?.waitForFunction(() => document.querySelector('h1')?.textContent === 'Call');
    expect(await inside?.$eval('h1', (heading) => getComputedStyle(heading).color)).toBe('rgb(1, 2, 3)');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(calls).toEqual([]);
  });

  it('holds whoever takes the frame over: no call, no origin, no way to the page', async () => {
    await show(page, 'a.txt', utf8ToBytes('text'));
    const inside = page.frames().at(-1);
    const found = await inside?.evaluate(async (url) => {
      const refused = async (attempt: () => unknown): Promise<boolean> => {
        try {
          await attempt();
          return false;
        } catch {
          return true;
        }
      };
      const image = new Image();
      image.src = url;
      const script = document.createElement('script');
      script.src = url;
      const link = document.createElement('link');
      Object.assign(link, { rel: 'prefetch', href: url });
      const frame = document.createElement('iframe');
      frame.src = url;
      document.body.append(image, script, link, frame);
      // Some browsers refuse these aloud, others in silence.
      await refused(() => window.open(url));
      await refused(() => navigator.sendBeacon(url));
      return {
        origin: self.origin,
        fetch: await refused(() => fetch(url, { mode: 'no-cors' })),
        own: await refused(() => fetch('/api/session', { method: 'POST' })),
        socket: await refused(
          () =>
            new Promise((resolve, reject) => {
              const socket = new WebSocket(url.replace('http', 'ws'));
              socket.onopen = resolve;
              socket.onerror = reject;
            }),
        ),
        eval: await refused(() => new Function('return 1')()),
        parent: await refused(() => parent.document),
        storage: await refused(() => localStorage.length),
      };
    }, trapUrl('taken-over'));
    expect(found).toEqual({
      origin: 'null',
      fetch: true,
      own: true,
      socket: true,
      eval: true,
      parent: true,
      storage: true,
    });
    // A frame may lead itself elsewhere; the policy of the page around it refuses that.
    await inside?.evaluate((url) => location.assign(url), trapUrl('navigated')).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(calls).toEqual([]);
  });
});
