// What is kept of a film's words while somebody types: nothing that is not known is written over, and nothing typed is lost.
import type { FilmView, FilmWords } from '@postern/desk/calls/film-view';
import { expect, it } from 'vitest';
import { FilmTyping } from './film-typing.ts';

/** As the local process would have it. */
function viewOf(words: Readonly<Record<string, FilmWords>>): FilmView {
  const missing = { problem: 'missing', found: [], said: '' } as const;
  const faults = { captions: null, transcript: null };
  const all = Object.entries(words).map(([language, own]) => [language, { ...own, faults }]);
  return { isThere: true, video: missing, poster: missing, words: Object.fromEntries(all), fault: null };
}

const there = { en: { captions: 'WEBVTT', transcript: 'Kept.' }, ru: { captions: '', transcript: 'Да.' } };

/** What it would give to be kept. */
async function kept(typing: FilmTyping): Promise<Record<string, FilmWords>> {
  const written: Record<string, FilmWords> = {};
  await typing.keep(async (language, words) => {
    written[language] = words;
  });
  return written;
}

it('keeps nothing in place of words of which it is not known whether they are there', async () => {
  const typing = new FilmTyping();
  expect(typing.write('en', { captions: 'W' })).toBe(false);
  expect(await kept(typing)).toEqual({});
  typing.looking()(viewOf(there));
  expect(typing.write('ko', { captions: 'W' })).toBe(false);
  expect(typing.write('en', { captions: 'W' })).toBe(true);
  expect(await kept(typing)).toEqual({ en: { captions: 'W', transcript: 'Kept.' } });
  expect(await kept(typing)).toEqual({});
});

it('loses neither of two texts that change at once, nor what is typed while the process answers', async () => {
  const typing = new FilmTyping();
  typing.looking()(viewOf(there));
  typing.write('en', { captions: 'from a file' });
  typing.write('en', { transcript: 'typed' });
  const answered = typing.looking();
  typing.write('ru', { captions: 'later' });
  const both = { en: { captions: 'from a file', transcript: 'typed' }, ru: { captions: 'later', transcript: 'Да.' } };
  expect(await kept(typing)).toEqual(both);
  // The answer is from before.
  answered(viewOf(there));
  expect(typing.words).toEqual(both);
  typing.looking()(viewOf(there));
  expect(typing.words).toEqual(there);
});

it('keeps the other languages when one cannot be kept, and that one the next time', async () => {
  const typing = new FilmTyping();
  typing.looking()(viewOf(there));
  typing.write('en', { captions: 'one' });
  typing.write('ru', { captions: 'two' });
  const written: string[] = [];
  const keepOne = async (language: string): Promise<void> => {
    if (language === 'en') throw new Error('the disk is full');
    written.push(language);
  };
  await expect(typing.keep(keepOne)).rejects.toThrow('the disk is full');
  expect(written).toEqual(['ru']);
  expect(await kept(typing)).toEqual({ en: { captions: 'one', transcript: 'Kept.' } });
});
