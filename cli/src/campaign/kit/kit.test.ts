// Whole kits as a person would print and post them: codes are read again by zbar, pictures stay within their edges.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fingerprint } from '@postern/protocol/bytes/brand';
import type { Campaign } from '@postern/protocol/campaign/campaign';
import { Resvg } from '@resvg/resvg-js';
import * as mupdf from 'mupdf';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { lacks, pathOf } from '../../../../tools/debian.ts';
import { Failure } from '../../terminal/failure.ts';
import { readCampaignFolder } from '../campaign-folder.ts';
import { groupsOf, type KitText, kitAddress, kitTexts } from './kit-text.ts';
import { kitLanguages, kitWords } from './kit-words.ts';
import { type KitFile, makeKit, typesetterFor } from './make-kit.ts';
import { makeKitApart } from './make-kit-apart.ts';
import { cards, endCard, poster, posters } from './pictures.ts';
import { caption, captionLength, captionLimits, captionsWithoutWords, type Platform, subtitles } from './written.ts';

const example = join(import.meta.dirname, '..', '..', '..', '..', 'examples', 'hospital-contracts');
const onion = `http://${'abcdefghijklmnop2345'.repeat(3).slice(0, 56)}.onion`;
const folder = mkdtempSync(join(tmpdir(), 'postern-kit-'));
let campaign: Campaign;
let texts: KitText[];
let files: KitFile[];

beforeAll(async () => {
  const own = fingerprint(new Uint8Array(32).fill(7));
  const desk = { id: new Uint8Array(8).fill(1), names: [{ language: 'en', name: 'Investigations', description: '' }] };
  const desks = [{ ...desk, devices: [], paused: false }] as never;
  ({ campaign } = await readCampaignFolder(example, { fingerprint: own, desks }));
  const names = [
    { language: 'en', name: 'The Example Gazette' },
    { language: 'zh-Hans', name: '样例日报' },
    { language: 'ar', name: 'جريدة المثال' },
  ];
  texts = await kitTexts(campaign, { fingerprint: own, names }, onion);
  files = await makeKit(join(folder, 'kit'), texts, false);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const decoded = (path: string): string =>
  execFileSync(pathOf('zbar-tools') ?? '', ['--quiet', '--raw', path], { encoding: 'utf8' }).trim();

/** One for the same picture. */
function likenessOf(one: string, other: string): number {
  const compared = ['-i', one, '-i', other, '-lavfi', 'ssim', '-f', 'null', '-'];
  const { stderr } = spawnSync(pathOf('ffmpeg') ?? '', compared, { encoding: 'utf8' });
  return Number(/All:([\d.]+)/.exec(stderr)?.[1] ?? 0);
}

/** Points of outlines beyond the edges. */
function outsideOf(svg: string): readonly (readonly number[])[] {
  const [, width = 0, height = 0] = (/viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? []).map(Number);
  return [...svg.matchAll(/ d="([^"]*)"/g)]
    .flatMap(([, outline = '']) => outline.match(/-?[\d.]+ -?[\d.]+/g) ?? [])
    .map((point) => point.split(' ').map(Number))
    .filter(([x = -1, y = -1]) => x < 0 || y < 0 || x > width || y > height);
}

describe('a kit', () => {
  it('has everything for every language, under the hashes that it lists', () => {
    const perLanguage = texts.map(({ language }) => files.filter(({ path }) => path.startsWith(`${language}/`)).length);
    expect(texts.map(({ language }) => language)).toEqual(['ar', 'en', 'zh-Hans']);
    expect(new Set(perLanguage).size).toBe(1);
    const press = readFileSync(join(folder, 'kit', 'press.html'), 'utf8');
    for (const { path, hash } of files) {
      expect(
        createHash('sha256')
          .update(readFileSync(join(folder, 'kit', path)))
          .digest('hex'),
      ).toBe(hash);
      expect(press).toContain(hash);
    }
  });

  it.skipIf(lacks('zbar-tools', 'imagemagick'))('has codes that are read in print size and as a poor JPEG', () => {
    const pictures = files.filter(({ path }) => /(poster-|end-).*\.png$/.test(path));
    expect(pictures.length).toBe(texts.length * 6);
    for (const { path } of pictures) {
      const picture = join(folder, 'kit', path);
      const wanted = texts.find(({ language }) => path.startsWith(`${language}/`))?.address;
      const poor = join(folder, 'poor.jpg');
      execFileSync(pathOf('imagemagick') ?? '', [picture, '-resize', '1000x1000>', '-quality', '40', poor]);
      expect([path, decoded(picture), decoded(poor)]).toEqual([path, wanted, wanted]);
    }
  });

  it.skipIf(lacks('zbar-tools'))(
    'has posters of their print sizes, with a code that is read, as PDF and as SVG',
    () => {
      const sizes = { 'poster-a4': [210, 297], 'poster-a3': [297, 420], 'poster-square': [200, 200] };
      const picture = join(folder, 'printed.png');
      for (const { language, address } of texts) {
        for (const [name, [width = 0, height = 0]] of Object.entries(sizes)) {
          const path = join(folder, 'kit', language, name);
          const page = mupdf.Document.openDocument(readFileSync(`${path}.pdf`), 'application/pdf').loadPage(0);
          const [, , right, lower] = page.getBounds().map((points) => (points / 72) * 25.4);
          const svg = readFileSync(`${path}.svg`, 'utf8');
          const [across, down] = [...svg.matchAll(/^<svg .*?width="([\d.]+)mm" height="([\d.]+)mm"/g)].flatMap((one) =>
            one.slice(1).map(Number),
          );
          for (const [found, wanted] of [
            [right, width],
            [lower, height],
            [across, width],
            [down, height],
          ] as const) {
            expect([path, Math.abs((found ?? 0) - wanted) < 0.5]).toEqual([path, true]);
          }
          // The same drawing in every language but for its letters.
          if (language !== 'ar') continue;
          const drawn = [
            page.toPixmap(mupdf.Matrix.scale(1.5, 1.5), mupdf.ColorSpace.DeviceRGB, false).asPNG(),
            new Resvg(svg, { fitTo: { mode: 'width', value: 900 } }).render().asPng(),
          ];
          for (const png of drawn) {
            writeFileSync(picture, png);
            expect([path, decoded(picture)]).toEqual([path, address]);
          }
        }
      }
    },
  );

  it('draws nothing over an edge, letters as they are shaped', () => {
    const svgs = files.filter(({ path }) => path.endsWith('.svg'));
    expect(svgs.length).toBe(texts.length * 3);
    for (const { path } of svgs) {
      const svg = readFileSync(join(folder, 'kit', path), 'utf8');
      expect(svg).not.toContain('<text');
      expect([path, outsideOf(svg)]).toEqual([path, []]);
    }
  });

  it.each(kitLanguages)('can be set in %s, with every letter of its words and within the edges', async (language) => {
    const say = kitWords(language);
    const [text] = texts;
    if (say === null || text === undefined) throw new Error(`set ${language}: no words`);
    const own = { ...text, language, say, title: say.open, summary: `${say.compare} ${say.draft}` };
    const { svg, fits } = poster(await typesetterFor([own]), own, posters['poster-square']);
    expect([fits, outsideOf(svg)]).toEqual([true, []]);
  });

  it('has the verification words of every language in letters that can be drawn, not in their parts', async () => {
    const [first] = campaign.texts;
    if (first === undefined) throw new Error('make a kit: the example has no text');
    const all = { ...campaign, texts: kitLanguages.map((language) => ({ ...first, language })) };
    const kit = await kitTexts(all, { fingerprint: fingerprint(campaign.fingerprint), names: [] }, onion);
    expect(kit.map(({ language }) => language)).toEqual(kitLanguages);
    for (const text of kit) {
      const setter = await typesetterFor([text]);
      for (const [name, size] of Object.entries(cards)) {
        expect([text.language, name, endCard(setter, text, size).fits]).toEqual([text.language, name, true]);
      }
    }
    const korean = kit.find(({ language }) => language === 'ko');
    expect(korean?.words.join('')).toMatch(/^\p{Script=Hangul}+$/u);
    // One sign for a syllable, not one for each of its letters.
    expect(korean?.words.join('')).not.toMatch(/[\u1100-\u11ff]/);
  });

  it.skipIf(lacks('ffmpeg'))('has films of title and end card in every shape, if they are asked for', async () => {
    await makeKitApart(join(folder, 'film'), texts.slice(0, 1), true);
    const films = globSync('*/*.webm', { cwd: join(folder, 'film') }).sort();
    const shapes = ['16x9', '1x1', '9x16'];
    expect(films).toEqual(['end', 'title'].flatMap((kind) => shapes.map((shape) => `ar/${kind}-${shape}.webm`)));
    for (const path of films) {
      const still = join(folder, 'still.png');
      const from = ['-v', 'error', '-y', '-ss', '3', '-i', join(folder, 'film', path), '-frames:v', '1', still];
      execFileSync(pathOf('ffmpeg') ?? '', from);
      const picture = join(folder, 'film', path.replace('webm', 'png'));
      expect([path, likenessOf(still, picture) > 0.98]).toEqual([path, true]);
      if (path.includes('end-') && !lacks('zbar-tools'))
        expect([path, decoded(still)]).toEqual([path, texts[0]?.address]);
    }
  });

  it('is refused where the title does not fit a picture', async () => {
    const long = texts.slice(0, 1).map((text) => ({ ...text, title: 'long '.repeat(200) }));
    await expect(makeKit(join(folder, 'long'), long, false)).rejects.toThrow(/too long/);
  });

  it('fails in a thread of its own as it does here: refused, or with the error of the system', async () => {
    const long = texts.slice(0, 1).map((text) => ({ ...text, title: 'long '.repeat(200) }));
    await expect(makeKitApart(join(folder, 'apart'), long, false)).rejects.toThrow(Failure);
    const file = join(folder, 'kit', 'press.html');
    const inFile = await makeKitApart(join(file, 'kit'), texts, false).catch((error: unknown) => error);
    expect(inFile).toMatchObject({ code: 'ENOTDIR', path: join(file, 'kit') });
    expect(inFile).not.toBeInstanceOf(Failure);
  });

  it('says in words of ffmpeg why it made no film', async () => {
    const programs = join(folder, 'programs');
    mkdirSync(programs);
    // It is there, and fails at its work.
    const script = '#!/bin/sh\n[ "$1" = -version ] || { echo "Unknown encoder" >&2; exit 8; }\n';
    writeFileSync(join(programs, 'ffmpeg'), script, { mode: 0o755 });
    vi.stubEnv('PATH', programs);
    const refusal = await makeKit(join(folder, 'unmade'), texts.slice(0, 1), true).catch((error: unknown) => error);
    vi.unstubAllEnvs();
    expect(refusal).toBeInstanceOf(Failure);
    expect(refusal).toMatchObject({ message: expect.stringContaining('Unknown encoder') });
  });

  it('keeps captions within what platforms take, with address, title, words and the mark of a draft', () => {
    for (const text of texts) {
      for (const platform of Object.keys(captionLimits) as Platform[]) {
        const words = caption(text, platform) ?? '';
        for (const part of [text.address, text.title, text.words.join(' '), text.say.draft])
          expect(words).toContain(part);
        expect(words).not.toContain(text.say.open);
        expect(captionLength(words)).toBeLessThanOrEqual(captionLimits[platform]);
        expect(caption({ ...text, isDraft: false }, platform)).not.toContain(text.say.draft);
      }
    }
    expect(captionLength('医a')).toBe(3);
    expect(captionsWithoutWords(texts)).toEqual([]);
  });

  it('says which captions have no room for the words, or are not there, and keeps the mark of a draft to the last', () => {
    const [arabic, english, chinese] = texts as [KitText, KitText, KitText];
    const titled = (text: KitText, letters: number): KitText => ({ ...text, title: 'x'.repeat(letters) });
    const shown = (letters: number): string => caption(titled(english, letters), 'x') ?? '';
    expect([shown(120), shown(4000)]).toEqual([expect.not.stringContaining(english.words.join(' ')), '']);
    expect(shown(120)).toContain(english.say.draft);
    expect(captionsWithoutWords([arabic, titled(english, 120), titled(chinese, 2300)])).toEqual([
      'en/caption-x.txt',
      ...['x', 'telegram', 'instagram', 'tiktok', 'weibo'].map((platform) => `zh-Hans/caption-${platform}.txt`),
    ]);
  });

  it('has subtitles of two lines at most, which give the whole address and the words, and say that it is a draft', () => {
    for (const text of texts) {
      const cues = subtitles(text, 'vtt').trim().split('\n\n').slice(1);
      const lines = cues.map((cue) => cue.split('\n').slice(1));
      expect(lines.every(({ length }) => length <= 2)).toBe(true);
      const said = lines.flat();
      expect(
        `http://${said.slice(said.indexOf(text.say.open) + 1, said.indexOf(text.say.compare)).join('')}`.replaceAll(
          ' ',
          '',
        ),
      ).toBe(text.address);
      expect(said).toContain(text.words.join(' '));
      expect(said[0]).toBe(text.say.draft);
    }
  });

  it.each([onion, `${onion}:8080`])('shows an onion name in groups that make the address again: %s', (origin) => {
    const groups = groupsOf(`${origin}/c/river/ar`);
    expect(groups[0]?.split(' ').every((group) => group.length === 4)).toBe(true);
    expect(`http://${groups.join('').replaceAll(' ', '')}`).toBe(`${origin}/c/river/ar`);
  });

  it.each([onion, `${onion}:8080`])('leads to the onion address if there is one: %s', (origin) => {
    const servers = [{ keyHash: new Uint8Array(32), addresses: ['https://news.example', origin] }];
    expect(kitAddress({ servers } as never)).toBe(origin);
  });
});
