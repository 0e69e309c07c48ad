// How a call is written on the desk's page, from the first word to the folder that is signed: what a person does, in any browser.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exiftool } from '@postern/protocol/testing/metadata-tools';
import { expect } from 'vitest';
import { screenshot } from '../browsers/inspect.ts';
import type { CallsPage } from './calls-page.ts';

const example = join(import.meta.dirname, '..', '..', 'examples', 'hospital-contracts', 'film');
const scriptText = 'In spring **stones** moved.<script>parent.document.title="run"</script>';

/** Its words in English and Chinese, with the page beside them, in a frame that reaches neither network nor desk. */
export async function writeWords(calls: CallsPage, browser: string): Promise<void> {
  const { page } = calls;
  await calls.press('Calls');
  await calls.pressText('Write a new call');
  await page.waitForSelector('.call-words');
  await calls.type('Title', 'Who moved the boundary stones?');
  await calls.type('What it is about', scriptText);
  const frame = await calls.frame();
  await frame.waitForFunction(() => document.querySelector('h1')?.textContent === 'Who moved the boundary stones?');
  // With what was typed last.
  await frame.waitForFunction(() => document.body.textContent.includes('moved.<script>'));
  expect(await frame.$eval('strong', ({ textContent }) => textContent)).toBe('stones');
  expect(
    await frame.evaluate(() => [document.scripts.length, document.querySelectorAll('.app script').length]),
  ).toEqual([0, 0]);
  expect(
    await frame.evaluate(() =>
      fetch('/api/calls').then(
        () => 'answered',
        () => 'refused',
      ),
    ),
  ).toBe('refused');
  await screenshot(page, `calls-page-${browser}`, { fullPage: false });
  await calls.pressText('Poster');
  await frame.waitForFunction(() => (document.querySelector('img')?.naturalWidth ?? 0) > 500);
  await screenshot(page, `calls-poster-${browser}`, { fullPage: false });
  await page.type('.add-language input', 'zh-Hans');
  await calls.pressText('+ Simplified Chinese');
  await page.waitForSelector('.pair .source');
  expect((await calls.texts('.pair .source'))[0]).toBe('Who moved the boundary stones?');
  await calls.type('Title', '是谁挪动了界石？');
  // One that was added by mistake goes again, after a second press.
  await page.type('.add-language input', 'ko');
  await calls.pressText('+ Korean');
  await calls.pressText('Take Korean out');
  await calls.pressText('Take out, with all its words?');
  await page.waitForFunction(() => document.querySelector('.call-parts')?.textContent?.includes('Korean') === false);
  await calls.pressText('Simplified Chinese');
  await calls.pressText('Page');
  await (await calls.frame()).waitForFunction(() => document.documentElement.lang === 'zh-Hans');
  await screenshot(page, `calls-zh-${browser}`, { fullPage: false });
}

/** Adds two questions with options and takes them out again, the first one first. */
export async function askAndUnask(calls: CallsPage): Promise<void> {
  const { page } = calls;
  const question = (at: number): string => `.question:nth-child(${at + 1} of .question)`;
  const asked = await page.$$eval('.question', ({ length }) => length);
  for (const [place, options] of ['north south', 'yes, no '].entries()) {
    await calls.pressText('Add a question');
    await page.waitForSelector(`${question(asked + place)} select`);
    await page.select(`${question(asked + place)} select`, 'choice');
    await page.type(`${question(asked + place)} .field:nth-of-type(3) input`, options);
  }
  const remove = `${question(asked)} > button`;
  const optionsShown = (): Promise<string> =>
    page.$eval(`${question(asked)} .field:nth-of-type(3) input`, (field) => (field as HTMLInputElement).value);
  expect(await optionsShown()).toBe('north south');
  await page.click(remove);
  await page.waitForFunction((wanted) => document.querySelectorAll('.question').length === wanted, {}, asked + 1);
  expect(await optionsShown()).toBe('yes no');
  await page.click(remove);
  await page.waitForFunction((wanted) => document.querySelectorAll('.question').length === wanted, {}, asked);
}

/** What a person has: a video with place and time in it, a page that calls itself one, a picture, and captions of two kinds. */
export function filmFiles(folder: string) {
  mkdirSync(folder, { recursive: true });
  const path = (name: string): string => join(folder, name);
  const copy = ['-i', join(example, 'video.mp4'), '-c', 'copy'];
  const told = ['-metadata', 'creation_time=2026-03-04T05:06:07Z', '-metadata', 'location=+39.9042+116.4074/'];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...copy, ...told, path('holiday.mp4')]);
  const found = exiftool(path('holiday.mp4'));
  for (const trace of [/39\.9/, /2026:03:04/]) expect(found).toMatch(trace);
  writeFileSync(path('page.mp4'), '<!doctype html><script>1</script>');
  const noisy = ['-f', 'lavfi', '-i', 'testsrc2=s=960x540,noise=alls=60', '-frames:v', '1', '-q:v', '2'];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...noisy, path('large.jpg')]);
  writeFileSync(path('english.srt'), '1\r\n00:00:00,000 --> 00:00:04,000\r\nWho moved them?\r\n');
  return path;
}

/** A film chosen part by part: what is refused is said, what it gives away is taken out, and it plays in the preview. */
export async function chooseFilm(calls: CallsPage, path: (name: string) => string, browser: string): Promise<void> {
  const { page } = calls;
  await calls.pressText('Film');
  await calls.choose('Choose an MP4', path('page.mp4'));
  await calls.shows('.call-film .complaint', 'It is no MP4');
  await calls.choose('Choose a picture', path('large.jpg'));
  await calls.shows('.call-film .complaint', 'It has more than 32.8 kB');
  await calls.choose('Choose an MP4', path('holiday.mp4'));
  await calls.shows('.call-film .traces', 'A place');
  await calls.choose('Choose a picture', join(example, 'poster.jpg'));
  await calls.shows('.call-film', 'Nothing was found in the file');
  await calls.shows('.call-film .complaint', 'The captions are missing');
  await screenshot(page, `calls-film-begun-${browser}`, { fullPage: false });
  await calls.pressText('Sign and publish');
  await calls.shows('.call-checklist .complaint', 'not whole yet');
  await calls.pressText('Film');
  // What somebody types is left as it is until a whole file is brought.
  const typed = '1\n00:00:00,000 --> 00:00:04,000\nWho';
  await calls.type('Captions', typed, { under: 'English' });
  expect(await page.$eval('.call-film textarea', (field) => (field as HTMLTextAreaElement).value)).toBe(typed);
  await calls.choose('English: captions from a file (VTT, SRT)', path('english.srt'));
  await calls.choose('Simplified Chinese: captions from a file (VTT, SRT)', join(example, 'zh-Hans.vtt'));
  await calls.choose('Simplified Chinese: transcript from a file', join(example, 'zh-Hans.md'));
  await calls.type('Transcript', 'Somebody asks: who?', { under: 'English' });
  await page.waitForFunction(() => document.querySelector('.call-film .complaint') === null);
  const frame = await calls.frame();
  await frame.waitForSelector('video source[src^="blob:"]');
  await frame.waitForFunction(() => document.querySelector('.film details')?.textContent?.includes('who?') === true);
  const width = await frame.$eval('video', async (video) => {
    video.muted = true;
    await video.play();
    await new Promise((resolve) => video.addEventListener('timeupdate', resolve, { once: true }));
    video.pause();
    return video.videoWidth;
  });
  expect(width).toBe(480);
  await frame.waitForFunction(() =>
    [...(document.querySelector('video')?.textTracks[0]?.cues ?? [])].some(
      (cue) => (cue as VTTCue).text === 'Who moved them?',
    ),
  );
  await screenshot(page, `calls-film-${browser}`, { fullPage: false });
}

/** A film that cannot be read takes no words, which would be kept in place of those that are there, until it can be. */
export async function reopenUnread(calls: CallsPage, name: string, film: string): Promise<void> {
  const { page } = calls;
  const captions = join(film, 'en.vtt');
  const fields = (): Promise<string[]> =>
    page.$$eval('.call-film textarea', (all) => all.map((one) => `${one.disabled} ${one.value.slice(0, 6)}`));
  await page.waitForFunction(() => document.querySelector<HTMLTextAreaElement>('.call-film textarea')?.value !== '');
  renameSync(captions, `${captions}.away`);
  mkdirSync(captions);
  await calls.press('Back to all calls');
  await calls.pressLine(name);
  await calls.pressText('Film');
  await calls.shows('.call-film .complaint', 'It could not be read');
  expect(await fields()).toEqual(Array(4).fill('true '));
  rmdirSync(captions);
  renameSync(`${captions}.away`, captions);
  await calls.pressText('What it asks');
  await calls.pressText('Film');
  await page.waitForSelector('.call-film textarea:not([disabled])');
  expect((await fields())[0]).toBe('false WEBVTT');
  await calls.type('Transcript', 'Somebody asks: who did?', { under: 'English' });
  const frame = await calls.frame();
  await frame.waitForFunction(() => document.querySelector('.film details')?.textContent?.includes('did?') === true);
  expect(readFileSync(captions, 'utf8')).toContain('Who moved them?');
}

/** Other words in every field that still has those of a new call, or of the text that is translated. */
async function writeRest({ page }: CallsPage, words: (name: string) => string): Promise<void> {
  const fields = await page.$$('.call-words .pair :is(input, textarea)');
  for (const [at, field] of fields.entries()) {
    // The first three are title, summary and what it is about.
    if (at === 0 || at === 2) continue;
    await field.evaluate(
      (one, typed) => {
        const input = one as HTMLInputElement;
        if (input.value === '') return;
        input.value = typed;
        input.dispatchEvent(new Event('input', { bubbles: true }));
      },
      words(String(at)),
    );
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 20)));
  }
}

/** Until nothing is left on the list; ticks what a person has to. */
export async function settle(calls: CallsPage): Promise<void> {
  const { page } = calls;
  await calls.pressText('Sign and publish');
  await page.waitForFunction(() => document.querySelectorAll('.checks .is-open').length === 2);
  expect(
    await page.$$eval('.ways :is(button, input)', (all) => all.every((one) => (one as HTMLButtonElement).disabled)),
  ).toBe(true);
  const name = async (language: string): Promise<void> => {
    await calls.pressText(language);
    await calls.type('who has read and approved', 'R. Reader');
  };
  for (const language of ['English', 'Simplified Chinese']) await name(language);
  // A name is not enough for words that nobody has written.
  await calls.pressText('Sign and publish');
  await calls.shows('.checks .is-open', 'Simplified Chinese: some words are still');
  await calls.pressText('English');
  await writeRest(calls, (at) => `Written for this call, ${at}.`);
  await calls.pressText('Simplified Chinese');
  await calls.type('What it is about', '春天里，**界石**被挪动了。');
  await writeRest(calls, (at) => `第 ${at} 段：为这次征集写的文字，与英文不同。`);
  // And none counts for words that came after it.
  await calls.pressText('Sign and publish');
  await calls.shows('.checks .is-open', 'English: reviewed by nobody');
  await calls.shows('.checks .is-open', 'Simplified Chinese: reviewed by nobody');
  for (const language of ['English', 'Simplified Chinese']) await name(language);
  await calls.pressText('Sign and publish');
  await page.waitForFunction(
    () =>
      document.querySelectorAll('.checks .is-open').length === 0 &&
      document.querySelectorAll('.checks .is-done').length === 2,
  );
  for (const box of await page.$$('.call-checklist section:first-of-type .check input'))
    await box.evaluate((one) => (one as HTMLInputElement).click());
  await page.waitForSelector('.ways button:not([disabled])');
  await calls.pressText('Write the folder');
  await page.waitForFunction(() => document.querySelector('.call-checklist code') !== null);
}
