/** A text that the script asks for by its place is the one that stands there, in every language and on both pages. */
import { describe, expect, it } from 'vitest';
import { escapeHtml } from '../template.ts';
import { languages } from './languages.ts';
import { texts } from './page-html.ts';
import { scriptKeys, withPlaces } from './text-places.ts';

const placeOf = (key: string): string => withPlaces(`text('${key}')`).replace(/^text\('(.*)'\)$/, '$1');

describe('texts by their place', () => {
  it.each(languages)('stand where the script looks for them: $tag', (language) => {
    for (const isOffline of [false, true]) {
      const lines = texts(language, isOffline).split('\n').slice(1, -1);
      for (const key of [...scriptKeys.numbered, ...(isOffline ? scriptKeys.offline : [])]) {
        expect(lines[Number(placeOf(key))]).toBe(`<p>${escapeHtml(language.texts[key])}</p>`);
      }
      for (const key of scriptKeys.named) {
        expect(placeOf(key)).toBe(key);
        expect(lines).toContain(`<p id="${key}">${escapeHtml(language.texts[key])}</p>`);
      }
      const count = scriptKeys.numbered.length + scriptKeys.named.length + (isOffline ? scriptKeys.offline.length : 0);
      expect(lines.length).toBe(count);
    }
  });

  it('takes the place of a key wherever the code names it, and of nothing else', () => {
    const place = placeOf('write.send');
    expect(withPlaces(`{ 'check.send': "write.send", 'a.b': 'page.title' }`)).toBe(
      `{ '${placeOf('check.send')}': "${place}", 'a.b': 'page.title' }`,
    );
    expect(place).toMatch(/^\d+$/);
  });

  it('refuses a key that is put together where all are named whole', () => {
    const composed = (section: string): string => ['text(`', section, '.$', '{kind}`)'].join('');
    expect(withPlaces(composed('trouble'))).toBe(composed('trouble'));
    expect(() => withPlaces(composed('write'))).toThrow('"write"');
  });
});
